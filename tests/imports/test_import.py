"""Files into the graph: once, again, changed, in any order, items first, incomplete."""

import random

import pytest

from graph.errors import Interrupted
from imports.files import PAGE, PORTALS, counted, everything, item, load, resource


async def test_a_file_becomes_resources_with_departments(graph, tmp_path):
    report = await load(
        graph, tmp_path, [resource(1), resource(2, 更新周期="半年", 来源部门="开封市财政局", 摘要="暂无")]
    )
    assert counted(report) == (2, 0, 0, 0)
    assert (report.source, report.region) == ("data.example.gov.cn", "410200")
    rows = await graph.run(
        "MATCH (g:Region)<-[:LOCATED_IN]-(d:Department)-[p:PROVIDES]->(r:Resource) "
        "RETURN r{.*} AS r, d{.*} AS d, p{.*} AS p, g.id AS g ORDER BY r.id"
    )
    first, second = rows
    assert first["r"]["id"] == f"Resource:data.example.gov.cn/{PAGE}1"
    assert first["d"]["id"] == "Department:410200/开封市公安局"
    assert first["d"]["sortName"] == "开封市公安局\x01Department:410200/开封市公安局"
    assert first["g"] == "Region:410200"
    assert first["r"]["extra"] == ["备注栏: x"]
    assert first["r"]["updateCycle"] == "MONTHLY"
    assert first["r"]["publication"] == "PUBLISHED"
    assert first["r"]["secrecy"] == "NOT_SECRET"
    assert "since" not in first["r"]
    assert "since" not in first["p"]
    assert (
        first["r"]["recordedAt"] == first["p"]["recordedAt"] == second["r"]["recordedAt"] == second["d"]["recordedAt"]
    )
    assert second["r"]["extra"] == ["备注栏: x", "更新周期: 半年"]
    assert second["r"]["updateCycle"] == "OTHER"
    assert "abstract" not in second["r"]
    assert report.counts["nullWords"] == 1


async def test_what_no_key_can_be_made_of_is_rejected_and_the_rest_imported(graph, tmp_path):
    """The engine indexes no key of more than 8,160 bytes; one such row must not undo all others."""
    longest = {"标题": "名" * 500, "来源部门": "局" * 250}
    rows = [
        resource(1),
        resource(2, 标题="名" * 501),
        resource(3, 来源部门="局" * 251),
        resource(4, 详情页网址=PAGE + "x" * 2000),
        resource(5, 标题="㍻" * 300),  # two characters each as keys are compared
        resource(6, **longest, 详情页网址=""),
    ]
    report = await load(graph, tmp_path, rows, source="here")
    assert [rejection.row for rejection in report.rejected] == [2, 3, 4, 5]
    assert {rejection.reason for rejection in report.rejected} == {"太长 too long"}
    assert counted(report) == (2, 0, 0, 4)
    row = {"resource_title": longest["标题"], "来源部门": longest["来源部门"], "item_name": "项" * 500}
    report = await load(graph, tmp_path, [row], "items.csv", source="here")
    assert counted(report) == (1, 0, 0, 0)
    assert report.counts["waiting"] == 0


async def test_the_same_file_twice_changes_nothing(graph, tmp_path):
    rows = [resource(n) for n in range(9)]
    await load(graph, tmp_path, rows)
    before = await everything(graph)
    report = await load(graph, tmp_path, rows)
    assert counted(report) == (0, 0, 9, 0)
    assert await everything(graph) == before


@pytest.mark.parametrize(
    "portal", ["guangxi_guilin", "hainan_hainan", "sichuan_aba", "anhui_chizhou", "zhejiang_taizhou"]
)
async def test_the_order_of_rows_does_not_matter(graph, tmp_path, portal):
    rows = [*PORTALS[portal]["rows"], *PORTALS[portal]["rows"][:3]]
    rows.append(
        {
            name: f"{value}x" if name in ("标题", "subjectBaseName", "目录名称") else value
            for name, value in rows[0].items()
        }
    )
    await load(graph, tmp_path, rows, source="here")
    first = await everything(graph)
    await graph.run("MATCH (n) WHERE NOT n:Region AND NOT n:Catalog DETACH DELETE n")
    random.Random(7).shuffle(rows)
    report = await load(graph, tmp_path, rows, source="here")
    assert report.counts["repeated"] == 3
    assert await everything(graph) == first


async def test_the_order_of_files_does_not_matter(graph, tmp_path):
    files = [
        ([resource(n) for n in range(4)], "a.json"),
        ([resource(n) for n in range(4, 8)], "b.json"),
        ([item(n, f"项{k}", k) for n in range(8) for k in (1, 2)], "items.csv"),
    ]
    found = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        for place in order:
            await load(graph, tmp_path, *files[place])
        found.append(await everything(graph))
        await graph.run("MATCH (n) WHERE NOT n:Region AND NOT n:Catalog DETACH DELETE n")
    assert found[0] == found[1] == found[2]
    assert sum("DataItem" in labels for labels, _ in found[0][0]) == 16


