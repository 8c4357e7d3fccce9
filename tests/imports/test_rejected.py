"""The file of rejected rows: where it is asked for, gone when it is no longer true, and never in the way."""

from pathlib import Path

from graph.imports import Options, plan
from graph.imports.rejected import keep_rejected
from graph.imports.report import Rejection
from imports.files import counted, load, resource

WRONG = [resource(1), resource(2, 更新时间="很久")]


async def test_it_stands_in_the_folder_that_is_named(graph, tmp_path):
    report = await load(graph, tmp_path, WRONG, rejected_to=tmp_path / "else" / "where")
    assert report.rejected_file.parent == tmp_path / "else" / "where"
    assert report.rejected_file.match("catalog.json.*.rejected.csv")
    assert report.rejected_file.exists()


def test_files_of_one_name_have_a_file_each_in_the_folder_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readings = []
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "catalog.csv").write_text("标题,来源部门\n甲信息,市公安局\n", encoding="utf-8")
        readings.append(plan(Path(folder, "catalog.csv"), Options(rejected_to=tmp_path / "out"), []))
    wrong = Rejection(2, "标题", "x", "y", "z")
    first, second = (keep_rejected(reading, [wrong]) for reading in readings)
    assert len({first, second} - {None}) == 2
    assert keep_rejected(plan(tmp_path / "a" / "catalog.csv", readings[0].options, []), [wrong]) == first
    assert keep_rejected(readings[1], []) is None
    assert first.exists()
    assert not second.exists()


async def test_where_it_cannot_be_written_the_import_is_done_and_says_so(graph, tmp_path):
    (tmp_path / "file").touch()
    report = await load(graph, tmp_path, WRONG, rejected_to=tmp_path / "file" / "folder")
    assert counted(report) == (1, 0, 0, 1)
    assert report.rejected_file is None
    assert report.counts["rejectedNotWritten"] == 1
    assert len(await graph.run("MATCH (r:Resource) RETURN r.id AS id")) == 1


async def test_it_goes_when_the_file_is_clean(graph, tmp_path):
    kept = (await load(graph, tmp_path, WRONG)).rejected_file
    assert (await load(graph, tmp_path, [resource(1)], dry_run=True)).rejected_file is None
    assert kept.exists()
    await load(graph, tmp_path, [resource(9)], "other.json")
    assert kept.exists()
    assert (await load(graph, tmp_path, [resource(1), resource(2)])).rejected_file is None
    assert not kept.exists()


async def test_a_file_of_that_name_that_is_not_ours_stays(graph, tmp_path):
    notes = tmp_path / "catalog.json.rejected.csv"
    notes.write_text("row,header\n1,x\n")
    await load(graph, tmp_path, [resource(1)])
    assert notes.exists()
