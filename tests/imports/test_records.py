"""Rows as resources and items: nothing that a row says is lost, and none gets the resource of another."""

import json
import random

import pytest

from graph.imports import Options, headers, plan
from graph.imports.records import records_of
from graph.imports.sheets import Table

HEAD = ["资源名称", "提供单位", "更新周期", "信息项名称", "数据类型"]


def records(head, *rows, sheets=(), ignored=0):
    rows = [list(row) for row in rows]
    columns = headers.recognise(head, [[row[place] for row in rows] for place in range(len(head))], {})
    return records_of(Table(head, rows, range(2, len(rows) + 2), sheets, ignored), columns, "s", "410200")


def extras(found):
    """What is kept beyond the fields: of resources by name, of items by name."""
    return (
        {entry.values["name"]: entry.values["extra"] for entry in found.entries},
        {item.values["name"]: item.values["extra"] for item in found.items},
    )


def rejected(found):
    return [(one.row, one.header) for one in found.rejected]


def test_items_of_a_list_of_items_keep_what_has_no_field():
    head = ["资源名称", "字段名称", "字段类型", "长度", "业务口径"]
    found = records(head, ["甲表", "姓名", "字符型", "20,2", "户籍"], ["甲表", "性别", "字符型", 1, None])
    assert extras(found) == ({}, {"姓名": ["业务口径: 户籍", "长度: 20,2"], "性别": None})
    assert [item.values["length"] for item in found.items] == [None, 1]
    again = records(head, ["甲表", "姓名", "字符型", "20,2", "另一种"], ["甲表", "性别", "字符型", 1, None])
    assert [one.hash == other.hash for one, other in zip(found.items, again.items, strict=True)] == [False, True]


def test_items_that_differ_only_beyond_the_fields_are_one():
    rows = [["甲表", "姓名", "字符型", 1], ["甲表", "姓名", "字符型", 7], ["甲表", "性别", "字符型", 2]]
    for order in (rows, rows[::-1]):
        found = records(["资源名称", "字段名称", "字段类型", "序号"], *order)
        assert extras(found)[1] == {"姓名": ["序号: 1", "序号: 7"], "性别": ["序号: 2"]}
        assert found.counts["repeated"] == 1


def test_what_differs_from_item_to_item_is_the_items_and_the_rest_their_resources():
    head = [*HEAD, "业务口径", "所属平台"]
    rows = [["甲表", "市公安局", "半年", f"项{n}", "字符型", f"口径{n}", "平台"] for n in range(100)]
    found = records(head, *rows, ["乙表", "市公安局", "每月", "金额", "数值型", "元", None])
    of_resources, of_items = extras(found)
    assert of_resources == {"甲表": ["所属平台: 平台", "更新周期: 半年"], "乙表": []}
    assert of_items == {f"项{n}": [f"业务口径: 口径{n}"] for n in range(100)} | {"金额": ["业务口径: 元"]}


def test_what_is_said_of_one_item_only_is_that_items():
    head = [*HEAD, "业务口径"]
    full, below = ["甲表", "市公安局", "每月"], [None, None, None]
    bare = [*full, None, None, None]
    for rows in (
        [[*full, "姓名", "字符型", "户籍"], [*full, "住址", "字符型", None]],
        [[*full, "住址", "字符型", None], [*full, "姓名", "字符型", "户籍"]],
        [[*full, "住址", "字符型", None], [*below, "姓名", "字符型", "户籍"]],
        [bare, [*below, "姓名", "字符型", "户籍"], [*below, "住址", "字符型", None]],
    ):
        assert extras(records(head, *rows)) == ({"甲表": []}, {"姓名": ["业务口径: 户籍"], "住址": None})


def test_what_a_resource_says_is_its_own_though_the_rows_below_leave_it_blank():
    head = [*HEAD, "所属平台"]
    below = [None, None, None, "住址", "字符型", None]
    for above in (["姓名", "字符型"], [None, None]):
        of_resources, of_items = extras(records(head, ["甲表", "市公安局", "每月", *above, "平台"], below))
        assert of_resources == {"甲表": ["所属平台: 平台"]}
        assert set(of_items.values()) == {None}


def test_nothing_is_cut():
    head = ["资源名称", "提供单位", *(f"某某{n}" for n in range(80))]
    found = records(head, ["甲表", "市公安局", *(str(n) * 1_000 for n in range(80))])
    assert found.entries[0].values["extra"] == sorted(f"某某{n}: {str(n) * 1_000}" for n in range(80))
    long = records(["资源名称", "提供单位", "某某"], ["甲表", "市公安局", "长" * 130_000])
    assert long.entries[0].values["extra"] == ["某某: " + "长" * 130_000]


