"""Every question, as documents with variables, and how a catalog of facts is written and cut down."""

import json

from api.answer import Request
from graph.audience import stamp, stamp_regions
from graph.model import RECORDS
from graph.model.edges import EDGES
from permissions.facts import SECURITY

WIPE = "MATCH (n) WHERE NOT n:Catalog DETACH DELETE n"
EDGE = """UNWIND $rows AS row MATCH (a:<a> {id: row.start}) MATCH (b:<b> {id: row.end})
CREATE (a)-[e:<e>]->(b) SET e = row.properties"""
CUT = "MATCH (n) WHERE n.id IN $ids DETACH DELETE n"
MASK = """UNWIND $ids AS id MATCH (x:System|SystemState {id: id})
SET x.network = null, x.hosting = null, x.onCloud = null, x.mlpsLevel = null"""
LISTS = {"Department": "departments", "Resource": "resources", "System": "systems", "Project": "projects",
         "DataItem": "dataItems", "DataElement": "dataElements", "Rule": "rules", "Region": "regions",
         "Regime": "regimes", "Event": "events", "RoleAssignment": "roleAssignments"}  # fmt: skip
ASSERTED = "source madeUp since until recordedAt "
FIELDS = {
    "Department": "resources(first: 5) { nodes { id } totalCount } collects(first: 5) { nodes { id } totalCount } "
    "authorityFor(first: 5) { nodes { id } totalCount } systems(first: 5) { nodes { id } totalCount } "
    "projects(first: 5) { nodes { id } totalCount } parts(first: 5) { totalCount }",
    "Resource": "publication secrecy provider { id } "
    "items(first: 5, where: {not: {element: {eq: null}}}) { nodes { id } totalCount } "
    "storedIn(first: 5, where: {onCloud: {eq: true}}) { nodes { id mlpsLevel } totalCount } plannedBy(first: 5) { totalCount } "
    "flowsTo(first: 5) { nodes { id } totalCount } flowsFrom(first: 5) { nodes { id } totalCount }",
    "DataItem": "position resource { id } element { id items(first: 5) { nodes { id } totalCount } } "
    "collectors(first: 5) { totalCount } flowsTo(first: 5) { nodes { id } totalCount } flowsFrom(first: 5) { totalCount }",
    "DataElement": "standard authority { id } items(first: 5, orderBy: NAME_DESC) { nodes { id } totalCount }",
    "System": "network hosting onCloud mlpsLevel operator { id } stores(first: 5) { nodes { id } totalCount } "
    'exchangesWith(first: 5, where: {network: {contains: "网"}}) { nodes { id network } totalCount } '
    "builtBy(first: 5) { nodes { id } } upgradedBy(first: 5) { totalCount }",
    "Project": "summary proposer { id } builds(first: 5) { nodes { id hosting } totalCount } upgrades(first: 5) { totalCount } "
    "plans(first: 5) { nodes { id } totalCount }",
    "Region": "within { id } departments(first: 5) { totalCount } regimes(first: 5) { totalCount }",
    "Rule": "text regime { id }",
    "Regime": "region { id } rules(first: 5) { nodes { id } totalCount } parameters(first: 5) { nodes { id value } totalCount }",
    "Event": "action at actor department onBehalfOf request targets log seq hash previous payload",
    "RoleAssignment": "subject role since until recordedAt department { id } region { id }",
}  # fmt: skip
for kind in ("Department", "Resource", "DataItem", "DataElement", "System", "Project"):
    FIELDS[kind] = ASSERTED + FIELDS[kind]
PAGE = "edges {{ cursor node {{ {0} }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount"
WHERES = {
    "System": ("{onCloud: {eq: null}}", "{not: {mlpsLevel: {gte: 3}}}", '{network: {startsWith: "外"}}', '{hosting: {eq: "云"}}',
               "{or: [{mlpsLevel: {in: [2, 3]}}, {operator: {eq: null}}]}"),
    "Resource": ("{provider: {eq: null}}", "{publication: {eq: DRAFT}}",
                 '{or: [{secrecy: {eq: SECRET}}, {name: {contains: "登"}}]}'),
    "DataItem": ("{resource: {eq: null}}", '{element: {in: ["DataElement:元0", "DataElement:元1"]}}'),
    "DataElement": ("{not: {authority: {eq: null}}}",),
    "Project": ("{proposer: {eq: null}}",),
}  # fmt: skip
NODE = f"""query($id: ID!) {{ node(id: $id) {{ __typename id ... on Named {{ name }} ... on Grant {{ {ASSERTED} }}
  ... on Event {{ payload }} ... on RoleAssignment {{ role }} }} }}"""
