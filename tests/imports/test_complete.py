"""A complete file closes what it does not contain, and nothing that it contains."""

import pytest

from graph.errors import ImportRefused
from imports.files import counted, everything, item, load, resource

SAID = {"mapping": {"更新时间": "lastUpdatedAt"}}


@pytest.mark.parametrize("others", [[resource(1)], []])
async def test_a_resource_whose_row_is_rejected_is_not_withdrawn(graph, tmp_path, others):
    await load(graph, tmp_path, [resource(1), resource(2)])
    before = await everything(graph)
    rows = [*others, resource(2, 更新时间="很久")]
    with pytest.raises(ImportRefused, match=f"row {len(rows)}: 更新时间=很久") as caught:
        await load(graph, tmp_path, rows, complete=True, **SAID)
    assert "leave --complete out" in caught.value.cure
    assert await everything(graph) == before
    assert counted(await load(graph, tmp_path, rows, **SAID)) == (0, 0, len(others), 1)
    assert await everything(graph) == before


async def test_an_item_whose_row_is_rejected_is_not_closed(graph, tmp_path):
    await load(graph, tmp_path, [resource(1)])
    await load(graph, tmp_path, [item(1, "姓名", 1), item(1, "住址", 2)], "items.csv")
    before = await everything(graph)
    with pytest.raises(ImportRefused, match="rows are rejected"):
        await load(graph, tmp_path, [item(1, "姓名", 1), item(1, "", 2)], "items.csv", complete=True)
    assert await everything(graph) == before


async def test_a_dry_run_lists_the_rejected_rows_and_says_that_the_file_would_be_refused(graph, tmp_path):
    await load(graph, tmp_path, [resource(1), resource(2)])
    report = await load(graph, tmp_path, [resource(1, 更新时间="很久")], complete=True, dry_run=True, **SAID)
    assert [one.value for one in report.rejected] == ["很久"]
    assert report.counts["completeRefused"] == 1
    assert report.resources.closed == 0
