"""What a viewer sees is worked out once, kept for a while, and forgotten when this process writes."""

import asyncio
from datetime import timedelta

import pytest

from graph import sight
from graph.audience import stamp, stamp_regions
from graph.permissions import LOCAL, PUBLIC, Viewer
from graph.sight import Sights, sight_of
from graph.words import Role, Scope
from graph.writing import write
from permissions.facts import TODAY

PLACES = """CREATE (cn:Region {id: 'Region:CN', code: 'CN'}), (a:Region {id: 'Region:1', code: '1'}), (a)-[:WITHIN]->(cn),
  (d:Department {id: 'Department:1/d'})-[:LOCATED_IN]->(a), (e:Department {id: 'Department:1/e'})-[:LOCATED_IN]->(a),
  (f:Department {id: 'Department:1/f'})-[:LOCATED_IN]->(a), (e)-[:PART_OF]->(d), (f)-[:PART_OF {until: $today}]->(d)"""
ASSIGN = """CREATE (:RoleAssignment {id: 'RoleAssignment:1', subject: 'i|a',
  role: $role, department: $department, region: $region, since: $since, until: $until, recordedAt: datetime()})"""
DAY = timedelta(days=1)
SOMEONE = Viewer("i|a", frozenset({Role.DEPARTMENT_VIEWER}), "Department:1/d")


class Counted:
    """A database that counts what it is asked."""

    def __init__(self, database):
        self.database, self.lanes, self.reads = database, database.lanes, 0

    async def read(self, *arguments, **named):
        self.reads += 1
        return await self.database.read(*arguments, **named)


@pytest.fixture
async def places(empty_database):
    await empty_database.run(PLACES, today=TODAY)
    await stamp_regions(empty_database)
    return empty_database


async def assigned(database, role, department=None, region=None, since=None, until=None):
    """Write an assignment, whatever was kept."""
    await database.run("MATCH (a:RoleAssignment) DELETE a")
    await database.run(ASSIGN, role=role, department=department, region=region, since=since, until=until)
    return await Sights().get(database, Viewer("i|a"), TODAY)


async def test_neither_the_public_nor_an_administrator_costs_a_statement(places):
    counted = Counted(places)
    assert (await sight_of(counted, PUBLIC, TODAY)).parameters["sees"] == ["OPEN"]
    whole = await sight_of(counted, LOCAL, TODAY)
    assert whole.shape.is_whole
    assert counted.reads == 0


async def test_a_sight_is_kept_until_this_process_writes_or_the_time_is_over(places, monkeypatch):
    counted = Counted(places)
    for _ in range(3):
        first = await sight_of(counted, SOMEONE, TODAY)
    assert counted.reads == 1
    await sight_of(counted, SOMEONE, TODAY + DAY)
    await sight_of(counted, Viewer("i|b", SOMEONE.roles, SOMEONE.department), TODAY)
    assert counted.reads == 3
    sight.forget(counted)
    assert await sight_of(counted, SOMEONE, TODAY) is not first
    assert counted.reads == 4
    monkeypatch.setattr(sight.time, "monotonic", lambda: 1e12)
    await sight_of(counted, SOMEONE, TODAY)
    assert counted.reads == 5


async def test_who_asks_many_things_at_once_is_looked_up_once(places):
    counted = Counted(places)
    asked = [asyncio.create_task(sight_of(counted, SOMEONE, TODAY)) for _ in range(50)]
    await asyncio.sleep(0)
    asked.pop().cancel()  # who goes away takes nothing from the others
    found = await asyncio.gather(*asked)
    assert counted.reads == 1
    assert all(one is found[0] for one in found)


async def test_a_write_forgets_what_was_kept_and_what_was_found_before_it_is_not_kept(places):
    await sight_of(places, SOMEONE, TODAY)
    kept = sight.SIGHTS[places]
    assert kept.kept
    async with write(places):
        pass
    assert not kept.kept

    class Late(Counted):
        async def read(self, *arguments, **named):
            kept.forget()
            return await super().read(*arguments, **named)

    await kept.get(Late(places), SOMEONE, TODAY)
    assert not kept.kept


