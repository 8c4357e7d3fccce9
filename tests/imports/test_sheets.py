"""Books: title rows, headers of several rows, merged cells, and which of the sheets are the catalog."""

from datetime import datetime

import openpyxl
import pytest

from graph.errors import ImportRefused
from graph.imports.limits import Limits
from graph.imports.read import read_table


def template(tmp_path, **cells):
    """The national template: a title, two header rows, a resource merged over its items."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某市政务信息资源目录"])
    sheet.append(["填报单位：市公安局", None, None, None, "填报日期：2019.3"])
    sheet.append(["序号", "信息资源名称", "信息资源提供方", "信息项信息", None, "开放属性", None, "发布日期"])
    sheet.append([None, None, None, "信息项名称", "数据类型", "是否向社会开放", "开放条件", None])
    sheet.append([1, "人口信息", "市公安局", "姓名", "字符型", "否", None, datetime(2019, 3, 1)])  # noqa: DTZ001  Excel knows no zones
    sheet.append([None, None, None, "住址", "字符型"])
    sheet.append([2, "车辆信息", "市公安局", "号牌", "字符型", "是", "申请", "2019.3"])
    for area in (
        "A1:H1",
        "D3:E3",
        "F3:G3",
        "A3:A4",
        "B3:B4",
        "C3:C4",
        "H3:H4",
        "A5:A6",
        "B5:B6",
        "C5:C6",
        "F5:F6",
        "G5:G6",
        "H5:H6",
    ):
        sheet.merge_cells(area)
    for place, value in cells.items():
        sheet[place] = value
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def test_merged_cells_and_headers_of_two_rows(tmp_path):
    table = read_table(template(tmp_path))
    assert table.headers == [
        "序号",
        "信息资源名称",
        "信息资源提供方",
        "信息项名称",
        "数据类型",
        "是否向社会开放",
        "开放条件",
        "发布日期",
    ]
    assert [row[:5] for row in table.rows] == [
        [1, "人口信息", "市公安局", "姓名", "字符型"],
        [1, "人口信息", "市公安局", "住址", "字符型"],
        [2, "车辆信息", "市公安局", "号牌", "字符型"],
    ]
    assert table.rows[1][7] == datetime(2019, 3, 1)  # noqa: DTZ001
    assert list(table.numbers) == [5, 6, 7]


def test_equal_parts_of_headers_keep_their_parent(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["名称", "共享", None, "开放", None])
    sheet.append([None, "类型", "条件", "类型", "条件"])
    sheet.append(["甲信息", "有条件共享", "核验", "不予开放", None])
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    book.save(tmp_path / "parts.xlsx")
    assert read_table(tmp_path / "parts.xlsx").headers == ["名称", "共享/类型", "共享/条件", "开放/类型", "开放/条件"]


def book(tmp_path, merged=(), hidden=(), **sheets):
    """A book of these sheets, each a list of rows; `merged` are areas of the first, `hidden` names of sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    for area in merged:
        made.worksheets[0].merge_cells(area)
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


PEOPLE = [["人口信息", "市公安局", "每月", "张三", "12345"], ["车辆信息", "市公安局", "每月", "李四", "12345"]]
ABOVE = ["资源名称", "提供单位", "更新周期", "联系方式", None]


def test_a_header_over_two_columns_does_not_take_a_row_of_data(tmp_path):
    table = read_table(book(tmp_path, ["D1:E1"], 目录=[ABOVE, *PEOPLE]))
    assert table.headers == ["资源名称", "提供单位", "更新周期", "联系方式", "联系方式#2"]
    assert table.rows == PEOPLE


@pytest.mark.parametrize("beside", [[None, None, None], ["资源名称", "提供单位", "更新周期"]])
def test_a_header_over_two_columns_is_parted_in_the_row_below(tmp_path, beside):
    table = read_table(book(tmp_path, ["D1:E1"], 目录=[ABOVE, [*beside, "联系人", "电话"], *PEOPLE]))
    assert table.headers == ["资源名称", "提供单位", "更新周期", "联系方式/联系人", "电话"]
    assert table.rows == PEOPLE


