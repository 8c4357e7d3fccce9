"""A small catalog, who changes it, and what each may send."""

from graph.audience import stamp_regions
from graph.permissions import Viewer
from graph.words import Role

REGION = "Region:410299"
DEPARTMENTS = [f"Department:410299/{name}" for name in ("甲局", "乙局", "丙局", "丁局")]
ELEMENTS = [f"DataElement:数据{n}" for n in range(3)]
PEOPLE = {
    f"officer{n}": Viewer(f"soak|officer{n}", frozenset({Role.CATALOG_OFFICER}), department, REGION)
    for n, department in enumerate(DEPARTMENTS)
} | {
    "bureau": Viewer("soak|bureau", frozenset({Role.COMPETENT_DEPARTMENT}), "", REGION),
    "administrator": Viewer("soak|administrator", frozenset({Role.ADMINISTRATOR})),
}

MAKE = """
CREATE (g:Region {id: $region, code: '410299', name: '示例县', level: 'COUNTY', sortName: '示例县'})
WITH g UNWIND $departments AS id
CREATE (d:Department {id: id, name: split(id, '/')[1], sortName: id, recordedAt: datetime()})
CREATE (d)-[:LOCATED_IN {recordedAt: datetime()}]->(g)
"""
MEAN = "UNWIND $elements AS id CREATE (:DataElement {id: id, name: id, sortName: id, standard: 's', recordedAt: datetime()})"


async def make(database):
    """Write the catalog into an empty database."""
    await database.run(MAKE, region=REGION, departments=DEPARTMENTS)
    await database.run(MEAN, elements=ELEMENTS)
    await stamp_regions(database)


DOCUMENTS = {
    "enter": """mutation($d: ID, $c: String, $f: ResourceInput!, $k: ID!) {
      told: describeResource(department: $d, code: $c, fields: $f, idempotencyKey: $k) """,
    "amend": """mutation($r: ID, $f: ResourceInput!, $k: ID!) {
      told: describeResource(resource: $r, fields: $f, idempotencyKey: $k) """,
    "publish": "mutation($r: ID!, $k: ID!) { told: publishResource(resource: $r, idempotencyKey: $k) ",
    "withdraw": 'mutation($r: ID!, $k: ID!) { told: withdrawResource(resource: $r, reason: "x", idempotencyKey: $k) ',
    "authority": """mutation($e: ID!, $d: ID!, $b: String!, $k: ID!) {
      told: nameAuthority(element: $e, department: $d, basis: $b, idempotencyKey: $k) """,
    "grant": """mutation($s: String!, $d: ID!, $k: ID!) {
      told: grantRole(subject: $s, role: REVIEWER, department: $d, idempotencyKey: $k) """,
    "end": "mutation($a: ID!, $k: ID!) { told: endRole(assignment: $a, idempotencyKey: $k) ",
}
# Only the record that a mutation can answer may be asked for.
ANSWERS = {"authority": "DataElementChanged", "grant": "RoleChanged", "end": "RoleChanged"}
FIELDS = {
    "ResourceChanged": "event resource { id }",
    "DataElementChanged": "event",
    "RoleChanged": "event assignment { id }",
}


def document(name):
    """The text of a mutation."""
    record = ANSWERS.get(name, "ResourceChanged")
    return f"{DOCUMENTS[name]} {{ __typename ... on Refusal {{ code message }} ... on {record} {{ {FIELDS[record]} }} }} }}"