async def test_a_changed_row_becomes_a_new_state(graph, tmp_path):
    await load(graph, tmp_path, [resource(1), resource(2)])
    report = await load(graph, tmp_path, [resource(1, 摘要="另一种说法", 来源部门="开封市司法局"), resource(2)])
    assert counted(report) == (0, 1, 1, 0)
    (row,) = await graph.run(
        "MATCH (r:Resource {landingPage: $page}) OPTIONAL MATCH (r)-[:WAS]->(s) WITH r, s ORDER BY s.until IS NULL "
        "RETURN r{.*} AS r, collect(s{.*}) AS states, "
        "date(datetime({datetime: r.recordedAt, timezone: 'Asia/Shanghai'})) AS today",
        page=f"{PAGE}1",
    )
    now, (held, known) = row["r"], row["states"]
    assert now["abstract"] == "另一种说法"
    assert now["since"] == held["until"] == row["today"]
    assert held["abstract"] == known["abstract"] == "第1类信息"
    assert held["recordedAt"] == now["recordedAt"] == known["withdrawnAt"]
    assert known["recordedAt"] < known["withdrawnAt"]
    assert "until" not in known
    assert "withdrawnAt" not in held
    edges = await graph.run(
        "MATCH (d:Department)-[p:PROVIDES]->(:Resource {landingPage: $page}) "
        "RETURN d.name AS d, p.since IS NOT NULL AS since, p.until IS NOT NULL AS until, p.withdrawnAt IS NOT NULL AS gone",
        page=f"{PAGE}1",
    )
    assert sorted(tuple(edge.values()) for edge in edges) == [
        ("开封市公安局", False, False, True),
        ("开封市公安局", False, True, False),
        ("开封市司法局", True, False, False),
    ]
    again = await load(graph, tmp_path, [resource(1)])
    assert counted(again) == (0, 1, 0, 0)
    (row,) = await graph.run(
        "MATCH (:Resource {landingPage: $page})-[:WAS]->(s) RETURN count(s) AS states", page=f"{PAGE}1"
    )
    assert row["states"] == 3  # the state of a single day is only known, never held over a day


async def test_a_file_with_fewer_columns_changes_only_those(graph, tmp_path):
    await load(graph, tmp_path, [resource(1)])
    fewer = {
        name: value for name, value in resource(1, 更新时间="2021-01-02").items() if name not in ("摘要", "备注栏")
    }
    assert counted(await load(graph, tmp_path, [fewer])) == (0, 1, 0, 0)
    (row,) = await graph.run("MATCH (r:Resource) RETURN r{.*} AS r")
    assert row["r"]["abstract"] == "第1类信息"
    assert row["r"]["extra"] == ["备注栏: x"]
    assert str(row["r"]["lastUpdatedAt"]) == "2021-01-02"
    assert row["r"]["sortUpdated"].startswith("2021-01-02\x01")
    assert counted(await load(graph, tmp_path, [fewer])) == (0, 0, 1, 0)


async def test_what_is_absent_stays_unless_the_file_is_complete(graph, tmp_path):
    await load(graph, tmp_path, [resource(n) for n in range(4)])
    await load(graph, tmp_path, [resource(9, 来源部门="漯河市公安局")], region="411100")
    assert counted(await load(graph, tmp_path, [resource(0)])) == (0, 0, 1, 0)
    report = await load(graph, tmp_path, [resource(0)], complete=True)
    assert (report.resources.closed, report.unchanged) == (3, 1)
    rows = await graph.run("MATCH (r:Resource) RETURN r.name AS name, r.publication AS now ORDER BY name")
    assert [row["now"] for row in rows] == ["PUBLISHED", "WITHDRAWN", "WITHDRAWN", "WITHDRAWN", "PUBLISHED"]
    (row,) = await graph.run(
        "MATCH (:Department)-[p:PROVIDES]->(:Resource {publication: 'WITHDRAWN'}) "
        "WHERE p.until IS NULL AND p.withdrawnAt IS NULL RETURN count(p) AS open"
    )
    assert row["open"] == 0
    back = await load(graph, tmp_path, [resource(n) for n in range(4)], complete=True)
    assert counted(back) == (0, 3, 1, 0)
    again = await load(graph, tmp_path, [resource(n) for n in range(4)], complete=True)
    assert counted(again) == (0, 0, 4, 0)


