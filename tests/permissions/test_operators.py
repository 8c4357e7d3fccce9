"""A system's security facts are shown to who operates it today, and by the region of the state that is asked for."""

import json
from datetime import timedelta

import pytest

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph import sight
from graph.permissions import Viewer
from graph.words import Role
from permissions.asking import write
from permissions.facts import TODAY, Making

ASK = '{ systems(where: {network: {eq: "内网"}}) { totalCount } system(id: "System:s") { network hosting } }'
THEN = '{ system(id: "System:s", on: "2022-01-01") { name network } }'
DAY = timedelta(days=1)


def made(**operates):
    """A system of a city, with its operators there."""
    making = Making(0)
    for code in ("1", "2"):
        making.node(f"Region:{code}", code=code, level="CITY", recordedAt=None)
    making.node("System:s", name="s", network="内网", hosting="云", since=TODAY - DAY)
    for department in ("甲", "乙", "丙"):
        making.node(f"Department:1/{department}")
        making.edge("LOCATED_IN", f"Department:1/{department}", "Region:1", clocks=False)
        if department in operates:
            making.edge("OPERATES", f"Department:1/{department}", "System:s", clocks=False, **operates[department])
    return making.facts


async def told(database, viewer, text):
    """What is answered."""
    sight.forget(database)
    return json.loads((await Answerer(SCHEMA, database, lambda: TODAY).answer(Request(text), viewer)).body)["data"]


@pytest.mark.parametrize(
    ("operates", "seeing"),
    [
        ({"甲": {"until": TODAY + DAY}, "乙": {"since": TODAY + DAY}}, "甲"),  # 乙 is still to come
        ({"甲": {}, "乙": {}}, "甲乙"),
        ({"甲": {"until": TODAY}}, ""),  # a former one
        ({"甲": {"until": TODAY}, "乙": {"since": TODAY}}, "乙"),
    ],
)
async def test_who_operates_it_today_sees_its_security_facts(empty_database, operates, seeing):
    await write(empty_database, made(**operates))
    for department in ("甲", "乙", "丙"):
        viewer = Viewer("i|a", frozenset({Role.DEPARTMENT_VIEWER}), f"Department:1/{department}")
        found = await told(empty_database, viewer, ASK)
        shown = department in seeing
        assert found["system"] == {"network": "内网" if shown else None, "hosting": "云" if shown else None}
        assert found["systems"]["totalCount"] == shown


@pytest.mark.parametrize(("regions", "network"), [(("2",), None), (("1", "2"), "外网")])
async def test_an_earlier_state_shows_them_where_it_was(empty_database, regions, network):
    """An auditor of the region that the system came to sees what it was elsewhere only where he answers for that, too."""
    facts = made(甲={})
    row = {"id": "SystemState:s", "name": "从前", "network": "外网", "audience": "Y/1/", "until": TODAY - DAY}
    facts.states.append(("System:s", row | {"recordedAt": facts.nodes["System:s"]["recordedAt"]}))
    for edge in facts.edges:
        if edge.type == "LOCATED_IN":
            edge.end = "Region:2"
    for number, region in enumerate(regions):
        role = {"role": "AUDITOR", "subject": "i|a", "region": f"Region:{region}", "department": None, "since": None}
        facts.assignments.append(role | {"id": f"RoleAssignment:{number}", "until": None, "withdrawnAt": None})
    await write(empty_database, facts)
    await empty_database.run("MATCH (a:RoleAssignment) SET a.recordedAt = datetime('2020-01-01T00:00:00Z')")
    viewer = Viewer("i|a", frozenset({Role.DEPARTMENT_VIEWER}), "", "Region:1")
    assert await told(empty_database, viewer, THEN) == {"system": {"name": "从前", "network": network}}