def test_a_row_below_a_resource_keeps_what_it_says_itself():
    head = [*HEAD, "共享类型", "关键字"]
    found = records(
        head,
        ["甲表", "市公安局", "半年", "姓名", "字符型", "无条件共享", "户籍,人口"],
        [None, None, "每年", "住址", "字符型", "不予共享", "户籍"],
        [None, None, None, "性别", "字符型", "无条件共享", None],
        [None, None, "半年", "民族", "字符型", None, "户籍,人口"],
        [None, None, "不定期", "电话", "字符型", None, None],
    )
    (entry,) = found.entries
    assert (entry.values["updateCycle"], entry.values["shareType"]) == ("OTHER", "UNCONDITIONAL")
    assert extras(found) == (
        {"甲表": ["更新周期: 半年"]},
        {
            "姓名": None,
            "住址": ["共享类型: 不予共享", "关键字: 户籍", "更新周期: 每年"],
            "性别": None,
            "民族": None,
            "电话": ["更新周期: 不定期"],
        },
    )
    assert (found.counts["filledDown"], found.counts["saidOfItems"], found.counts["ambiguous"]) == (4, 2, 0)


def test_a_secret_item_below_a_resource_that_is_not_is_rejected():
    head = [*HEAD, "涉密属性"]
    above = ["甲表", "市公安局", "每月", "姓名", "字符型"]
    below = [None, None, None, "线人", "字符型"]
    for of_resource, of_item, lines in (
        ("非涉密", "涉密", [(3, "涉密属性")]),
        (None, "涉密", [(3, "涉密属性")]),
        ("涉密", "涉密", []),
        ("涉密", "非涉密", []),
        ("非涉密", None, []),
    ):
        found = records(head, [*above, of_resource], [*below, of_item])
        assert rejected(found) == lines
        assert all(one.cure for one in found.rejected)


POLICE = ["甲表", "市公安局", "每月", "姓名", "字符型"]
MORE = [None, None, None, "发放日期", "日期型"]


@pytest.mark.parametrize(
    ("wrong", "header"),
    [
        (["乙表", "市民政局", "每月", "金额", "数值型", "很久以前"], "发布日期"),
        (["乙表", "市民政局", "每月", "金额", "数值型", None, "多余"], ""),
        (["", "市民政局", "每月", "金额", "数值型", None], "资源名称"),
    ],
)
def test_rows_below_a_rejected_resource_are_not_another_resources(wrong, header):
    head = [*HEAD, "发布日期"]
    found = records(
        head,
        [*POLICE, "2019-03-01"],
        wrong,
        [*MORE, None],
        [None, None, None, "账号", "字符型", None],
        ["丙表", "市民政局", "每月", "事由", "字符型", "2019-03-01"],
        [None, None, None, "日期", "日期型", None],
    )
    assert rejected(found) == [(3, header), (4, "信息项名称"), (5, "信息项名称")]
    assert "第3行" in found.rejected[1].reason
    assert all(one.cure for one in found.rejected)
    assert [(item.of[0].rpartition("/")[2], item.values["name"]) for item in found.items] == [
        ("甲表", "姓名"),
        ("丙表", "事由"),
        ("丙表", "日期"),
    ]


def test_a_rejected_row_that_names_no_resource_leaves_the_one_above():
    found = records(HEAD, POLICE, [None, None, None, None, "字符型"], MORE)
    assert rejected(found) == [(3, "资源名称")]
    assert [item.values["name"] for item in found.items] == ["姓名", "发放日期"]


def test_a_row_at_the_top_of_a_sheet_is_below_no_resource():
    found = records(HEAD, POLICE, MORE, sheets=["公安局", "民政局"], ignored=2)
    assert rejected(found) == [(3, "民政局!资源名称")]
    assert found.counts["sheetsIgnored"] == 2


@pytest.mark.parametrize("seed", range(6))
def test_lists_of_several_columns_are_the_same_in_any_order_of_rows(tmp_path, seed):
    rows = [
        {"资源名称": "甲", "提供单位": "市公安局", "关键词": "x"},
        {"资源名称": "乙", "提供单位": "市公安局", "标签": "y", "关键词": "z"},
        {"资源名称": "丙", "提供单位": "市公安局", "目": "三", "关键词": "w"},
        {"资源名称": "丁", "提供单位": "市公安局", "类": "一", "项": "二", "目": "三"},
    ]
    random.Random(seed).shuffle(rows)
    (tmp_path / "file.json").write_text(json.dumps(rows))
    found = plan(tmp_path / "file.json", Options(source="s", region="410200"), []).records()
    said = {entry.values["name"]: entry.values for entry in found.entries}
    assert said["乙"]["keywords"] == ["y", "z"]
    assert said["丁"]["classification"] == "一/二/三"
