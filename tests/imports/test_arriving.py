"""Items that name their resource by its title alone find it, whichever file comes first."""

from itertools import permutations

import pytest

from imports.files import everything, item, load, resource

RESOURCES = [resource(n, 详情页网址="") for n in (1, 2)]
ITEMS = [item(1, "姓名", 1, resource_url=""), item(1, "住址", 2, resource_url="")]
HELD = "MATCH (r:Resource)-[h:HAS_ITEM]->(i:DataItem) RETURN r.name AS r, i.name AS i, i.audience AS seen ORDER BY i"


@pytest.mark.parametrize("page", ["", "https://data.example.gov.cn/d/1"])
async def test_the_order_of_two_files_does_not_matter(graph, tmp_path, page):
    resources = [RESOURCES[0] | {"详情页网址": page}, RESOURCES[1]]
    found = []
    await graph.run("MATCH (g:Region) SET g.path = '/' + g.code + '/'")
    for order in permutations([(resources, "catalog.json"), (ITEMS, "items.csv")]):
        reports = [await load(graph, tmp_path, *file, source="data.example.gov.cn") for file in order]
        rows = await graph.run(HELD)
        assert [(row["r"], row["i"]) for row in rows] == [("甲类信息1", "住址"), ("甲类信息1", "姓名")]
        assert all(row["seen"] for row in rows)
        found.append(await everything(graph))
        again = [await load(graph, tmp_path, *file, source="data.example.gov.cn") for file in order]
        assert [report.unchanged for report in again] == [report.new for report in reports]
        await graph.run("MATCH (n) WHERE NOT n:Region AND NOT n:Catalog DETACH DELETE n")
    assert found[0] == found[1]


async def test_a_name_that_two_resources_of_the_source_bear_leads_to_none(graph, tmp_path):
    """Whichever file comes first; what waits for one of them stays, for which one is meant cannot be told."""
    both = [RESOURCES[0], RESOURCES[0] | {"来源部门": "开封市司法局"}]
    for order in permutations([(both, "catalog.json"), (ITEMS, "items.csv")]):
        reports = [await load(graph, tmp_path, *file, source="here") for file in order]
        assert not any(report.counts["itemsArrived"] for report in reports)
        assert await graph.run(HELD) == []
        await graph.run("MATCH (n) WHERE NOT n:Region|Catalog DETACH DELETE n")


async def test_a_resource_that_bears_the_name_already_counts_and_one_of_another_source_does_not(graph, tmp_path):
    for source, arrived in (("elsewhere", 2), ("here", 0)):
        await load(graph, tmp_path, ITEMS, "items.csv", source="here")
        await graph.run(
            "CREATE (:Resource {id: 'Resource:x', source: $source, sortName: $name})",
            source=source,
            name="甲类信息1\u0001Resource:x",
        )
        report = await load(graph, tmp_path, RESOURCES[:1], source="here")
        assert report.counts["itemsArrived"] == arrived
        await graph.run("MATCH (n) WHERE NOT n:Region|Catalog DETACH DELETE n")


async def test_what_came_already_in_another_way_is_dropped(graph, tmp_path):
    await load(graph, tmp_path, ITEMS[:1], "items.csv", source="here")
    await load(graph, tmp_path, [item(1, "姓名", 1)], "others.csv", source="here")
    report = await load(graph, tmp_path, [resource(1)], source="here")
    assert report.counts["itemsArrived"] == 1
    assert len(await graph.run(HELD)) == 1
    assert await graph.run("MATCH (w:WaitingItem) RETURN w.id AS id") == []
