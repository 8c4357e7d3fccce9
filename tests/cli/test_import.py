"""`yuanliu import` with several files and with a person at the terminal."""

import io
import json
import os
import pty
import subprocess
from contextlib import asynccontextmanager

import pytest
from rich.console import Console

from api.cli import dialogue, importing
from graph.errors import BadInput, ImportRefused
from graph.imports import Options, RegionName, Rejection, Report, plan
from graph.imports.headers import Column
from graph.imports.report import Question

from .conftest import ROWS, YUANLIU, catalog_file, environment

SAID = ("--source", "测试", "--region", "410300")
REGIONS = [RegionName("410300", "洛阳市", "CITY")]
# No header says which column is the name, and no values look like one.
NAMELESS = [{"甲": str(n), "信息资源提供方": "市民政局", "乙": "x"} for n in range(4)]
# A column that may be the theme or the industry is asked.
UNSURE = [{"标题": f"信息{n}", "所属主题": "教育文化", "重点领域": "其他"} for n in range(6)]


def file_of(folder, name, rows):
    (folder / name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return folder / name


@pytest.fixture
def typed(monkeypatch):
    """Types the answers at a terminal, and gives what was printed there."""

    def type_in(*answers):
        left = list(answers)
        said = []
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr(dialogue.typer, "prompt", lambda text, default, err: left.pop(0) or default)
        monkeypatch.setattr(dialogue.errors, "print", lambda text, **_: said.append(text))
        return said

    return type_in


@pytest.mark.parametrize(
    ("typed_in", "mapping"),
    [
        (["", ""], {"所属主题": "theme"}),
        (["y", ""], {"所属主题": "theme"}),
        (["是", ""], {"所属主题": "theme"}),
        (["thema", "industry", ""], {"所属主题": "industry"}),
        (["n"], {"所属主题": ""}),
    ],
)
def test_a_column_is_what_it_looks_like_or_what_is_said(typed, tmp_path, typed_in, mapping):
    said = typed(*typed_in)
    options = Options(source="here", region="410300")
    reading = dialogue.answered(plan(file_of(tmp_path, "a.json", UNSURE), options, REGIONS), REGIONS)
    assert not reading.questions
    assert mapping.items() <= reading.options.mapping.items()
    assert any("no such field" in text for text in said) == ("thema" in typed_in)


def test_the_column_of_the_name_is_asked_for_by_its_header(typed, tmp_path):
    said = typed("丙", "甲")
    options = Options(source="here", region="410300", mapping={"乙": ""})
    reading = plan(file_of(tmp_path, "a.json", NAMELESS), options, REGIONS)
    assert [question.header for question in reading.questions] == [None]
    reading = dialogue.answered(reading, REGIONS)
    assert reading.options.mapping == {"乙": "", "甲": "name"}
    assert any("no such column" in text for text in said)
    assert not reading.questions


def test_a_source_and_a_region_are_asked_for_until_there_are_such(typed, tmp_path):
    said = typed(" ", "here", "99", "410300")
    reading = dialogue.answered(plan(file_of(tmp_path, "a.json", ROWS), Options(), REGIONS), REGIONS)
    assert (reading.source, reading.region) == ("here", "410300")
    assert any("no such region" in text for text in said)


def test_a_map_is_for_the_files_that_have_the_column(tmp_path):
    files = [file_of(tmp_path, "a.json", UNSURE), file_of(tmp_path, "b.json", ROWS)]
    options = Options(source="here", region="410300", mapping={"所属主题": "theme", "重点领域": ""})
    _, answers = importing.understood(files, options, REGIONS)
    assert [dict(each.mapping) for each in answers] == [options.mapping, {}]
    with pytest.raises(BadInput, match=r"没有列=theme: .*no such column") as caught:
        importing.understood(files, Options(mapping={"没有列": "theme"}), REGIONS)
    assert "所属主题" in caught.value.cure
    assert "更新周期" in caught.value.cure
    with pytest.raises(BadInput, match="no such field"):
        importing.understood(files, Options(mapping={"重点领域": "thema"}), REGIONS)


def test_a_map_may_name_the_last_part_of_a_header(tmp_path):
    rows = [{"基本信息/名录": f"名册{n}", "其他/名录": "x"} for n in range(3)]
    file = file_of(tmp_path, "a.json", rows)
    with pytest.raises(BadInput, match="more than one such column"):
        importing.understood([file], Options(mapping={"名录": "name"}), REGIONS)
    _, [answers] = importing.understood([file], Options(mapping={"基本信息/名录": "name"}), REGIONS)
    assert answers.mapping == {"基本信息/名录": "name"}


def test_parts_of_a_catalog_are_not_complete(tmp_path):
    parts = [file_of(tmp_path, name, [row]) for name, row in zip(("a.json", "b.json"), ROWS, strict=True)]
    options = Options(source="here", region="410300")
    importing.understood(parts, options, REGIONS)
    with pytest.raises(BadInput, match=r"a\.json, b\.json.* close what only the other has"):
        importing.understood(parts, Options(source="here", region="410300", complete=True), REGIONS)


def test_a_list_of_resources_and_one_of_their_items_are_each_complete(tmp_path):
    resources = file_of(tmp_path, "a.json", ROWS)
    rows = [{"信息资源名称": "行政许可信息", "信息项名称": name, "数据类型": "字符型"} for name in ("编号", "日期")]
    items = [file_of(tmp_path, name, [row]) for name, row in zip(("b.json", "c.json"), rows, strict=True)]
    both = file_of(tmp_path, "d.json", [rows[0] | ROWS[0]])
    complete = Options(source="here", region="410300", complete=True)
    importing.understood([resources, items[0]], complete, REGIONS)
    for files, kind in ((items, "items"), ([items[0], both], "items"), ([both, resources], "resources")):
        with pytest.raises(BadInput, match=f"list {kind} of one source and region"):
            importing.understood(files, complete, REGIONS)


@pytest.fixture
def printed(monkeypatch):
    """What is shown to a person, on both streams."""
    text = io.StringIO()
    for name in ("output", "errors"):
        monkeypatch.setattr(importing, name, Console(file=text, width=300))
    return text


def test_what_a_file_says_is_no_markup(printed, tmp_path):
    column = Column("人数[/百人]", "recordCount", 0.9, "SURE", "像[red] looks")
    report = Report(
        "目录[/a].xlsx", 1, [column], [Rejection(2, "人[/]", "[b]", "[/x]", "[y]")], rejected_file=tmp_path / "[/a].csv"
    )
    importing.show(report)
    report.rejected_file = None
    importing.show(report)
    report.questions = [Question("COLUMN", "“量[/]”?", "--map '量[/]=recordCount'")]
    importing.show(report)
    said = printed.getvalue()
    for text in (
        "目录[/a].xlsx",
        "人数[/百人]",
        "像[red]",
        "人[/]",
        "[b]",
        "[/x]",
        "[y]",
        "[/a].csv",
        "“量[/]”",
        "'量[/]=",
    ):
        assert text in said


async def test_the_bar_has_the_name_of_any_file(monkeypatch, printed, tmp_path):
    async def apply(*_, **__):
        return Report("", 0, [], [])

    monkeypatch.setattr(importing, "apply", apply)
    monkeypatch.setattr("api.cli.console.errors", Console(file=printed, force_terminal=True, width=300))
    await importing.applied(None, plan(file_of(tmp_path, "目录[b].json", ROWS), Options(), []))
    assert "目录[b].json" in printed.getvalue()


@pytest.mark.parametrize("count", [1, 2])
async def test_the_last_file_is_not_read_again(monkeypatch, tmp_path, count):
    @asynccontextmanager
    async def catalog(_):
        yield None

    async def known_regions(_):
        return REGIONS

    async def applied(_, reading):
        return importing.asked(reading)

    for fake in (catalog, known_regions, applied):
        monkeypatch.setattr(importing, fake.__name__, fake)
    read = []
    monkeypatch.setattr(importing, "plan", lambda *words: read.append(words[0]) or plan(*words))
    files = [file_of(tmp_path, f"{n}.json", ROWS) for n in range(count)]
    reports = await importing.imported(None, files, Options(source="here", region="410300"), as_json=True)
    assert [report.file for report in reports] == list(map(str, files))
    assert len(read) == 2 * count - 1


def test_a_file_that_cannot_be_read_is_found_before_another_is_imported(tmp_path):
    files = [file_of(tmp_path, "a.json", ROWS), tmp_path / "none.json"]
    with pytest.raises(ImportRefused, match=r"none\.json"):
        importing.understood(files, Options(source="here", region="410300"), REGIONS)


def test_the_dialogue_at_a_terminal_ends_in_an_import(home, version, tmp_path):
    """Two files; of the first the column of the name is asked, then source and region, the latter mistyped once."""
    files = [str(file_of(tmp_path, "a.json", NAMELESS)), str(file_of(tmp_path, "b.json", ROWS))]
    master, slave = pty.openpty()
    words = [YUANLIU, "import", *files, "--map", "乙=", "--json"]
    with subprocess.Popen(
        words, env=environment(home, version), stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(slave)
        os.write(master, "甲\n测试\n41030\n410300\n测试\n410300\n".encode())
        out, err = process.communicate(timeout=120)
    os.close(master)
    assert process.returncode == 0, err
    assert [(report["new"], report["source"], report["region"]) for report in map(json.loads, out.splitlines())] == [
        (4, "测试", "410300"),
        (2, "测试", "410300"),
    ]
    assert "None" not in err


def test_an_asked_file_is_reported_as_every_other(yuanliu, tmp_path):
    asked, done = file_of(tmp_path, "a.json", UNSURE), file_of(tmp_path, "b.json", ROWS)
    answer = yuanliu("import", str(asked), str(done), *SAID, "--json")
    assert answer.returncode == 3
    reports = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [(one["file"], one["source"], one["region"]) for one in reports] == [
        (str(file), "测试", "410300") for file in (asked, done)
    ]
    assert all(report.keys() == reports[0].keys() for report in reports)


def test_rejected_rows_go_where_they_are_told_or_are_shown(yuanliu, tmp_path):
    rows = [*ROWS, {"信息资源名称": "", "信息资源提供方": "市民政局", "更新周期": "每月", "发布日期": "2024-05-06"}]
    words = ("import", str(catalog_file(tmp_path, rows)), *SAID)
    told = yuanliu(*words, "--rejected-to", str(tmp_path / "else"))
    assert told.returncode == 4
    [kept] = (tmp_path / "else").iterdir()
    assert kept.match("catalog.csv.*.rejected.csv")
    dry = yuanliu(*words, "--dry-run")
    assert dry.returncode == 4
    assert "没有名称 no name" in dry.stdout
    nowhere = yuanliu(*words, "--rejected-to", "/proc/none")
    assert nowhere.returncode == 5
    assert "没有名称 no name" in nowhere.stdout
    assert "--rejected-to" in nowhere.stderr