HEAD = ["资源名称", "提供单位", "更新周期"]
POLICE = [[f"公安信息{n}", "市公安局", "每月"] for n in range(5)]
CIVIL = [[f"民政信息{n}", "市民政局", "每年"] for n in range(4)]
BESIDE = {
    "a cover": [["某市政务信息资源目录"], ["填报单位：市公安局"], ["填报日期：2019.3"]],
    "instructions": [["填表说明"], ["1", "资源名称：写全称"], ["2", "更新周期：见代码表"]],
    "a list of codes": [["代码", "名称", "说明"], *[[n, f"类型{n}", "见标准"] for n in range(40)]],
    "another list of codes": [["更新周期", "代码"], ["每日", 1], ["每月", 2]],
    "parties": [["单位代码", "单位名称", "联系电话"], *[[n, f"市第{n}局", "0371-65500000"] for n in range(9)]],
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_is_beside_the_catalog_is_left_out_and_counted(tmp_path, kind):
    for sheets in ({"甲": BESIDE[kind], "乙": [HEAD, *POLICE]}, {"乙": [HEAD, *POLICE], "甲": BESIDE[kind]}):
        table = read_table(book(tmp_path, **sheets))
        assert table.headers == HEAD
        assert table.rows == POLICE
        assert table.ignored == 1


def test_sheets_with_the_same_headers_are_one_catalog(tmp_path):
    turned = [[of, name, cycle] for name, of, cycle in [HEAD, *CIVIL]]
    table = read_table(book(tmp_path, 说明=[["填表说明"]], 公安局=[["目录"], HEAD, *POLICE], 民政局=turned))
    assert table.headers == HEAD
    assert table.rows == [*POLICE, *CIVIL]
    assert list(table.numbers) == [3, 4, 5, 6, 7, 2, 3, 4, 5]
    assert table.sheets == ["公安局"] * 5 + ["民政局"] * 4


@pytest.mark.parametrize(
    "other",
    [
        [["资源名称", "提供单位", "共享类型"], ["低保信息", "市民政局", "有条件共享"]],
        [["资源名称", "信息项名称", "数据类型"], ["公安信息1", "姓名", "字符型"]],
    ],
)
def test_another_catalog_in_the_book_is_refused_with_a_cure(tmp_path, other):
    with pytest.raises(ImportRefused) as caught:
        read_table(book(tmp_path, 公安局=[HEAD, *POLICE], 民政局=other))
    assert "公安局, 民政局" in caught.value.message
    assert caught.value.cure


def test_a_catalog_whose_name_must_be_asked_is_not_left_out(tmp_path):
    catalog = [
        ["数据名录", "责任单位", "更新周期", "摘要"],
        *[[f"某{n}", "市公安局", "每月", f"第{n}类"] for n in range(9)],
    ]
    parties = [["名称", "部门", "电话", "邮箱"], *[[f"张{n}", "市公安局", "0371-65500000", "a@b.cn"] for n in range(3)]]
    with pytest.raises(ImportRefused) as caught:
        read_table(book(tmp_path, 目录=catalog, 联系人=parties))
    assert "目录, 联系人" in caught.value.message
    assert caught.value.cure


OTHER = [["资源名称", "提供单位", "共享类型"], ["低保信息", "市民政局", "有条件共享"]]


@pytest.mark.parametrize("beside", [[HEAD, *CIVIL, *CIVIL], OTHER])
@pytest.mark.parametrize(
    ("name", "hidden"), [("填写示例", ()), ("目录模板", ()), ("Sample", ()), ("旧目录", ("旧目录",))]
)
def test_samples_and_hidden_sheets_are_left_out_and_counted(tmp_path, name, hidden, beside):
    for sheets in ({name: beside, "目录": [HEAD, *POLICE]}, {"目录": [HEAD, *POLICE], name: beside}):
        table = read_table(book(tmp_path, hidden=hidden, **sheets))
        assert table.rows == POLICE
        assert table.ignored == 1
    both = read_table(
        book(tmp_path, hidden=hidden, **{name: beside, "公安局": [HEAD, *POLICE], "民政局": [HEAD, *CIVIL]})
    )
    assert both.rows == [*POLICE, *CIVIL]
    assert both.ignored == 1


@pytest.mark.parametrize(
    ("sheets", "hidden"),
    [
        ({"目录模板": [HEAD, *POLICE]}, ()),
        ({"目录模板": [HEAD, *POLICE], "说明": BESIDE["instructions"]}, ()),
        ({"说明": BESIDE["instructions"], "目录": [HEAD, *POLICE]}, ("说明", "目录")),
    ],
)
def test_samples_and_hidden_sheets_are_read_where_there_is_no_other_catalog(tmp_path, sheets, hidden):
    made = book(tmp_path, hidden=hidden, 封面=[], **sheets)
    assert read_table(made).rows == POLICE


def test_the_rows_of_all_sheets_are_counted_together(tmp_path):
    with pytest.raises(ImportRefused) as caught:
        read_table(book(tmp_path, 公安局=[HEAD, *POLICE], 民政局=[HEAD, *CIVIL]), Limits(rows=8))
    assert "上限" in caught.value.message


def test_a_sheet_of_too_many_columns_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([f"c{n}" for n in range(600)])
    book.active.append([1] * 600)
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(ImportRefused):
        read_table(tmp_path / "wide.xlsx")
