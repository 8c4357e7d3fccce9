"""What is asked before it is known who asks, and beside `/graphql`: each costs the address something, and is told."""

import asyncio
import contextlib
import logging
import time
from dataclasses import replace

import pytest
from serving import QUICK, Client, request, serving

from api.door.metrics import TALLY
from api.door.options import Door
from api.door.protocol import Bounds
from api.door.readiness import Readiness
from api.door.server import GRACE_SECONDS, DoorServer
from api.identity.errors import Unauthorized
from graph.database import Database
from graph.errors import BadInput
from graph.permissions import LOCAL


@pytest.fixture
def scarce(reader, reading, tmp_path):
    """An address has thirty units, and hardly gets more."""
    with serving(reading, Door(rate=1000.0, public_rate=3.0, bounds=QUICK), tmp_path) as served:
        yield served


async def test_readiness_is_asked_once_a_second_however_many_ask():
    asked, now, answer = [], [0.0], asyncio.Event()

    async def probe():
        asked.append(now[0])
        await answer.wait()
        return True

    readiness = Readiness(probe, lambda: now[0])
    waiting = [asyncio.create_task(readiness.is_ready()) for _ in range(100)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    answer.set()
    assert await asyncio.gather(*waiting[1:]) == [True] * 99
    now[0] = 0.9
    assert await readiness.is_ready()
    assert asked == [0.0]
    now[0] = 1.0
    assert await readiness.is_ready()
    assert asked == [0.0, 1.0]


def test_what_is_no_request_is_paid_for(scarce):
    with Client(scarce.port) as client:
        statuses = []
        for _ in range(60):
            client.send(request(b"{", "x-viewer: public"))
            statuses.append(client.answer()[0])
        assert set(statuses) == {400, 429}


def test_a_token_is_not_checked_for_an_address_that_has_nothing_left(scarce):
    checked = []

    async def identify(scope):
        token = dict(scope["headers"])[b"authorization"]
        checked.append(token)
        if token != b"Bearer known":
            raise Unauthorized("No.", "Get another.")
        return LOCAL

    scarce.app.graphql.identify = identify
    scarce.app.graphql.remembers = lambda scope: (b"authorization", b"Bearer known") in scope["headers"]
    with Client(scarce.port) as client:
        statuses = [client.ask("{ __typename }", f"authorization: Bearer {number}")[0] for number in range(30)]
        assert set(statuses) == {401, 429}
        assert len(checked) < 15
        # Who shares the address and is known already is not kept out.
        assert client.ask("{ __typename }", "authorization: Bearer known")[0] == 200


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "host: localhost", "content-length: 0", *headers, "", "")).encode()


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/login/link?key=x"), ("GET", "/auth/x"), ("GET", "/session"), ("POST", "/import?name=a.json"),
])  # fmt: skip
def test_an_address_may_knock_so_often(scarce, method, path):
    with Client(scarce.port) as client:
        statuses: list[int] = []
        for _ in range(3):
            client.send(get(path, method=method))
            status, headers, _ = client.answer()
            statuses.append(status)
        assert statuses[0] != 429
        assert statuses[2] == 429
        assert int(headers["retry-after"]) >= 1
        client.send(get("/logout", "x-requested-with: x", method="POST"))
        assert client.answer()[0] == 200


def test_what_is_asked_beside_graphql_is_told_and_counted(scarce, caplog):
    caplog.set_level(logging.INFO, "yuanliu")
    before = TALLY.routes.get(("session", 200), 0)
    with Client(scarce.port) as client:
        client.send(get("/session", "x-request-id: theirs"))
        assert client.answer()[0] == 200
    deadline = time.monotonic() + 5
    told: list[logging.LogRecord] = []
    while not told and time.monotonic() < deadline:  # the line is written last, after the answer
        time.sleep(0.02)
        told = [record for record in caplog.records if getattr(record, "route", "") == "session"]
    assert TALLY.routes["session", 200] == before + 1
    [record] = told
    assert (record.status, record.given) == (200, "theirs")


def test_only_our_proxies_say_for_whom_they_ask(reader, reading, tmp_path):
    for number, (proxies, last) in enumerate(((("127.0.0.0/8",), 200), ((), 429), (("10.0.0.1",), 429))):
        door = Door(public_rate=3.0, proxies=proxies, bounds=QUICK)
        with serving(reading, door, tmp_path / str(number)) as served, Client(served.port) as client:
            for who in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
                client.send(get("/session", f"x-forwarded-for: {who}"))
                status = client.answer()[0]
            assert status == last


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "10.0.0.1,proxy.example", "::/0"])
def test_proxies_are_named_by_address(text):
    assert Door.read({"YUANLIU_PROXIES": "10.0.0.1, 10.1.0.0/24"}).proxies == ("10.0.0.1", "10.1.0.0/24")
    with pytest.raises(BadInput):
        Door.read({"YUANLIU_PROXIES": text})


def test_bodies_that_do_not_come_make_room(reader, reading, tmp_path):
    bounds = Bounds(connections=10, body_seconds=60, head_seconds=60)
    with serving(reading, Door(bounds=bounds, rate=0), tmp_path) as served, contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(Client(served.port)).send(request(b"{", length=100))
        time.sleep(3)
        client = stack.enter_context(Client(served.port))
        assert client.ask("{ __typename }")[0] == 200


def test_there_is_time_for_what_is_under_way():
    for seconds in (5.0, 300.5):
        server = DoorServer(lambda *_: None, door=replace(Door(), seconds=seconds), stopping=lambda: None)
        assert server.config.timeout_graceful_shutdown >= seconds + GRACE_SECONDS


async def test_shielded_work_is_waited_for(reading):
    async with Database(reading) as database:
        done, may_end = [], asyncio.Event()

        async def work():
            await may_end.wait()
            done.append(1)

        waiting = asyncio.create_task(database.shielded(work()))
        await asyncio.sleep(0)
        waiting.cancel()
        asyncio.get_running_loop().call_later(0.05, may_end.set)
        await database.settle()
        assert done == [1]
