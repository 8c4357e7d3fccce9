"""The background task of `serve`: it seals what happened, goes on after faults, and ends with the service."""

import asyncio
import os

import pytest

from graph.database import Database
from graph.errors import TrailError
from graph.permissions import LOCAL
from graph.trail import sealing as module
from graph.trail.keyring import Keyring
from graph.trail.sealing import seal, sealing

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


async def test_processes_that_seal_for_the_first_time_together_make_one_key(bare):
    await bare.append(ALICE, 1)
    rings = [Keyring(bare.ring.folder) for _ in range(4)]

    def sealed(ring):
        async def alone():
            async with Database(bare.database.address) as database:
                return await seal(database, ring, LOCAL, "")

        return asyncio.run(alone())

    made = await asyncio.gather(*(asyncio.to_thread(sealed, ring) for ring in rings))
    assert sum(each is not None for each in made) == 1
    assert len(bare.ring.public()) == 1
    assert (await bare.verify()).is_sound


async def test_half_a_key_keeps_nobody_from_signing(bare, monkeypatch):
    def full(descriptor):
        os.ftruncate(descriptor, 20)
        raise OSError(28, "No space left on device")

    await bare.append(ALICE, 1)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TrailError, match="No space left"):
        await bare.seal()
    monkeypatch.undo()
    assert await bare.seal()
    assert (await bare.verify()).is_sound


async def test_who_was_overtaken_does_not_adopt_the_key_that_another_prepares(bare):
    await bare.append(ALICE, 1)
    await bare.seal()
    signing, prepared = bare.ring.key(), bare.ring.prepare()
    bare.ring.adopt(signing.public)  # late, because another process of this folder was faster
    assert bare.ring.key() == signing
    assert bare.ring.successor() == prepared
