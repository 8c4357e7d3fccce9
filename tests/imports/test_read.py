"""Files: the kinds that are read, and that a broken one is refused with a cure and never escapes as another error."""

import contextlib
import csv
import gzip
import io
import json
import random
import zipfile
from pathlib import Path

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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x1f\x8b", b"PK\x03\x04", b"[", b'{"data":', b"\xff\xfe", b"a,b\n"]),
)
def test_any_bytes_are_a_table_or_refused(tmp_path, content, start):
    with contextlib.suppress(ImportRefused):
        table = read(tmp_path, start + content)
        assert all(len(row) >= len(table.headers) for row in table.rows)
