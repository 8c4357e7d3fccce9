"""Events and granted roles: an auditor sees those of his region and below, everyone his own roles, and nobody else any."""

import json

import pytest

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.audience import stamp_regions
from graph.permissions import LOCAL, PUBLIC, Viewer
from graph.trail.log import Entry, record_alone
from graph.words import Action, Role
from permissions.facts import TODAY

PLACES = """CREATE (a:Region {id: 'Region:1', code: '1'}), (b:Region {id: 'Region:11', code: '11'}),
  (c:Region {id: 'Region:2', code: '2'}), (b)-[:WITHIN]->(a), (:Department {id: 'Department:1/d'})-[:LOCATED_IN]->(a),
  (:Department {id: 'Department:11/d'})-[:LOCATED_IN]->(b),
  (:Department {id: 'Department:2/d'})-[:LOCATED_IN]->(c)"""
ASSIGN = """UNWIND ['1', '11', '2'] AS code
  CREATE (a:RoleAssignment {id: 'RoleAssignment:' + code, subject: 'i|' + code, role: 'REVIEWER',
  region: 'Region:' + code, recordedAt: datetime('2026-01-01T00:00:00Z'), sortName: code})
  CREATE (a)-[:WAS]->(:RoleAssignmentState {id: 'RoleAssignmentState:' + code, subject: 'i|' + code, role: 'PLANNER',
  region: 'Region:' + code, recordedAt: datetime('2020-01-01T00:00:00Z'), withdrawnAt: datetime('2026-01-01T00:00:00Z')})"""
EVENTS = "{ events(first: 9) { nodes { log } totalCount } }"
ROLES = "{ roleAssignments(first: 9) { nodes { id } totalCount } }"
STATE = '{ roleAssignment(id: "RoleAssignment:2", knownAt: "2025-01-01T00:00:00Z") { role } }'


def person(role, region="Region:1", subject="i|x"):
    """Somebody with one role."""
    return Viewer(subject, frozenset({role}), "", region)


@pytest.fixture
async def trail(empty_database):
    await empty_database.run(PLACES)
    await stamp_regions(empty_database)
    await empty_database.run(ASSIGN)
    for department in ("Department:1/d", "Department:11/d", "Department:2/d", ""):
        doer = Viewer("i|doer", frozenset({Role.CATALOG_OFFICER}), department)
        await record_alone(empty_database, doer, [Entry(Action.EXPORT)], request="r")
    return empty_database


async def told(database, viewer, text):
    """The one root of an answer."""
    body = json.loads((await Answerer(SCHEMA, database, lambda: TODAY).answer(Request(text), viewer)).body)
    assert "errors" not in body
    return next(iter(body["data"].values()))


@pytest.mark.parametrize(
    ("viewer", "logs"),
    [
        (LOCAL, ["Log:1/d", "Log:11/d", "Log:2/d", "Log:system"]),
        (person(Role.AUDITOR), ["Log:1/d", "Log:11/d"]),
        (person(Role.AUDITOR, "Region:11"), ["Log:11/d"]),
        (person(Role.AUDITOR, ""), []),
        (person(Role.COMPETENT_DEPARTMENT), []),
        (person(Role.CATALOG_OFFICER, subject="i|doer"), []),
        (PUBLIC, []),
    ],
)
async def test_events(trail, viewer, logs):
    found = await told(trail, viewer, EVENTS)
    assert sorted(one["log"] for one in found["nodes"]) == sorted(logs)
    assert found["totalCount"] == len(logs)
    for log in ("Log:2/d", "Log:11/d"):
        alone = await told(trail, viewer, f'{{ event(id: "Event:{log.removeprefix("Log:")}/0000000000") {{ log }} }}')
        assert alone == ({"log": log} if log in logs else None)


@pytest.mark.parametrize(
    ("viewer", "codes", "state"),
    [
        (LOCAL, ["1", "11", "2"], {"role": "PLANNER"}),
        (person(Role.AUDITOR), ["1", "11"], None),
        (person(Role.AUDITOR, "Region:2"), ["2"], {"role": "PLANNER"}),
        (person(Role.DEPARTMENT_VIEWER, subject="i|2"), ["2"], {"role": "PLANNER"}),
        (person(Role.COMPETENT_DEPARTMENT), [], None),
        (PUBLIC, [], None),
    ],
)
async def test_granted_roles(trail, viewer, codes, state):
    found = await told(trail, viewer, ROLES)
    assert sorted(one["id"] for one in found["nodes"]) == sorted(f"RoleAssignment:{code}" for code in codes)
    assert found["totalCount"] == len(codes)
    assert await told(trail, viewer, STATE) == state
