"""The file of rejected rows: where it is asked for, gone when it is no longer true, and never in the way."""

from imports.files import counted, load, resource

WRONG = [resource(1), resource(2, 更新时间="很久")]


async def test_it_stands_in_the_folder_that_is_named(graph, tmp_path):
    report = await load(graph, tmp_path, WRONG, rejected_to=tmp_path / "else" / "where")
    assert report.rejected_file == tmp_path / "else" / "where" / "catalog.json.rejected.csv"
    assert report.rejected_file.exists()


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
