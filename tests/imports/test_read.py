"""Files: the kinds that are read, and that a broken one is refused with a cure and never escapes as another error."""

import contextlib
import csv
import gzip
import io
import json
import random
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import ImportRefused
from graph.imports.limits import Limits
from graph.imports.read import read_table

HEADERS = ["标题", "来源部门", "摘要"]
ROWS = [["甲信息", "市公安局", "一，二"], ["乙信息", "市民政局", "他说“好”\n就好"]]


def csv_text(delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADERS, *ROWS])
    return text.getvalue()


def read(tmp_path, content, name="file", limits=None):
    path = tmp_path / name
    path.write_bytes(content)
    return read_table(path, limits)


KINDS = {
    "json": json.dumps([dict(zip(HEADERS, row, strict=True)) for row in ROWS], ensure_ascii=False).encode(),
    "json, with a byte order mark": b"\xef\xbb\xbf"
    + json.dumps([dict(zip(HEADERS, row, strict=True)) for row in ROWS]).encode(),
    "json, wrapped": json.dumps(
        {"code": 0, "data": {"rows": [dict(zip(HEADERS, row, strict=True)) for row in ROWS]}}
    ).encode(),
    "json lines": "\n".join(json.dumps(dict(zip(HEADERS, row, strict=True))) for row in ROWS).encode(),
    "csv": csv_text().encode(),
    "csv of excel": csv_text().encode("utf-8-sig"),
    "csv gb18030": csv_text().encode("gb18030"),
    "csv utf-16": csv_text("\t").encode("utf-16"),
    "csv, semicolons": csv_text(";").encode(),
    "tsv": csv_text("\t").encode(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_every_kind_is_the_same_table(tmp_path, kind, pack):
    table = read(tmp_path, pack(KINDS[kind]))
    assert table.headers == HEADERS
    assert table.rows == ROWS


def test_a_column_that_only_later_rows_have(tmp_path):
    table = read(tmp_path, b'[{"a": 1}, {"a": {"y": 1, "x": 2}, "b": [1, 2]}]')
    assert table.headers == ["a", "b"]
    assert table.rows == [[1, None], ['{"x":2,"y":1}', [1, 2]]]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_columns_does_not_hang_on_the_order_of_rows(tmp_path, seed):
    rows = [{"目": 1}, {"类": 1, "目": 1}, {"类": 1, "项": 1, "目": 1}, {"项": 1, "目": 1, "备注": 1}]
    random.Random(seed).shuffle(rows)
    assert read(tmp_path, json.dumps(rows).encode()).headers == ["类", "项", "目", "备注"]


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


def book(tmp_path, merged=(), **sheets):
    """A book of these sheets, each a list of rows; `merged` are areas of the first."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
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


def test_the_docs_say_the_limits():
    said = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    limits = Limits()
    for what in (
        f"{limits.rows:,} rows",
        f"{limits.columns} columns",
        f"{limits.unpacked_bytes >> 20} MB unpacked",
        f"up to {limits.file_bytes >> 20} MB",
    ):
        assert what in said


def test_the_rows_of_all_sheets_are_counted_together(tmp_path):
    with pytest.raises(ImportRefused) as caught:
        read_table(book(tmp_path, 公安局=[HEAD, *POLICE], 民政局=[HEAD, *CIVIL]), Limits(rows=8))
    assert "上限" in caught.value.message


def test_title_rows_above_a_csv(tmp_path):
    table = read(tmp_path, f"某市目录,,\n填报日期：2019.3,,\n{csv_text()}".encode())
    assert table.headers == HEADERS
    assert table.rows == ROWS


def zip_of(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


BROKEN = {
    "empty": b"",
    "only headers": "标题,来源部门\n".encode(),
    "cut gzip": gzip.compress(csv_text().encode() * 500)[:-20],
    "gzip of nothing": gzip.compress(b""),
    "damaged gzip": gzip.compress(csv_text().encode())[:10] + b"\xff" * 40,
    "binary": bytes(range(256)) * 20,
    "neither utf-8 nor gb18030": "标题\n甲".encode() + b"\xff\xfe\xff\n",
    "cut json": b'[{"a": 1}, {"a"',
    "json without rows": b'{"message": "ok"}',
    "json of figures": b"[1, 2, 3]",
    "deep json": b"[" * 100_000,
    "old excel": b"\xd0\xcf\x11\xe0" + bytes(100),
    "a zip that is no xlsx": zip_of(readme="x"),
    "an xlsx without its sheet": zip_of(
        xl___rels__workbook="x",
        **{"xl__workbook.xml": "<workbook/>", "xl___rels__workbook.xml.rels": "<Relationships/>"},
    ),
    "cut zip": zip_of(readme="x" * 1000)[:-30],
    "quote never closed": '标题,摘要\n甲,"没有结束\n乙,丙\n'.encode(),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_with_a_cure(tmp_path, kind):
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, BROKEN[kind])
    assert caught.value.cure
    assert "file" in caught.value.message


def test_a_missing_file_is_refused_with_a_cure(tmp_path):
    with pytest.raises(ImportRefused) as caught:
        read_table(tmp_path / "none.csv")
    assert caught.value.cure


LARGE = {
    "columns, csv": (",".join(f"c{n}" for n in range(10_000)) + "\n" + "1," * 9_999 + "1").encode(),
    "columns, json": json.dumps([{f"c{n}": 1 for n in range(10_000)}]).encode(),
    "rows": b"a,b\n" + b"1,2\n" * 2_000,
    "rows, json": json.dumps([{"a": 1}] * 2_000).encode(),
    "a gzip bomb": gzip.compress(b"a,b\n" + b"1,2\n" * 3_000_000),
    "a zip bomb": zip_of(**{"xl__worksheets__sheet1.xml": b" " * 12_000_000}),
    "a long cell": b"a,b\n" + b"x" * 200_000 + b",2\n",
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_too_large_is_refused_with_a_cure(tmp_path, kind):
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, LARGE[kind], limits=Limits(unpacked_bytes=10_000_000, rows=1_000))
    assert caught.value.cure


def test_a_sheet_of_too_many_columns_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([f"c{n}" for n in range(600)])
    book.active.append([1] * 600)
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(ImportRefused):
        read_table(tmp_path / "wide.xlsx")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x1f\x8b", b"PK\x03\x04", b"[", b'{"data":', b"\xff\xfe", b"a,b\n"]),
)
def test_any_bytes_are_a_table_or_refused(tmp_path, content, start):
    with contextlib.suppress(ImportRefused):
        table = read(tmp_path, start + content)
        assert all(len(row) >= len(table.headers) for row in table.rows)
