"""Who acts by a role that the catalog granted, and not his token, stands in the trail with that role and its department."""

import json

import pytest
from content import TODAY

from changes.people import ADMINISTRATOR, CIVIL_AFFAIRS, COUNTY, GRANTED
from changes.spelling import Word
from graph.changes.importing import admit
from graph.errors import Refused
from graph.permissions import Binding, Viewer
from graph.trail.log import in_force
from graph.words import Role

CHANGED = "... on ResourceChanged { event }"
ROLES = ["CATALOG_OFFICER", "PUBLIC"]


@pytest.fixture
async def granted(send):
    """Somebody without a role of his token; an officer of a department by the word of the catalog."""
    grant = {"subject": GRANTED.subject, "role": Word("CATALOG_OFFICER"), "department": CIVIL_AFFAIRS}
    await send(ADMINISTRATOR, "grantRole", **grant)
    return GRANTED


async def events(changing, action, actor):
    rows = await changing.run(
        "MATCH (e:Event {action: $action, actor: $actor}) RETURN e.payload AS payload ORDER BY e.sortAt",
        action=action, actor=actor,
    )  # fmt: skip
    return [json.loads(row["payload"]) for row in rows]


async def test_the_event_of_a_change_has_the_roles_in_force(send, draft, changing, granted):
    one = await draft()
    first = await send(granted, "publishResource", CHANGED, key="granted", resource=one)
    [said] = await events(changing, "PUBLISH", granted.subject)
    assert (said["roles"], said["department"], said["log"]) == (ROLES, CIVIL_AFFAIRS, "Log:410299/县民政局")
    assert await send(granted, "publishResource", CHANGED, key="granted", resource=one) == first, (
        "the key is the subject's"
    )
    other = await draft("Department:410299/县公安局")
    assert (await send(granted, "publishResource", resource=other))["code"] in ("NOT_ALLOWED", "NOT_FOUND")
    [said] = await events(changing, "DENIAL", granted.subject)
    assert (said["roles"], said["department"]) == (ROLES, CIVIL_AFFAIRS)


async def test_who_imports_is_known_by_the_roles_in_force(changing, granted):
    acting = await admit(changing, granted, TODAY)
    assert (sorted(acting.roles), acting.department, acting.subject) == (ROLES, CIVIL_AFFAIRS, granted.subject)
    with pytest.raises(Refused):
        await admit(changing, Viewer("test|nobody"), TODAY)


def test_a_department_is_taken_where_there_is_one_alone():
    officer, reviewer = (Binding(role, CIVIL_AFFAIRS, COUNTY) for role in (Role.CATALOG_OFFICER, Role.REVIEWER))
    auditor = Binding(Role.AUDITOR, "", COUNTY)
    other = Binding(Role.CATALOG_OFFICER, "Department:410299/县公安局", COUNTY)
    public = Binding(Role.PUBLIC, "Department:x", COUNTY)
    viewer = Viewer("test|one", region=COUNTY)
    assert in_force(viewer, [officer, reviewer, auditor, public]).department == CIVIL_AFFAIRS
    assert in_force(viewer, [officer, other]).department == ""
    assert in_force(viewer, [auditor]) == Viewer("test|one", frozenset({Role.AUDITOR, Role.PUBLIC}), "", COUNTY)
    bound = Viewer("test|one", frozenset({Role.PLANNER}), "Department:410299/县公安局", COUNTY)
    assert in_force(bound, [officer]).department == "Department:410299/县公安局"


async def test_the_denial_of_an_import_has_the_roles_in_force(changing, granted, upload, uploads):
    before = len(await events(changing, "DENIAL", granted.subject))
    status, [refused] = await upload(
        granted, [{"信息资源代码": "OF-POLICE", "信息资源名称": "别人的条目", "信息资源提供方": "县公安局"}]
    )
    assert (status, refused["error"]["code"]) == (403, "NOT_ALLOWED")
    await uploads.denials.close()
    said = (await events(changing, "DENIAL", granted.subject))[before]
    assert (said["roles"], said["department"], said["note"]) == (ROLES, CIVIL_AFFAIRS, "import: NOT_ALLOWED")