async def test_items_wait_for_their_resource_unseen(graph, tmp_path):
    rows = [item(1, "姓名", 1), item(1, "住址", 2), item(2, "号牌", 1)]
    report = await load(graph, tmp_path, rows, "items.csv")
    assert (report.new, report.counts["itemsWaiting"]) == (3, 3)
    assert counted(await load(graph, tmp_path, rows, "items.csv")) == (0, 0, 3, 0)
    (row,) = await graph.run("MATCH (i:DataItem) RETURN count(i) AS seen")
    assert row["seen"] == 0
    report = await load(graph, tmp_path, [resource(1)])
    assert report.counts["itemsArrived"] == 2
    (row,) = await graph.run(
        "MATCH (r:Resource)-[h:HAS_ITEM]->(i:DataItem)-[m:MEANS]->(e:DataElement) "
        "WHERE r.recordedAt = i.recordedAt AND h.recordedAt = r.recordedAt AND m.recordedAt = r.recordedAt "
        "RETURN collect(i.id) AS ids, collect(e.id) AS elements, collect(labels(i)) AS labels"
    )
    assert sorted(row["ids"]) == [f"DataItem:data.example.gov.cn/{PAGE}1/{name}" for name in ("住址", "姓名")]
    assert sorted(row["elements"]) == ["DataElement:住址", "DataElement:姓名"]
    assert row["labels"] == [["DataItem"]] * 2
    assert counted(await load(graph, tmp_path, rows, "items.csv")) == (0, 0, 3, 0)


async def test_items_change_and_close(graph, tmp_path):
    await load(graph, tmp_path, [resource(1)])
    await load(
        graph, tmp_path, [item(1, "姓名", 1), item(1, "住址", 2), item(1, "电话", 3), item(1, "电话", 4)], "items.csv"
    )
    report = await load(graph, tmp_path, [item(1, "姓名", 5)], "items.csv", complete=True)
    assert (report.items.changed, report.items.closed) == (1, 3)
    rows = await graph.run(
        "MATCH (:Resource)-[h:HAS_ITEM]->(i) WHERE h.until IS NULL AND h.withdrawnAt IS NULL RETURN i.position AS at"
    )
    assert [row["at"] for row in rows] == [5]
    (row,) = await graph.run("MATCH (:DataItem)-[:WAS]->(s:DataItemState) RETURN collect(DISTINCT s.position) AS was")
    assert row["was"] == [1]
    back = await load(graph, tmp_path, [item(1, "姓名", 5), item(1, "住址", 2)], "items.csv")
    assert (back.items.changed, back.items.unchanged) == (1, 1)


async def test_repeated_item_names_are_told_apart_by_position(graph, tmp_path):
    await load(graph, tmp_path, [resource(1)])
    await load(
        graph, tmp_path, [item(1, "电话", 4), item(1, "电话", 3), item(1, "姓名", 1), item(1, "姓名", 1)], "items.csv"
    )
    rows = await graph.run("MATCH (i:DataItem) RETURN split(i.id, '/')[-1] AS name ORDER BY i.sortPosition")
    assert [row["name"] for row in rows] == ["姓名", "电话#3", "电话#4"]


async def test_items_keep_what_has_no_field_and_change_only_what_the_file_says(graph, tmp_path):
    async def kept():
        rows = await graph.run("MATCH (i:DataItem) RETURN i.name AS name, i.extra AS extra ORDER BY name DESC")
        return [tuple(row.values()) for row in rows]

    rows = [item(1, "姓名", 1, 业务口径="户籍", 计量="无单位"), item(1, "住址", 2, 业务口径="", 计量="")]
    await load(graph, tmp_path, rows, "items.csv")
    await load(graph, tmp_path, [resource(1)])
    said = [("姓名", ["业务口径: 户籍", "计量: 无单位"]), ("住址", None)]
    assert await kept() == said
    assert counted(await load(graph, tmp_path, rows, "items.csv")) == (0, 0, 2, 0)
    changed = [item(1, "姓名", 1, 业务口径="常住"), item(1, "住址", 2, 业务口径="常住")]
    assert counted(await load(graph, tmp_path, changed, "items.csv")) == (0, 2, 0, 0)
    assert await kept() == [("姓名", ["业务口径: 常住", "计量: 无单位"]), ("住址", ["业务口径: 常住"])]
    cleared = [item(1, "姓名", 1, 业务口径="", 计量="无单位"), item(1, "住址", 2, 业务口径="", 计量="")]
    assert counted(await load(graph, tmp_path, cleared, "items.csv")) == (0, 2, 0, 0)
    assert await kept() == [("姓名", ["计量: 无单位"]), ("住址", [])]
    assert counted(await load(graph, tmp_path, cleared, "items.csv")) == (0, 0, 2, 0)