BASIS = "basis { regulated facts note on scope regime { id } rules { id } }"
LINEAGE = """query($id: ID!, $d: Direction!, $hops: Int!, $nodes: Int!, $on: Date, $known: DateTime,
  $origins: [FlowOrigin!]) {
  lineage(of: $id, direction: $d, hops: $hops, nodes: $nodes, origins: $origins, on: $on, knownAt: $known) { settled
    start { id name } nodes { distance node { __typename id name ... on Resource { provider { id } } } }
    edges { from { id } to { id } origin since } truncated { reason frontier } } }"""
HOLDERS = """query($id: ID!, $first: Int!, $after: String, $on: Date, $known: DateTime) {
  holders(of: $id, first: $first, after: $after, on: $on, knownAt: $known) {
    edges { cursor node { department { id } of { id name } way through { id name } since until grant isSource } }
    pageInfo { hasNextPage endCursor } totalCount } }"""
DUPLICATES = f"""query($first: Int!, $after: String, $region: ID, $department: ID) {{
  duplicateCollection(first: $first, after: $after, region: $region, department: $department) {{
    edges {{ cursor node {{ kind region {{ id }} element {{ id }} departments {{ id }} items {{ id resource {{ id }} }}
      source {{ id }} {BASIS} }} }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"""
ISLANDS = f"""query($first: Int!, $after: String, $region: ID) {{
  islands(first: $first, after: $after, region: $region) {{
    edges {{ cursor node {{ kind reason systems {{ id mlpsLevel }} departments {{ id }} {BASIS} }} }}
    pageInfo {{ hasNextPage endCursor }} totalCount }} }}"""
SEARCH = """query($text: String!, $first: Int!, $after: String, $kinds: [Kind!]) {
  search(text: $text, first: $first, after: $after, kinds: $kinds) {
    edges { cursor node { rank node { __typename id name } matched { field text } } }
    pageInfo { hasNextPage endCursor } totalCount } }"""


def documents():
    """Of each list: all of it, its pages in each order, forwards and backwards, and its filters; of each noun: one."""
    for kind, name in LISTS.items():
        fields = f"id name {FIELDS[kind]}"
        yield (
            name,
            f"query($n: Int!, $c: String) {{ {name}(first: $n, after: $c) {{ {PAGE.format(fields)} }} }}",
            "after",
        )
        page = PAGE.format("id name")
        # The engine plans every statement anew for every way of seeing: what everyone sees needs fewer of them.
        for order in RECORDS[kind].orders if kind in ("Resource", "DataItem", "System", "Project") else ():
            yield (
                name,
                f"query($n: Int!, $c: String) {{ {name}(orderBy: {order}, first: $n, after: $c) {{ {page} }} }}",
                "after",
            )
            yield (
                name,
                f"""query($n: Int!, $c: String) {{
              {name}(orderBy: {order}, first: null, last: $n, before: $c) {{ {page} }} }}""",
                "before",
            )
        for where in WHERES.get(kind, ()):
            yield (
                name,
                f"query($n: Int!, $c: String) {{ {name}(where: {where}, first: $n, after: $c) {{ {page} }} }}",
                "after",
            )
        noun = kind[0].lower() + kind[1:]
        given, dates = "$id: ID!, $on: Date, $known: DateTime", ", on: $on, knownAt: $known"
        if kind == "Event":
            given, dates = "$id: ID!", ""
        yield noun, f"query({given}) {{ {noun}(id: $id{dates}) {{ {fields} }} }}", ""


DOCUMENTS = tuple(documents())


