"""What holds the engine: a deadline for every request, turns for its questions, and an end when nobody waits any more."""

import asyncio
import json
import threading
import time
from dataclasses import replace

import pytest
from serving import Client, request, serving

from api.door.options import Door
from api.door.protocol import Bounds
from graph.database import Database
from graph.errors import TooSlow
from graph.questions import QUESTIONS

SLOW = "UNWIND range(1, $most) AS x WITH x WHERE x % 7 = 8 RETURN count(x) AS {name}"
NAMED = iter(range(1000))
OPEN = """SHOW TRANSACTIONS YIELD currentQuery AS text
WHERE text CONTAINS $name AND NOT text STARTS WITH 'SHOW' RETURN count(*) AS found"""


def slow():
    """A statement that takes minutes, with a name to find it by."""
    name = f"slow{next(NAMED)}x"
    return SLOW.replace("{name}", name), name


async def under_way(database, name):
    [found] = await database.run(OPEN, name=name)
    return found["found"]


async def until(database, name, wanted, seconds=15):
    """Wait until so many statements of this name are under way."""
    deadline = time.monotonic() + seconds
    while await under_way(database, name) != wanted:
        assert time.monotonic() < deadline, (name, wanted)
        await asyncio.sleep(0.1)


async def test_a_statement_ends_at_the_deadline_of_its_request(reader):
    statement, name = slow()
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TooSlow):
        await reader.read(statement, {"most": 10**11}, until=began + 1)
    assert loop.time() - began < 4
    await until(reader, name, 0)


async def test_a_cancelled_statement_ends_in_the_engine(reader, reading):
    statement, name = slow()
    async with Database(reading) as other:
        task = asyncio.create_task(other.read(statement, {"most": 10**11}))
        await until(reader, name, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(reader, name, 0)


@pytest.fixture
def held(monkeypatch):
    """The question `systems` waits in its lane, and `lineage` in its own, for a statement that takes minutes."""
    names = {}
    for question in ("lineage", "systems"):
        statement, names[question] = slow()

        async def ask(asked, *, _statement=statement, **_):
            return await asked.database.read(_statement, {"most": 10**11}, 60.0, asked.lane, asked.until)

        monkeypatch.setitem(QUESTIONS, question, replace(QUESTIONS[question], ask=ask))
    return names


LINEAGE = '{ lineage(of: "Resource:x", direction: UPSTREAM) { on } }'
POINT = '{ region(id: "Region:none") { id } }'


@pytest.fixture(scope="module")
def narrow(reader, reading, tmp_path_factory):
    """One walk at a time, one list, and two seconds for a request."""
    door = Door(statements={"walk": 1, "page": 1}, seconds=6.0, rate=0, bounds=Bounds())
    with serving(reading, door, tmp_path_factory.mktemp("narrow")) as served:
        for lane in served.app.graphql.answerer.database.lanes.by_name.values():
            lane.queue, lane.seconds = 2, 1.0
        yield served


async def test_a_request_has_a_deadline(reader, narrow, held):
    def ask():
        with Client(narrow.port) as client:
            return client.ask(LINEAGE)

    asked = asyncio.create_task(asyncio.to_thread(ask))
    await until(reader, held["lineage"], 1)
    status, _, body = await asked
    assert status == 200
    assert [error["extensions"]["code"] for error in body["errors"]] == ["TooSlow"]
    await until(reader, held["lineage"], 0)


async def test_nobody_waits_for_the_question_of_a_client_that_has_gone(reader, narrow, held):
    with Client(narrow.port) as client:
        client.send(request({"query": LINEAGE}))
        await until(reader, held["lineage"], 1)
    await until(reader, held["lineage"], 0, seconds=4)
    assert narrow.app.graphql.answerer.database.lanes.by_name["walk"].running == 0


async def test_walks_do_not_keep_others_out_and_too_many_are_told_when_to_come_back(reader, narrow, held):
    answers = []

    def ask():
        with Client(narrow.port) as client:
            answers.append(client.ask(LINEAGE))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    await until(reader, held["lineage"], 1)
    with Client(narrow.port) as client:
        times = []
        for _ in range(20):
            began = time.monotonic()
            assert client.ask(POINT)[2] == {"data": {"region": None}}
            times.append(time.monotonic() - began)
    assert sorted(times)[10] < 1
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    shed = [(headers, body) for status, headers, body in answers if status == 503]
    assert len(shed) == 7
    for headers, body in shed:
        assert int(headers["retry-after"]) >= 1
        assert body == {
            "errors": [{"message": "The service is busy. Ask again in a moment.", "extensions": {"code": "Overloaded"}}]
        }
    assert sum(status == 200 for status, _, _ in answers) == 1


async def test_one_request_takes_one_turn_at_a_walk(reader, narrow, held):
    """Twenty walks in one document are asked one after the other, so they cannot fill the queue of others."""
    text = "{" + " ".join(f"a{number}: {LINEAGE[1:-1]}" for number in range(20)) + "}"

    def ask():
        with Client(narrow.port) as client:
            return client.ask(text)

    asked = asyncio.create_task(asyncio.to_thread(ask))
    await until(reader, held["lineage"], 1)
    lane = narrow.app.graphql.answerer.database.lanes.by_name["walk"]
    assert (lane.running, len(lane.waiting)) == (1, 0)
    status, _, body = await asked
    assert status == 200
    assert {error["extensions"]["code"] for error in body["errors"]} == {"TooSlow"}
    assert json.dumps(body["data"]) == json.dumps({f"a{number}": None for number in range(20)})
