"""The town, as its people see it: what is hidden from them stands in no answer of the covering set of documents."""

import json
import re

import pytest
from test_statements import documents

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.permissions import LOCAL, PUBLIC, Viewer
from graph.words import Role
from permissions.facts import TODAY

COUNTY = "/CN/410000/410200/410299/"
CIVIL_AFFAIRS = "Department:410299/县民政局"
# Worked out from what nodes say, not from the audience that is stamped on them.
HIDDEN = """MATCH (n:Resource|System|Project)
OPTIONAL MATCH (n)<-[e:PROVIDES|OPERATES|PROPOSES]-(d:Department)-[:LOCATED_IN]->(g:Region)
WITH n, collect(DISTINCT d.id) AS owners, collect(DISTINCT g.path) AS paths,
  n.publication = 'PUBLISHED' AND n.secrecy = 'NOT_SECRET'
    AND NOT coalesce(n.shareType, '') IN ['NOT_SHARED', 'SPECIAL', 'DEFERRED'] AS isShared
WHERE NOT ($department IN owners AND NOT n:System AND NOT n:Project)
  AND NOT any(path IN paths WHERE CASE
    WHEN n:Resource THEN (isShared AND $path STARTS WITH path) OR (path STARTS WITH $path AND $looks)
    ELSE path = $path OR (path STARTS WITH $path AND $looks) END)
OPTIONAL MATCH (n)-[:HAS_ITEM]->(i:DataItem)
RETURN collect(DISTINCT n.id) + collect(DISTINCT i.id) AS ids"""
SECURITY = "{ systems(first: 1000) { nodes { id network hosting onCloud mlpsLevel operator { id } } } }"

PEOPLE = {
    "public": (PUBLIC, "/none/", ""),
    "viewer": (Viewer("t|v", frozenset({Role.DEPARTMENT_VIEWER}), CIVIL_AFFAIRS), COUNTY, CIVIL_AFFAIRS),
    "auditor": (Viewer("t|a", frozenset({Role.AUDITOR}), "", "Region:410299"), COUNTY, ""),
}


async def told(town, text, viewer):
    """The body of an answer."""
    return (await Answerer(SCHEMA, town, lambda: TODAY).answer(Request(text), viewer)).body.decode()


@pytest.mark.parametrize("person", PEOPLE)
async def test_what_is_hidden_stands_in_no_answer(town, person):
    viewer, path, department = PEOPLE[person]
    [found] = await town.run(HIDDEN, path=path, department=department, looks=person == "auditor")
    hidden = set(found["ids"])
    assert len(hidden) > 3000
    for number, text in enumerate(documents()):
        # Each statement is planned anew for each way of seeing, so two of the three are asked a part of them.
        if "where" not in text and "orderBy" not in text and (person == "viewer" or number % 4 == 0):
            body = await told(town, text, viewer)
            asked = set(re.findall(r'"([A-Z][A-Za-z]+:[^"]+)"', text))
            assert not (set(re.findall(r'"([A-Z][A-Za-z]+:[^"]+)"', body)) & hidden) - asked, text
            if hidden & asked and "node(id" in text:
                assert list(json.loads(body)["data"].values()) == [None], text


async def test_security_facts_are_shown_to_the_operator_and_the_auditor(town):
    mine = json.loads(await told(town, SECURITY, PEOPLE["viewer"][0]))["data"]["systems"]["nodes"]
    all_of_them = json.loads(await told(town, SECURITY, PEOPLE["auditor"][0]))["data"]["systems"]["nodes"]
    assert {one["id"] for one in mine} == {one["id"] for one in all_of_them if one["id"].startswith("System:410299/")}
    for one, whole in ((one, next(other for other in all_of_them if other["id"] == one["id"])) for one in mine):
        if one["operator"]["id"] == CIVIL_AFFAIRS:
            assert one == whole
        else:
            assert [one[name] for name in ("network", "hosting", "onCloud", "mlpsLevel")] == [None] * 4
    assert any(one["network"] for one in mine)
    assert sum(one["network"] is not None for one in all_of_them) > sum(one["network"] is not None for one in mine)


async def test_islands_claim_nothing_of_what_was_not_seen(town):
    text = "{ islands(first: 1) { nodes { reason basis { scope facts } } } }"
    for viewer, scope in ((LOCAL, "WHOLE"), (PEOPLE["auditor"][0], "PARTIAL")):
        [island] = json.loads(await told(town, text, viewer))["data"]["islands"]["nodes"]
        assert island["basis"]["scope"] == scope
        for sentence in (island["reason"], *island["basis"]["facts"]):
            assert sentence.startswith("就所见范围而言，") is (scope == "PARTIAL")
