"""The audience that every write stamps: seeds, imports, changes of what it depends on, and of regions and departments."""

from datetime import date

import pytest
from imports.files import item, resource
from imports.files import load as imported

from graph.audience import stamp, stamp_regions
from graph.migrate import FOLDER, THEN, stamp_what_is_there, statements

PLACES = """CREATE (cn:Region {id: 'Region:CN', code: 'CN'}), (a:Region {id: 'Region:1', code: '1'}),
  (b:Region {id: 'Region:11', code: '11'}),
  (a)-[:WITHIN]->(cn), (b)-[:WITHIN]->(a),
  (d:Department {id: 'Department:1/d'})-[:LOCATED_IN {recordedAt: datetime('2020-01-01T00:00:00Z')}]->(b),
  (d)-[:PROVIDES {recordedAt: datetime('2020-01-01T00:00:00Z')}]->
  (r:Resource {id: 'Resource:r', publication: 'PUBLISHED', secrecy: 'NOT_SECRET', shareType: 'CONDITIONAL'})
  -[:HAS_ITEM {recordedAt: datetime('2020-01-01T00:00:00Z')}]->(i:DataItem {id: 'DataItem:i'}),
  (g:Grant {id: 'Grant:g'})-[:OF {recordedAt: datetime('2020-01-01T00:00:00Z')}]->(i)"""
STAMPED = "MATCH (n) WHERE n.id IN $ids RETURN n.id AS id, n.audience AS audience"
SHARED, RESERVED, GRANTED = "S/CN/1/11/", "R/CN/1/11/#Department:1/d", "G/CN/1/11/#Department:1/d"


async def audiences(database, *ids):
    """The audience of each of these."""
    rows = await database.run(STAMPED, ids=ids)
    return {row["id"]: row["audience"] for row in rows}


@pytest.fixture
async def places(empty_database):
    await empty_database.run(PLACES)
    await stamp_regions(empty_database)
    return empty_database


@pytest.mark.parametrize(
    ("said", "audience"),
    [
        ({}, SHARED),
        ({"openType": "UNCONDITIONAL_OPEN"}, "OPEN"),
        ({"openType": "ON_APPLICATION"}, SHARED),
        ({"shareType": None}, SHARED),
        ({"secrecy": None}, SHARED),
        ({"secrecy": "SECRET"}, RESERVED),
        ({"secrecy": "SECRET", "openType": "UNCONDITIONAL_OPEN"}, RESERVED),
        ({"publication": "DRAFT", "openType": "UNCONDITIONAL_OPEN"}, RESERVED),
        ({"publication": "WITHDRAWN"}, RESERVED),
        ({"publication": None}, RESERVED),
        *(
            ({"shareType": one, "openType": "UNCONDITIONAL_OPEN"}, RESERVED)
            for one in ("NOT_SHARED", "SPECIAL", "DEFERRED")
        ),
    ],
)
async def test_what_an_entry_says_decides_on_its_audience_and_its_items(places, said, audience):
    await places.run("MATCH (r:Resource) SET r += $said", said=said)
    await stamp(places, ["Resource:r"])
    found = await audiences(places, "Resource:r", "DataItem:i", "Grant:g")
    assert found == {"Resource:r": audience, "DataItem:i": audience, "Grant:g": GRANTED}


async def test_without_a_place_only_what_is_open_has_an_audience(places):
    await places.run("MATCH (:Department)-[p:PROVIDES]->() DELETE p")
    await stamp(places, ["Resource:r"])
    assert set((await audiences(places, "Resource:r", "DataItem:i", "Grant:g")).values()) == {None}
    await places.run("MATCH (r:Resource) SET r.catalogRegion = '1'")
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "DataItem:i"))["DataItem:i"] == "S/CN/1/"
    await places.run("MATCH (r:Resource) SET r.openType = 'UNCONDITIONAL_OPEN' REMOVE r.catalogRegion")
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "DataItem:i"))["DataItem:i"] == "OPEN"


