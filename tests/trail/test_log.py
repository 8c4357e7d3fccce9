"""Appending: in the transaction, gapless, each writer in its turn, exactly once whatever is killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from graph.database import Database
from graph.permissions import LOCAL, PUBLIC
from graph.trail import merkle
from graph.trail.log import SYSTEM, Entry, holds_trail, log_of, record, record_alone
from graph.words import Action

from .conftest import ALICE, BOB, entry

ROOT = Path(__file__).parents[2]


async def test_an_event_says_who_did_what_in_its_departments_log(bare):
    async with bare.database.transaction() as tx:
        ids = await record(tx, BOB, [entry(1), entry(2)], at="2026-11-22T16:00:00.5+08:00", request="r", key="k")
    assert ids == ["Event:410299/县公安局/0000000000", "Event:410299/县公安局/0000000001"]
    rows = await bare.run("MATCH (e:Event) RETURN e {.*, at: toString(e.at)} AS event ORDER BY e.id")
    first, second = (row["event"] for row in rows)
    facts = msgspec.json.decode(second["payload"])
    assert facts == {
        "v": 1,
        "log": "Log:410299/县公安局",
        "seq": 1,
        "previous": first["hash"],
        "at": "2026-11-22T08:00:00.5Z",
        "actor": "idp|bob",
        "roles": ["CATALOG_OFFICER"],
        "department": "Department:410299/县公安局",
        "onBehalfOf": "client",
        "request": "r",
        "key": "k",
        "action": "DESCRIBE",
        "targets": ["Resource:410299/R2"],
        "before": {"name": "旧"},
        "after": {"name": "新2", "count": 2},
        "note": "",
    }
    assert second["hash"] == merkle.leaf(second["payload"].encode()).hex()
    assert second["subtrees"] == [merkle.parent(*(bytes.fromhex(each["hash"]) for each in (first, second))).hex()]
    for name in ("log", "seq", "previous", "at", "actor", "department", "onBehalfOf", "request", "action", "targets"):
        assert second[name] == facts[name]


async def test_nothing_is_recorded_of_what_is_rolled_back(bare):
    async def fail():
        async with bare.database.transaction() as tx:
            await record(tx, ALICE, [entry(1)], at="2026-11-22T08:00:00Z", request="")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await bare.append(ALICE, 2) == ["Event:410299/县民政局/0000000000"]
    assert (await bare.verify()).is_sound


async def test_who_has_no_department_is_in_the_log_of_the_system(bare):
    for viewer in (LOCAL, PUBLIC):
        await record_alone(bare.database, viewer, [Entry(Action.LOGIN)], request="")
    assert [row["log"] for row in await bare.run("MATCH (e:Event) RETURN e.log AS log")] == ["Log:system"] * 2


async def test_writers_who_race_stand_one_after_the_other(bare):
    """Sixteen at a time on a log that does not exist yet: no gap, no fork, no event twice."""

    async def writer(number):
        for turn in range(4):
            await bare.append(ALICE if number % 4 else BOB, 100 * number + turn)

    await asyncio.gather(*(writer(number) for number in range(16)))
    [counts] = await bare.run("MATCH (e:Event) RETURN count(e) AS events, count(DISTINCT e.request) AS requests")
    assert counts == {"events": 64, "requests": 64}
    found = await bare.verify()
    assert found.is_sound, found.faults
    assert (found.events, found.logs) == (64, 2)


async def test_a_long_list_of_entries_is_written_in_pieces(bare):
    entries = [Entry(Action.IMPORT, [f"R{n}"], None, ["字" * 300_000], "") for n in range(20)]
    ids = await record_alone(bare.database, ALICE, entries, request="")
    assert len(set(ids)) == 20
    assert (await bare.verify()).is_sound


async def test_a_damaged_head_is_said(trail):
    await trail.run("MATCH (l:Log) SET l.frontier = ['xyz']")
    with pytest.raises(Exception, match="head of a log was altered"):
        await trail.append(ALICE, 20)


WRITER = """
import asyncio, os, signal, sys
from graph.database import Address, Database
from graph.trail.log import record
from graph.words import Action
from tests.trail.conftest import ALICE, entry
uri, user, password, dies = sys.argv[1:]
async def main():
    async with Database(Address(uri, user, password)) as database:
        for number in range(10_000):
            async with database.transaction() as tx:
                await tx.run("CREATE (:Work {request: $request})", request=f"{os.getpid()}-{number}")
                await record(tx, ALICE, [entry(number)], at="2026-11-22T08:00:00Z", request=f"{os.getpid()}-{number}")
                if dies == "before":
                    os.kill(os.getpid(), signal.SIGKILL)
            if dies == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            print(number, flush=True)
asyncio.run(main())
"""


def started(database: Database, dies: str) -> subprocess.Popen[str]:
    address = database.address
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, address.uri, address.user, address.password, dies],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_writer_that_is_killed_leaves_its_work_and_its_event_or_neither(bare):
    """Killed before the commit, between commit and answer, and at moments that chance decides."""
    chance = random.Random(4)
    acknowledged = {}
    for dies in ("before", "after", "", "", ""):
        process = started(bare.database, dies)
        with process:
            if not dies:
                process.stdout.readline()
                await asyncio.sleep(chance.uniform(0, 0.2))
                process.kill()
            acknowledged[process.pid] = process.stdout.read().split()
        assert process.returncode == -signal.SIGKILL
    await bare.append(ALICE, 1)  # a lock that a dead writer held is free
    rows = await bare.run(
        "MATCH (w:Work) RETURN w.request AS request, COUNT { MATCH (e:Event {request: w.request}) } AS events"
    )
    assert {row["events"] for row in rows} == {1}
    [count] = await bare.run("MATCH (e:Event) RETURN count(e) AS events")
    assert count["events"] == len(rows) + 1
    done = {row["request"] for row in rows}
    assert {f"{pid}-{number}" for pid, numbers in acknowledged.items() for number in numbers} <= done
    assert len(done) >= 1 + 3
    found = await bare.verify()
    assert found.is_sound, found.faults


def test_no_department_has_the_log_of_the_system():
    assert log_of("") == SYSTEM
    assert log_of("Department:system") != SYSTEM
    assert log_of("Department:410299/县民政局") == "Log:410299/县民政局"


async def test_only_a_catalog_of_ours_holds_a_trail(bare):
    assert not await holds_trail(bare.database)
    await bare.run("CREATE (:Log {id: 'Log:x'})")
    assert not await holds_trail(bare.database)
    await record_alone(bare.database, LOCAL, [entry(1)], request="")
    assert await holds_trail(bare.database)
