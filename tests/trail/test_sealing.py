"""The background task of `serve`: it seals what happened, goes on after faults, and ends with the service."""

import asyncio

from graph.permissions import LOCAL
from graph.trail import sealing as module
from graph.trail.sealing import sealing

from .conftest import ALICE


async def eventually(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def number(trail):
    last = trail.ring.last()
    return last.number if last else 0


async def test_what_happens_is_sealed_in_the_background(bare, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.02)
    async with sealing(bare.database, bare.ring, LOCAL):
        await bare.append(ALICE, 1)
        await eventually(lambda: number(bare) == 1)
        await bare.append(ALICE, 2)  # the next one is not due for a minute
        await asyncio.sleep(0.3)
        assert number(bare) == 1
        monkeypatch.setattr(module, "EVERY_EVENTS", 3)
        await bare.append(ALICE, 3, 4)
        await eventually(lambda: number(bare) == 2)
    await bare.append(ALICE, 6, 7, 8, 9)
    await asyncio.sleep(0.3)
    assert number(bare) == 2
    found = await bare.verify()
    assert found.is_sound
    assert (found.events, found.covered) == (9, 5)


async def test_a_trail_that_lacks_events_is_not_signed_and_the_log_says_so(trail, monkeypatch, caplog):
    monkeypatch.setattr(module, "PAUSE", 0.02)
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.1)
    await trail.run("MATCH (l:Log {id: 'Log:410299/县公安局'}) SET l.size = 1")
    async with sealing(trail.database, trail.ring, LOCAL):
        await eventually(lambda: "are gone: Log:410299/县公安局" in caplog.text)
        assert number(trail) == 3
        await trail.run("MATCH (l:Log {id: 'Log:410299/县公安局'}) SET l.size = 5")
        await eventually(lambda: number(trail) == 4)