async def test_the_provider_that_holds_longest_counts_and_a_wrong_one_never(places):
    await places.run(
        """MATCH (r:Resource), (g:Region {id: 'Region:1'})
        CREATE (o:Department {id: 'Department:1/o'})-[:LOCATED_IN]->(g), (o)-[:PROVIDES {until: date('2030-01-01')}]->(r)"""
    )
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "Resource:r"))["Resource:r"] == SHARED
    await places.run("MATCH (:Department {id: 'Department:1/d'})-[p:PROVIDES]->() SET p.withdrawnAt = datetime()")
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "Resource:r"))["Resource:r"] == "S/CN/1/"
    await places.run("MATCH (o:Department {id: 'Department:1/o'}) DETACH DELETE o")
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "Resource:r"))["Resource:r"] is None


async def test_a_provider_that_is_still_to_come_does_not_count_before_one_that_has_begun(places):
    await places.run(
        """MATCH (r:Resource), (g:Region {id: 'Region:1'}), ()-[p:PROVIDES]->(r)
        SET p.until = date() + duration('P30D')
        CREATE (o:Department {id: 'Department:1/a'})-[:LOCATED_IN]->(g),
          (o)-[:PROVIDES {since: date() + duration('P30D')}]->(r)"""
    )
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "Resource:r"))["Resource:r"] == SHARED


@pytest.mark.parametrize(("today", "audience"), [(date(2026, 3, 9), SHARED), (date(2026, 3, 10), "S/CN/1/")])
async def test_who_provides_today_is_decided_by_the_day_of_the_write(places, today, audience):
    """Not by the engine's, which may be another zone's."""
    await places.run(
        """MATCH (r:Resource), (g:Region {id: 'Region:1'}), ()-[p:PROVIDES]->(r) SET p.until = date('2026-03-10')
        CREATE (o:Department {id: 'Department:1/a'})-[:LOCATED_IN]->(g), (o)-[:PROVIDES {since: date('2026-03-10')}]->(r)"""
    )
    await stamp(places, ["Resource:r"], today)
    assert (await audiences(places, "Resource:r"))["Resource:r"] == audience


async def test_a_closed_item_follows_its_resource_still(places):
    await places.run("MATCH ()-[h:HAS_ITEM]->() SET h.withdrawnAt = datetime()")
    await places.run("MATCH (r:Resource) SET r.secrecy = 'SECRET'")
    await stamp(places, ["Resource:r"])
    assert (await audiences(places, "DataItem:i"))["DataItem:i"] == RESERVED


async def test_where_a_region_moves_what_lies_in_it_moves_along(places):
    await stamp(places, ["Resource:r"])
    await places.run("MATCH (:Region {id: 'Region:11'})-[w:WITHIN]->() DELETE w")
    await places.run("MATCH (b:Region {id: 'Region:11'}), (cn:Region {id: 'Region:CN'}) CREATE (b)-[:WITHIN]->(cn)")
    await stamp_regions(places)
    found = await audiences(places, "Resource:r", "DataItem:i", "Grant:g")
    assert found == {"Resource:r": "S/CN/11/", "DataItem:i": "S/CN/11/", "Grant:g": "G/CN/11/#Department:1/d"}


async def test_a_department_stands_for_what_it_provides_operates_and_proposes(places):
    await places.run(
        """MATCH (d:Department)
        CREATE (d)-[:OPERATES]->(:System {id: 'System:s'}), (d)-[:PROPOSES]->(:Project {id: 'Project:p'})"""
    )
    await stamp(places, ["Department:1/d", "Rule:x"])
    found = await audiences(places, "Resource:r", "System:s", "Project:p")
    assert found == {"Resource:r": SHARED, "System:s": "Y/CN/1/11/", "Project:p": "Y/CN/1/11/"}
    await places.run("MATCH (d:Department)-[o:OPERATES]->() DELETE o")
    await stamp(places, ["System:s"])
    assert (await audiences(places, "System:s"))["System:s"] is None


async def test_a_catalog_of_an_earlier_release_is_stamped_when_it_is_migrated(places):
    await places.run("MATCH (n) REMOVE n.path, n.audience")
    await stamp_what_is_there(places)
    found = await audiences(places, "Resource:r", "DataItem:i", "Grant:g")
    assert set(found.values()) == {SHARED, GRANTED}


