"""What is asked before it is known who asks, and beside `/graphql`: each costs the address something, and is told."""

import asyncio

import pytest
from serving import QUICK, Client, request, serving

from api.door.options import Door
from api.door.readiness import Readiness
from api.identity.errors import Unauthorized
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
