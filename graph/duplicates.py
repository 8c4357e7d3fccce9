"""What several departments of one region collect or provide: the same data element, by exact meaning."""

from typing import Annotated, Any, LiteralString

from graph import basis
from graph.computed import Columns, Nodes
from graph.questions import Asked, Doc, Page, place, question
from graph.record import Id
from graph.selection import pages, wants_total
from graph.settled import INSTANT
from graph.sorting import BETWEEN
from graph.statement import Composer
from graph.verdicts import Parameter, Verdict, collecting, providing
from graph.words import DuplicateKind

# One row for each region and element: who has it and in which items, and one fact for each pair of them.
COLLECTED: LiteralString = """
MATCH (element)<-[m:MEANS WHERE <m>]-(i:DataItem)<-[c:COLLECTS WHERE <c>]-(d:Department)-[l:LOCATED_IN WHERE <l>]->(r:Region)
WHERE c.from IN ['PUBLIC', 'ENTERPRISE'] AND <visible i> AND <visible d> AND <visible r>
RETURN 'COLLECTED_BY_SEVERAL' AS kind, r, d, i, [d.id, d.name, i.id, i.name, c.from, c.legalBasis, toString(c.since)] AS fact
"""
PROVIDED: LiteralString = """
MATCH (element)<-[m:MEANS WHERE <m>]-(i:DataItem)<-[h:HAS_ITEM WHERE <h>]-(x:Resource)
  <-[p:PROVIDES WHERE <p>]-(d:Department)-[l:LOCATED_IN WHERE <l>]->(r:Region)
WHERE <visible i> AND <visible x> AND <visible d> AND <visible r>
RETURN 'PROVIDED_BY_SEVERAL' AS kind, r, d, i, [d.id, d.name, i.id, i.name, x.name, null, toString(p.since)] AS fact
"""
# A department and its parts, four levels deep, count as one: that they hold the same data is in order. What can be one of
# several is looked for first, with no clocks: an element of two items, or of one that two edges lead to.
DUPLICATES: LiteralString = """
MATCH (element:DataElement) WHERE <visible element> AND <after>
  AND (COUNT { (element)<-[:MEANS]-(<other>)<seen other> } > 1
    OR COUNT { (element)<-[:MEANS]-(<other>)<-[:COLLECTS]-()<seen other> } > 1
    OR COUNT { (element)<-[:MEANS]-(<other>)<-[:HAS_ITEM]-()<-[:PROVIDES]-()<seen other> } > 1)
CALL (element) {
  CALL (element) { <collected> UNION ALL <provided> }
  WITH kind, r, d, i, fact, head(COLLECT {
    MATCH way = (d)-[:PART_OF*0..4]->(t:Department) WHERE all(o IN relationships(way) WHERE <o>) AND <visible t>
    RETURN t ORDER BY length(way) DESC, t.id LIMIT 1 }) AS topmost
  ORDER BY fact
  WITH kind, r, collect(DISTINCT d) AS departments, collect(DISTINCT i) AS items, collect(DISTINCT fact) AS facts,
    count(DISTINCT topmost) AS several
  WHERE several > 1 AND <within> AND <involved>
  RETURN kind, r, departments, items, facts }
"""
LIST: LiteralString = """
CALL () {
<duplicates>
WITH element, kind, r, departments, items, facts,
  element.sortName + '\\u0001' + r.id + '\\u0001' + kind AS key WHERE <beyond>
WITH element, kind, r, departments, items, facts, key ORDER BY element.sortName, r.id, kind LIMIT $first + 1
CALL (*) {
  WITH *, head(COLLECT {
    MATCH (a:Department)-[u:AUTHORITY_FOR WHERE <u>]->(element) WHERE <visible a>
    MATCH way = (r)-[:WITHIN*0..6]->(:Region)<-[l:LOCATED_IN WHERE <l>]-(a)
    RETURN a ORDER BY length(way), a.id LIMIT 1 }) AS source
  <applying>
  RETURN source, regime, parameter, rules }
RETURN collect([key, kind, r.name, element.name, facts, source.id, source.name, parameter, <columns>]) AS rows }
RETURN rows, <total> AS total, <instant> AS asOf
"""
TOTAL: LiteralString = "COUNT { <duplicates> RETURN kind }"
SOURCES = basis.SOURCES | {
    "Duplicate.region": Nodes("[r]", ("Region",)),
    "Duplicate.element": Nodes("[element]", ("DataElement",)),
    "Duplicate.departments": Nodes("departments", ("Department",), is_one=False),
    "Duplicate.items": Nodes("items", ("DataItem",), is_one=False),
    "Duplicate.source": Nodes("CASE WHEN source IS NULL THEN [] ELSE [source] END", ("Department",)),
}
FROM = {"PUBLIC": "自然人", "ENTERPRISE": "法人"}