async def test_what_grants_and_shared_nodes_say_too_much_is_taken_back(places):
    """What an earlier release wrote: grants stood as reserved entries do, and shared nodes named the import."""
    await places.run(
        """MATCH (g:Grant) SET g.audience = $reserved
        CREATE (:DataElement {id: 'DataElement:n', source: 'a file', recordedAt: datetime()}),
          (:DataElement {id: 'DataElement:s', standard: 'GB 1', source: 'a standard'}),
          (:DataElement {id: 'DataElement:m', madeUp: true, source: 'the town'}),
          (:Department {id: 'Department:1/imported', kind: 'DEPARTMENT', madeUp: false, source: 'a file'}),
          (:Department {id: 'Department:1/sample', source: 'a register'})""",
        reserved=RESERVED,
    )
    for statement in statements(FOLDER / "0007_grants.cypher"):
        await places.run(statement)
    await THEN["0007_grants"](places)
    assert await audiences(places, "Grant:g") == {"Grant:g": GRANTED}
    rows = await places.run(
        "MATCH (n:DataElement|Department) WHERE n.source IS NOT NULL OR n.recordedAt IS NOT NULL RETURN n.source AS source"
    )
    assert {row["source"] for row in rows} == {"a standard", "the town", "a register"}


async def test_the_town_is_stamped(town):
    [found] = await town.run(
        """MATCH (r:Resource)<-[:PROVIDES]-(:Department)-[:LOCATED_IN]->(g:Region {id: 'Region:410299'})
        WITH DISTINCT r RETURN count(r) AS resources, count(r.audience) AS stamped,
          count(CASE WHEN r.audience = 'S/CN/410000/410200/410299/' THEN 1 END) AS shared"""
    )
    assert found["stamped"] == found["resources"] > found["shared"] > 30
    [found] = await town.run("MATCH (s:System)<-[:OPERATES]-() RETURN count(s) AS systems, count(s.audience) AS known")
    assert found["systems"] == found["known"] > 1000


async def test_an_import_stamps_what_it_writes_and_a_state_keeps_what_it_had(empty_database, tmp_path):
    await empty_database.run("CREATE (:Region {id: 'Region:410200', code: '410200', name: '开封市', level: 'CITY'})")
    await stamp_regions(empty_database)
    await imported(empty_database, tmp_path, [item(1, "姓名")], complete=True)
    await imported(empty_database, tmp_path, [resource(1), resource(2)], complete=True)
    rows = await empty_database.run("MATCH (n:Resource|DataItem) RETURN n.id AS id, n.audience AS audience")
    assert len(rows) == 3
    assert {row["audience"] for row in rows} == {"S/410200/"}
    await imported(empty_database, tmp_path, [resource(2)], complete=True)
    police = "R/410200/#Department:410200/开封市公安局"
    rows = await empty_database.run("MATCH (n:Resource|DataItem) RETURN n.audience AS audience ORDER BY n.id")
    assert [row["audience"] for row in rows] == [police, police, "S/410200/"]
    rows = await empty_database.run("MATCH (:Resource)-[:WAS]->(n) RETURN n.audience AS audience")
    assert {row["audience"] for row in rows} == {"S/410200/"}


async def test_what_an_import_shares_with_others_says_nothing_of_the_import(empty_database, tmp_path):
    await empty_database.run("CREATE (:Region {id: 'Region:410200', code: '410200', name: '开封市', level: 'CITY'})")
    await stamp_regions(empty_database)
    await imported(empty_database, tmp_path, [resource(1)], complete=True)
    await imported(empty_database, tmp_path, [item(1, "姓名")], complete=True)
    rows = await empty_database.run("MATCH (n:DataElement|Department) RETURN n.source AS source")
    assert [row["source"] for row in rows] == [None, None]
    [element] = await empty_database.run("MATCH (e:DataElement) RETURN e.recordedAt AS at, e.madeUp AS madeUp")
    assert element == {"at": None, "madeUp": None}