async def test_an_item_may_be_referred_to_in_several_ways(graph, tmp_path):
    await load(graph, tmp_path, [resource(1), resource(2)])
    rows = [item(1, "姓名", 1), item(1, "住址", 2, resource_title="甲类信息一")]
    rows += [item(1, "姓名", 1, resource_url=""), item(2, "号牌", 1, resource_url="")]
    for order in (rows, rows[::-1]):
        report = await load(graph, tmp_path, order, "items.csv", source="data.example.gov.cn")
        assert not report.rejected
    found = await graph.run("MATCH (r:Resource)-[:HAS_ITEM]->(i) RETURN r.name AS r, i.name AS i ORDER BY r, i")
    assert [tuple(row.values()) for row in found] == [
        ("甲类信息1", "住址"),
        ("甲类信息1", "姓名"),
        ("甲类信息2", "号牌"),
    ]


async def test_a_template_has_resources_and_items(graph, tmp_path):
    rows = [
        {
            "信息资源名称": "人口信息",
            "信息资源代码": "307001/1",
            "信息资源提供方": "开封市公安局",
            "信息项名称": name,
            "数据类型": "字符型",
            "数据长度": 20,
            "共享类型": "有条件共享",
            "发布日期": "2019.3",
        }
        for name in ("姓名", "住址")
    ]
    rows[1] = rows[1] | {"信息资源名称": "", "信息资源代码": "", "信息资源提供方": "", "共享类型": "", "发布日期": ""}
    report = await load(graph, tmp_path, rows, "template.csv", source="开封市目录")
    assert (report.resources.new, report.items.new, report.counts["partialDates"]) == (1, 2, 1)
    (row,) = await graph.run("MATCH (r:Resource)-[:HAS_ITEM]->(i) RETURN r{.*} AS r, collect(i.length) AS lengths")
    assert row["r"]["id"] == "Resource:410200/307001/1"
    assert str(row["r"]["publishedOn"]) == "2019-03-01"
    assert row["r"]["extra"] == ["发布日期: 2019.3"]
    assert row["lengths"] == [20, 20]
    assert counted(await load(graph, tmp_path, rows, "template.csv", source="开封市目录")) == (0, 0, 3, 0)


async def test_a_secret_entry_is_never_published(graph, tmp_path):
    report = await load(
        graph, tmp_path, [resource(1, 涉密属性="涉密"), resource(2, 涉密属性="非涉密"), resource(3, 涉密属性="看情况")]
    )
    assert [one.header for one in report.rejected] == ["涉密属性"]
    rows = await graph.run("MATCH (r:Resource) RETURN r.secrecy AS secrecy, r.publication AS publication ORDER BY r.id")
    assert [tuple(row.values()) for row in rows] == [("SECRET", "DRAFT"), ("NOT_SECRET", "PUBLISHED")]


async def test_rows_that_share_a_key_are_told_apart_by_content(graph, tmp_path):
    rows = [resource(1), resource(1, 摘要="另一种"), resource(1), resource(2)]
    report = await load(graph, tmp_path, rows)
    assert (report.new, report.counts["ambiguous"], report.counts["repeated"]) == (3, 2, 1)
    ids = [row["id"] for row in await graph.run("MATCH (r:Resource) RETURN r.id AS id ORDER BY id")]
    assert [("#" in one) for one in ids] == [True, True, False]
    assert counted(await load(graph, tmp_path, rows[::-1])) == (0, 0, 3, 0)


async def test_former_names_lead_to_the_department(graph, tmp_path):
    await graph.run(
        "MATCH (g:Region {code: '410200'}) "
        "CREATE (d:Department {id: 'Department:410200/开封市市场监督管理局', name: '开封市市场监督管理局', "
        "formerNames: ['开封市工商行政管理局', '开封市质量技术监督局']})-[:LOCATED_IN]->(g)"
    )
    report = await load(
        graph, tmp_path, [resource(1, 来源部门="开封市工商行政管理局"), resource(2, 来源部门="【开封市】开封市财政局")]
    )
    assert (
        report.counts["departmentsByFormerName"],
        report.counts["departmentsTidied"],
        report.counts["departmentsNew"],
    ) == (1, 1, 1)
    rows = await graph.run("MATCH (d:Department)-[:PROVIDES]->(r) RETURN d.name AS name ORDER BY r.id")
    assert [row["name"] for row in rows] == ["开封市市场监督管理局", "开封市财政局"]


async def test_what_was_changed_later_is_not_overtaken(graph, tmp_path):
    """A state that began after the instant of the import would end before it began."""
    await load(graph, tmp_path, [resource(1)])
    await graph.run("MATCH (r:Resource) SET r.recordedAt = datetime() + duration('PT1H')")
    before = await everything(graph)
    with pytest.raises(Interrupted):
        await load(graph, tmp_path, [resource(1, 摘要="另一个")])
    assert await everything(graph) == before
