"""What an import refuses, asks, or leaves undone: bad cells, open questions, a kill, two at once."""

import asyncio
import csv
import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import ImportRefused
from graph.imports import Options, apply, known_regions, plan
from graph.writing import write
from imports.files import PORTALS, counted, everything, item, load, resource

ROOT = Path(__file__).parents[2]


async def test_rejected_rows_go_to_a_file_with_cell_reason_and_cure(graph, tmp_path):
    report = await load(
        graph,
        tmp_path,
        [resource(1), resource(2, 更新时间="很久以前"), resource(3, 标题="暂无"), resource(4, 更新时间="=1+1")],
    )
    assert counted(report) == (1, 0, 0, 3)
    assert report.rejected_file == tmp_path / "catalog.json.rejected.csv"
    with report.rejected_file.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["row", "header", "value", "reason", "cure"]
    assert [line[:3] for line in lines[1:]] == [
        ["2", "更新时间", "很久以前"],
        ["3", "标题", "暂无"],
        ["4", "更新时间", "'=1+1"],
    ]
    assert all(reason and cure for *_, reason, cure in lines)


async def test_a_dry_run_says_the_same_and_writes_nothing(graph, tmp_path):
    await load(graph, tmp_path, [item(3, "姓名", 1)], "items.csv")
    await load(graph, tmp_path, [resource(1), resource(2)])
    before = await everything(graph)
    rows = [resource(1, 摘要="新"), resource(3), resource(4, 更新时间="很久以前")]
    dry = await load(graph, tmp_path, rows, dry_run=True)
    assert await everything(graph) == before
    assert dry.rejected_file is None
    wet = await load(graph, tmp_path, rows)
    assert counted(dry) == counted(wet) == (1, 1, 0, 1)
    shown = dry.as_json()
    assert json.loads(json.dumps(shown, ensure_ascii=False))["rejected"] == [
        {
            "row": 3,
            "header": "更新时间",
            "value": "很久以前",
            "reason": "不是日期 not a date",
            "cure": "写成 2019-03-01 Write it as 2019-03-01.",
        }
    ]
    assert shown["columns"][0].keys() == {"header", "field", "confidence", "decision", "why"}
    assert {"file", "rows", "columns", "new", "changed", "unchanged", "rejected"} <= shown.keys()


async def test_open_questions_stop_an_import_and_say_the_options(graph, tmp_path):
    rows = [{"标题": f"信息{n}", "所属主题": "教育文化", "重点领域": "其他"} for n in range(6)]
    with pytest.raises(ImportRefused) as caught:
        await load(graph, tmp_path, rows, region=None)
    for option in ("--map 所属主题=theme", "--source", "--region"):
        assert option in caught.value.cure
    report = await load(graph, tmp_path, rows, source="here", mapping={"所属主题": "theme", "重点领域": ""})
    assert report.new == 6


@pytest.mark.parametrize(
    ("portal", "source", "region"),
    [
        ("guangxi_guilin", "gl.data.gxzf.gov.cn", "450300"),
        ("hainan_hainan", "data.hainan.gov.cn", "460000"),
        ("anhui_anhui", None, None),
    ],
)
async def test_source_and_region_are_taken_from_the_file_where_it_says_them(graph, tmp_path, portal, source, region):
    (tmp_path / "portal.json").write_text(json.dumps(PORTALS[portal]["rows"]))
    reading = plan(tmp_path / "portal.json", Options(), await known_regions(graph))
    assert (reading.source, reading.region) == (source, region)
    assert {question.about for question in reading.questions} == ({"SOURCE"} if not source else set()) | (
        {"REGION"} if not region else set()
    )


async def test_an_unknown_region_is_refused(graph, tmp_path):
    (tmp_path / "catalog.json").write_text(json.dumps([resource(1)]))
    reading = plan(tmp_path / "catalog.json", Options(region="999999"), [])
    with pytest.raises(ImportRefused):
        await apply(graph, reading)
    (row,) = await graph.run("MATCH (n) WHERE n:Resource OR n:Department OR n:Write RETURN count(n) AS left")
    assert row["left"] == 0