async def test_no_more_sights_are_kept_than_a_number(places, monkeypatch):
    monkeypatch.setattr(sight, "KEPT", 2)
    sights = Sights()
    for name in "abc":
        await sights.get(places, Viewer(f"i|{name}"), TODAY)
    assert [viewer.subject for viewer, _ in sights.kept] == ["i|b", "i|c"]


async def test_a_department_sees_its_parts_that_are_parts_today(places):
    seen = (await Sights().get(places, SOMEONE, TODAY)).parameters["sees"]
    reserved = {one for one in seen if one.startswith("R")}
    assert reserved == {"R/CN/1/#Department:1/d", "R/CN/1/#Department:1/e"}
    granted = {one.replace("R", "G", 1) for one in reserved}
    assert {"OPEN", "S/CN/", "S/CN/1/", "Y/CN/1/"} == set(seen) - reserved - granted


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (TODAY, None, True),
        (TODAY + DAY, None, False),
        (None, TODAY, False),
        (None, TODAY + DAY, True),
    ],
)
async def test_a_role_that_the_catalog_grants_holds_as_long_as_it_says(places, since, until, holds):
    found = await assigned(places, "AUDITOR", region="Region:CN", since=since, until=until)
    assert (found.parameters["below"] == ["G/CN/", "R/CN/", "S/CN/", "Y/CN/"]) is holds
    assert (found.parameters["watched"] == ["/CN/"]) is holds
    assert found.scope is Scope.PARTIAL


@pytest.mark.parametrize("role", ["CATALOG_OFFICER", "REVIEWER"])
async def test_who_keeps_the_catalog_of_a_region_sees_its_entries_and_not_who_was_granted_what(places, role):
    found = await assigned(places, role, region="Region:CN")
    assert found.parameters["below"] == ["R/CN/", "S/CN/"]
    assert not any(one.startswith("G") for one in found.parameters["sees"])


@pytest.mark.parametrize("ended", [{}, {"until": TODAY}, {"since": TODAY + DAY}])
async def test_with_a_resource_the_items_are_granted_that_it_has_today(places, ended):
    await places.run(
        """MATCH (d:Department {id: 'Department:1/d'}), (f:Department {id: 'Department:1/f'})
        CREATE (f)-[:PROVIDES]->(r:Resource {id: 'Resource:r'})-[h:HAS_ITEM]->(:DataItem {id: 'DataItem:i'}),
          (d)<-[:TO]-(:Grant {id: 'Grant:g'})-[:OF]->(r) SET h += $ended""",
        ended=ended,
    )
    await stamp(places, ["Resource:r"])
    granted = (await Sights().get(places, SOMEONE, TODAY)).parameters["granted"]
    assert granted == (["Resource:r"] if ended else ["DataItem:i", "Resource:r"])


async def test_a_role_of_an_unknown_place_shows_what_everyone_sees(places):
    found = await assigned(places, "AUDITOR", department="Department:none/x", region="Region:none")
    assert found.parameters["sees"] == ["OPEN"]
    assert found.parameters["below"] == found.parameters["watched"] == []


async def test_an_administrator_by_the_catalog_is_one(places):
    found = await assigned(places, "ADMINISTRATOR")
    assert found.shape.is_whole
    assert found.scope is Scope.WHOLE


async def test_an_assignment_to_nobody_makes_nobody_anything(places):
    await assigned(places, "ADMINISTRATOR")
    await places.run("MATCH (a:RoleAssignment) SET a.subject = ''")
    found = await Sights().get(places, Viewer("", frozenset({Role.DEPARTMENT_VIEWER}), "Department:1/d"), TODAY)
    assert not found.shape.is_whole


async def test_a_machine_has_the_roles_of_whom_it_acts_for(places):
    """What the catalog grants to the person counts, what it grants to the machine does not."""
    await places.run(ASSIGN, role="PLANNER", department="", region="Region:1", since=None, until=None)
    for subject, of, roles in (("i|robot", "i|a", {Role.PLANNER}), ("i|a", "i|b", set())):
        found = await sight.load(places, Viewer(subject, frozenset({Role.PUBLIC}), on_behalf_of=of), TODAY)
        assert {binding.role for binding in found.bindings} - {Role.PUBLIC} == roles
