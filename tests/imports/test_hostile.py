"""Files made to take the service's time or memory: each is read, or refused, in a bounded time and memory."""

import gzip
import io
import json
import time
import tracemalloc
import zipfile

import openpyxl
import pytest

from graph.errors import ImportRefused
from graph.imports import keys, places, profiles, terms, values, words
from graph.imports.dates import parse_date
from graph.imports.kept import LONGEST, kept
from graph.imports.limits import Limits
from graph.imports.places import RegionName
from graph.imports.read import read_table
from graph.imports.sheets import _ATTRIBUTE

SECONDS = 6.0
"""What is linear takes milliseconds; what is quadratic takes half a minute and more."""
LONG = 131_072


def _party(text):
    return profiles.support("provider", profiles.Profile.of([text]))


def _data_type(text):
    return profiles.support("item.dataType", profiles.Profile.of([text]))


SLOW = {
    "attributes of XML": lambda: _ATTRIBUTE.findall(b"a" * LONG),
    "brackets of a header": lambda: words.plain("(" * LONG),
    "a count and spaces": lambda: values.parse_count("1" + " " * 2_000 + "x"),
    "a count of many figures": lambda: values.parse_count("1" * 10_000),
    "an address": lambda: values.parse_url("http://" + "a" * LONG + " b"),
    "an e-mail address": lambda: values.is_email("a.b-" * (LONG // 4) + "@" + "c.d" * 1000 + "!"),
    "brackets of a party": lambda: _party("局(" * (LONG // 2)),
    "a data type": lambda: _data_type("型" * LONG + "\nx"),
    "brackets of a cycle": lambda: terms.update_cycle("(" * (LONG - 2) + ")x"),
    "a literal": lambda: values.split_list("[" + "-1," * (LONG // 3) + "]"),
    "a character reference": lambda: values.without_tags("&#" + "1" * 10_000 + ";"),
    "a name of regions": lambda: places.region_in(
        ["河南省" * 5_000] * 9, [], [RegionName("410000", "河南省", "PROVINCE")]
    ),
    "a date": lambda: parse_date("2019-01-01" + "T " * (LONG // 2)),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_long_text_takes_no_long_time(kind):
    began = time.process_time()
    SLOW[kind]()
    assert time.process_time() - began < SECONDS


def test_words_are_understood_as_before():
    assert values.parse_count("约 1,241 609 条 记录") == 1_241_609
    assert values.parse_count("3.2 万 余 条") == 32_000
    assert values.parse_url("http://a") == "http://a"
    assert values.parse_url("http:///a") is None
    assert terms.update_cycle("每年(" + "说明" * 500 + ")") == ("YEARLY", False)
    assert words.plain("名称(" + "说明" * 100 + ")") == "名称"


def test_only_what_short_texts_mean_is_kept():
    asked = []

    @kept(10)
    def length(text):
        asked.append(text)
        return len(text)

    short, long = "a" * LONGEST, "a" * (LONGEST + 1)
    assert [length(text) for text in (short, short, long, long)] == [LONGEST, LONGEST, LONGEST + 1, LONGEST + 1]
    assert asked == [short, long, long]
    for function in (values.text_of, keys.normalised, keys.department_name, words.cut, terms.formats, terms.open_type):
        assert not hasattr(function, "cache_info"), "the cache itself would keep texts of any length"


def book(sheet=b"", **parts):
    """A book with these parts in place of its own: `sheet` is what stands in its first sheet's rows."""
    made, out = io.BytesIO(), io.BytesIO()
    one = openpyxl.Workbook()
    one.active.append(["标题", "来源部门"])
    one.active.append(["甲", "市公安局"])
    one.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", sheet + b"</sheetData>")
            if (part := parts.get(name.rpartition("/")[2].partition(".")[0])) is not None:
                content = content.replace(*part)
            new.writestr(name, content)
    return out.getvalue()


def cell(length):
    return b'<row r="3"><c r="A3" t="inlineStr"><is><t>%b</t></is></c></row>' % (b"x" * length)


LARGE = {
    "objects of JSON": b"[" + b"{}," * 2_000_000 + b"{}]",
    "lists of JSON in a cell": b'[{"a": [' + b"[]," * 2_000_000 + b"[]]}]",
    "lines of JSON": b"{}\n" * 10 + b"1\n" * 60_000,
    "a cell of JSON": json.dumps([{"a": "x" * (LONG + 1)}]).encode(),
    "a list in a cell of JSON": json.dumps([{"a": ["x" * 1000] * 200}]).encode(),
    "a key of JSON": json.dumps([{"a" * 2_000: 1}]).encode(),
    "a header of CSV": b"a" * 2_000 + b",b\n1,2\n",
    "a gzip bomb in UTF-16": gzip.compress("a,b\n".encode("utf-16") + "1,2\n".encode("utf-16-le") * 2_000_000),
    "a later row of many columns": b"a,b\n1,2\n" + b"1," * 600 + b"1\n",
    "blank lines": b"a,b\n1,2\n" + b"\n" * 60_000,
    "cells of CSV": b"a," * 400 + b"b\n" + (b"1," * 400 + b"\n") * 900,
    "a quoted row of many lines": b"a,b\n" + b'"\n",' * 1_200_000 + b"1\n",
    "a cell of a sheet": book(cell(LONG + 1)),
    "blank cells of a sheet": book(b'<row><c r="ZZZ3"/></row>' * 1_000),
    "cells in one row of a sheet": book(b"<row>" + b"<c/>" * 400_000 + b"</row>"),
    "a row far below": book(b'<row r="999999999999"><c><v>1</v></c></row>'),
    "sheets of a book": book(workbook=(b"<sheets>", b"<sheets>" + b"<sheet/>" * 300_000)),
    "a workbook of many bytes": book(workbook=(b"<sheets>", b" " * 9_000_000 + b"<sheets>")),
    "merged cells": book(
        sheet1=(b"</worksheet>", b"<mergeCells>" + b"<mergeCell/>" * 450_000 + b"</mergeCells></worksheet>")
    ),
}
SMALL = Limits(unpacked_bytes=12_000_000, cells=300_000, rows=1_000, lines=50_000)
MEMORY = 150_000_000


@pytest.mark.parametrize("kind", LARGE)
def test_what_would_fill_the_memory_is_refused(tmp_path, kind):
    (tmp_path / "file").write_bytes(LARGE[kind])
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(ImportRefused) as caught:
            read_table(tmp_path / "file", SMALL)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "上限" in caught.value.message, caught.value.message
    assert most < MEMORY
    assert time.process_time() - began < 3 * SECONDS  # with tracing


def test_a_book_in_its_bounds_is_read(tmp_path):
    (tmp_path / "file").write_bytes(book(cell(1_000)))
    assert read_table(tmp_path / "file", SMALL).rows == [["甲", "市公安局"], ["x" * 1_000, None]]