async def test_a_killed_import_is_invisible_and_is_finished_by_running_it_again(graph, tmp_path):
    rows = [resource(n) for n in range(5_000)]
    (tmp_path / "catalog.json").write_text(json.dumps(rows))
    reading = plan(tmp_path / "catalog.json", Options(region="410200"), await known_regions(graph))
    begun = asyncio.Event()
    task = asyncio.create_task(apply(graph, reading, lambda done, total: begun.set()))
    await begun.wait()
    (row,) = await graph.run("MATCH (r) WHERE r:Resource OR r:Department RETURN count(r) AS seen")
    assert row["seen"] == 0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await graph.run("MATCH (r) WHERE r:Resource OR r:Department RETURN count(r) AS seen")
    assert row["seen"] == 0
    assert (await apply(graph, reading)).new == 5_000
    (row,) = await graph.run("MATCH (r:Resource) RETURN count(DISTINCT r.recordedAt) AS instants, count(r) AS seen")
    assert row == {"instants": 1, "seen": 5_000}


KILLED = """
import asyncio, sys
from pathlib import Path
from graph.database import Address, Database
from graph.imports import Options, apply, known_regions, plan

async def main():
    uri, user, password, file = sys.stdin.read().split()
    async with Database(Address(uri, user, password)) as database:
        reading = plan(Path(file), Options(region="410200"), await known_regions(database))
        await apply(database, reading, lambda done, total: print(done, flush=True))

asyncio.run(main())
"""


async def test_an_import_killed_without_a_word_is_finished_by_running_it_again(graph, tmp_path):
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps([resource(n) for n in range(6_000)]))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, stdin=pipe, stdout=pipe, cwd=ROOT)
    address = graph.address
    process.stdin.write(f"{address.uri} {address.user} {address.password} {file}".encode())
    process.stdin.write_eof()
    assert await process.stdout.readline() == b"2000\n"
    process.kill()
    await process.communicate()
    (row,) = await graph.run("MATCH (r) WHERE r:Resource OR r:Department RETURN count(r) AS seen")
    assert row["seen"] == 0
    again = await apply(graph, plan(file, Options(region="410200"), await known_regions(graph)))
    assert again.new == 6_000


async def test_two_imports_of_one_file_at_once_make_it_once(graph, tmp_path):
    (tmp_path / "catalog.json").write_text(json.dumps([resource(n) for n in range(500)]))
    reading = plan(tmp_path / "catalog.json", Options(region="410200"), await known_regions(graph))
    reports = await asyncio.gather(*(apply(graph, reading) for _ in range(3)))
    assert Counter(counted(report) for report in reports) == {(500, 0, 0, 0): 1, (0, 0, 500, 0): 2}


async def test_a_write_is_registered_open_and_closed(graph):
    async with write(graph, timedelta(seconds=30)) as (transaction, at):
        (row,) = await graph.run(
            "MATCH (w:Write) RETURN w.at IS NULL AS open, w.until > datetime.realtime() AS leased, "
            "w.registeredAt <= datetime($at) AS before",
            at=at,
        )
        assert row == {"open": True, "leased": True, "before": True}
        await transaction.run("CREATE (:Region {id: 'Region:x', recordedAt: datetime($at)})", at=at)
    (row,) = await graph.run("MATCH (w:Write) MATCH (g:Region {id: 'Region:x'}) RETURN w.at = g.recordedAt AS same")
    assert row["same"]

    async def fail():
        async with write(graph) as (transaction, _):
            await transaction.run("CREATE (:Region {id: 'Region:y'})")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    (row,) = await graph.run("MATCH (w:Write) RETURN count(w) AS writes, count {(:Region {id: 'Region:y'})} AS left")
    assert row == {"writes": 1, "left": 0}
    await graph.run("MATCH (w:Write) SET w.at = w.at - duration('PT2H'), w.until = w.until - duration('PT2H')")
    async with write(graph):
        pass
    (row,) = await graph.run("MATCH (w:Write) RETURN count(w) AS writes")
    assert row["writes"] == 1