@question("重复采集 What several departments of one region collect or provide.", Page("Duplicate"), required=True)
async def duplicateCollection(  # noqa: N802
    asked: Asked,
    *,
    region: Annotated[Id | None, Doc("行政区划 Only in this region and what lies in it.")] = None,
    department: Annotated[Id | None, Doc("部门 Only where this department is among them.")] = None,
    first: Annotated[int, Doc("前几条 How many from the start.")] = 20,
    after: Annotated[str | None, Doc("起始游标 The cursor to start after.")] = None,
) -> Any:
    """A page of duplicates as `[rows, totalCount]`, by name of the element, region and kind."""
    columns = Columns(asked.selection, "Duplicate", SOURCES)

    def compose(composer: Composer) -> LiteralString:
        duplicates = DUPLICATES.replace("<collected>", COLLECTED).replace("<provided>", PROVIDED)
        duplicates = duplicates.replace("<seen other>", "" if composer.shape.is_whole else OTHER)
        duplicates = duplicates.replace("<other>", "" if composer.shape.is_whole else "other:DataItem")
        duplicates = duplicates.replace("<within>", WITHIN if region is not None else "true")
        duplicates = duplicates.replace("<involved>", INVOLVED if department is not None else "true")
        total = TOTAL.replace("<duplicates>", duplicates.replace("<after>", "true"))
        listed = LIST.replace("<duplicates>", duplicates.replace("<after>", NEXT if after is not None else "true"))
        listed = listed.replace("<beyond>", "key > $after" if after is not None else "true")
        listed = listed.replace("<applying>", basis.applying(composer, PARAMETER))
        listed = listed.replace("<total>", total if wants_total(asked.selection, "Duplicate") else "null")
        for hole in EDGES:
            listed = listed.replace("<" + hole + ">", composer.holds(hole))
        for variable, label in SEEN:
            listed = listed.replace("<visible " + variable + ">", composer.visible(label, variable))
        return listed.replace("<instant>", INSTANT).replace("<columns>", columns.compose(composer))

    parts = (after or "").split(BETWEEN)
    parameters: dict[str, Any] = {"region": region, "department": department, "first": first, "after": after}
    sight = await asked.see()
    found = await asked.read(compose, element=BETWEEN.join(parts[:2]), **parameters)
    if found is None:
        return [[], 0]
    rows: list[Any] = []
    for key, kind, place_name, element, facts, source_id, source, parameter, nodes in found[0]:
        node = columns.get(nodes)
        verdict = judged(kind, Parameter.of(parameter), facts, source_id)
        said = [sentence(kind, fact) for fact in facts]
        said.append(f"{place_name}的“{element}”" + (f"以{source}为数源部门。" if source else "未明确数源部门。"))
        values = {
            "kind": kind,
            "region": node,
            "element": node,
            "departments": node,
            "items": node,
            "source": node,
            "basis": basis.basis(verdict, said, node, asked.today, found[2], sight),
        }
        rows.append([key, *(place(page, "Duplicate", values) for page in pages(asked.selection, "Duplicate"))])
    return [rows, found[1]]


WITHIN: LiteralString = "EXISTS { MATCH (r)-[:WITHIN*0..6]->(:Region {id: $region}) }"
OTHER: LiteralString = " WHERE <visible other>"
INVOLVED: LiteralString = "any(d IN departments WHERE d.id = $department)"
NEXT: LiteralString = "element.sortName >= $element"
PARAMETER: LiteralString = (
    "CASE kind WHEN 'COLLECTED_BY_SEVERAL' THEN 'collection.duplicate' ELSE 'provision.oneSource' END"
)
EDGES: tuple[LiteralString, ...] = ("c", "h", "l", "m", "o", "p", "u")
SEEN: tuple[tuple[LiteralString, str], ...] = (
    ("a", "Department"),
    ("d", "Department"),
    ("element", "DataElement"),
    ("i", "DataItem"),
    ("other", "DataItem"),
    ("r", "Region"),
    ("t", "Department"),
    ("x", "Resource"),
)


def judged(kind: str, parameter: Parameter, facts: list[list[Any]], source: str | None) -> Verdict:
    """What the regime says about a duplicate."""
    if DuplicateKind(kind) is DuplicateKind.COLLECTED_BY_SEVERAL:
        return collecting(parameter, [(fact[0], fact[5]) for fact in facts], source)
    return providing(parameter, source)


def sentence(kind: str, fact: list[Any]) -> str:
    """A fact in words: `[department id, department, item id, item, from or resource, legal basis, since]`."""
    _, department, _, item, where, legal_basis, since = fact
    begun = f"自{since}起" if since else ""
    if DuplicateKind(kind) is DuplicateKind.COLLECTED_BY_SEVERAL:
        reason = f"依据{legal_basis}。" if legal_basis else "未登记依据。"
        return f"{department}{begun}向{FROM[where]}采集“{item}”，{reason}"
    return f"{department}{begun}在“{where}”中提供“{item}”。"