def questions(facts, chance):
    """Questions about a catalog by chance, each as (document, variables); a walk goes on with the cursor it is given."""
    ids = [*facts.nodes, *(one["id"] for one in facts.assignments)]
    on, known = {"on": "2022-01-01"}, {"known": chance.choice(("2022-01-01T00:00:00Z", "2025-06-01T00:00:00Z"))}
    dates = [{}, {}, {}, on, known, on | known]

    def size():
        return chance.choice((0, 1, 2, 3, 100, 100))

    masked = [one for one in DOCUMENTS if one[0] == "systems" and "where: {" in one[1].partition("edges")[0]]
    for name, document, walk in [*chance.sample(DOCUMENTS, 10), chance.choice(masked)]:
        if walk:
            yield document, {"n": size()}, walk
        else:
            found = [one for one in ids if one.startswith(name[0].upper() + name[1:] + ":")] or ["Project:none"]
            given = {} if name == "event" else chance.choice(dates)
            yield document, {"id": chance.choice(found), **given}, ""
    for one in [*chance.sample(ids, min(6, len(ids))), "Resource:none", "Grant:none"]:
        yield NODE, {"id": one}, ""
    for one in chance.choices(facts.of("Resource", "DataItem"), k=4):
        bounds = {"hops": chance.choice((2, 4)), "nodes": chance.choice((1, 2, 100))}
        bounds["d"] = chance.choice(("UPSTREAM", "DOWNSTREAM", "BOTH"))
        bounds["origins"] = chance.choice((None, None, ["DECLARED"]))
        yield LINEAGE, {"id": one, **bounds, **chance.choice(dates)}, ""
    for one in chance.choices(facts.of("Resource", "Resource", "DataItem", "DataElement"), k=5):
        yield HOLDERS, {"id": one, "first": size(), **chance.choice(dates)}, "after"
    yield DUPLICATES, {"first": size()}, "after"
    region, department = chance.choice(facts.of("Region")), chance.choice([None, *facts.of("Department")])
    yield DUPLICATES, {"first": 5, "region": region, "department": department}, "after"
    yield ISLANDS, {"first": size(), "region": chance.choice([None, *facts.of("Region")])}, "after"
    for text in chance.sample(("登记", "系统", "从前", "tax", "ｔａｘ", "企业 名录", "元", "项目", "姓名"), 3):
        yield (
            SEARCH,
            {"text": text, "first": size(), "kinds": chance.choice((None, None, ["SYSTEM", "RESOURCE"]))},
            "after",
        )


async def write(database, facts):
    """Write a catalog, and stamp on it who may see it, as every write of the service does."""
    async with database.transaction() as tx:
        labels = {}
        for row in facts.nodes.values():
            labels.setdefault(row["id"].partition(":")[0], []).append(row)
        for label, rows in labels.items():
            await tx.run("UNWIND $rows AS row CREATE (n:<label>) SET n = row".replace("<label>", label), rows=rows)
        ends = {}
        for edge in facts.edges:
            kinds = edge.type, edge.start.partition(":")[0], edge.end.partition(":")[0]
            assert edge.type in EDGES
            ends.setdefault(kinds, []).append({"start": edge.start, "end": edge.end, "properties": edge.properties})
        for (kind, start, end), rows in ends.items():
            await tx.run(EDGE.replace("<a>", start).replace("<b>", end).replace("<e>", kind), rows=rows)
        for label in {node.partition(":")[0] for node, _ in facts.states}:
            rows = [{"id": node, "row": row} for node, row in facts.states if node.startswith(label + ":")]
            text = "UNWIND $rows AS row MATCH (n:<l> {id: row.id}) CREATE (n)-[:WAS]->(s:<l>State) SET s = row.row"
            await tx.run(text.replace("<l>", label), rows=rows)
        await tx.run("UNWIND $rows AS row CREATE (a:RoleAssignment) SET a = row", rows=facts.assignments)
        await stamp_regions(tx)
        await stamp(tx, facts.nodes)


async def cut(database, oracle):
    """Delete what the viewer does not see."""
    async with database.transaction() as tx:
        await tx.run(MASK, ids=oracle.masked())
        await tx.run(CUT, ids=sorted(oracle.invisible()))


async def answers(answerer, asked, viewer):
    """The answers to questions; a list is walked from page to page, at most six."""
    for document, variables, walk in asked:
        given = dict(variables)
        for _ in range(6):
            body = json.loads((await answerer.answer(Request(document, None, given), viewer)).body)
            yield document, given, body
            page = next(iter((body.get("data") or {"": None}).values())) if walk else None
            info = page and page.get("pageInfo")
            if not info or not info["hasPreviousPage" if walk == "before" else "hasNextPage"]:
                break
            cursor = info["startCursor" if walk == "before" else "endCursor"]
            if cursor is None:
                break
            given = given | {"c" if "n" in given else "after": cursor}
    assert answerer.fallbacks == 0


def unscoped(body):
    """An answer as one who sees everything says it."""
    text = json.dumps(body, ensure_ascii=False).replace("就所见范围而言，", "")
    return json.loads(text.replace('"scope": "PARTIAL"', '"scope": "WHOLE"'))


__all__ = ["SECURITY", "WIPE", "answers", "cut", "questions", "unscoped", "write"]
