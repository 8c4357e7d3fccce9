"""Turns in a lane: in order, bounded, and never lost, whoever gives up."""

import asyncio
import random

import pytest

from graph.errors import Overloaded
from graph.lanes import Lane


async def use(lane, seconds, log=None, name=None):
    async with lane.taken():
        if log is not None:
            log.append(name)
        await asyncio.sleep(seconds)


async def test_turns_come_in_order():
    lane, log = Lane("x", 1, 10), []
    await asyncio.gather(*(use(lane, 0.001, log, number) for number in range(10)))
    assert log == list(range(10))
    assert (lane.running, len(lane.waiting)) == (0, 0)


async def test_who_finds_the_queue_full_is_refused_at_once():
    lane = Lane("x", 2, 3)
    results = await asyncio.gather(*(use(lane, 0.01) for _ in range(10)), return_exceptions=True)
    assert [isinstance(result, Overloaded) for result in results] == [False] * 5 + [True] * 5
    assert (lane.running, len(lane.waiting), lane.refused) == (0, 0, 5)


async def test_who_waits_too_long_is_refused():
    lane = Lane("x", 1, 3, seconds=0.02)
    results = await asyncio.gather(use(lane, 0.2), use(lane, 0), use(lane, 0), return_exceptions=True)
    assert [isinstance(result, Overloaded) for result in results] == [False, True, True]
    assert (lane.running, len(lane.waiting), lane.refused) == (0, 0, 2)


async def test_no_turn_is_lost_when_tasks_are_cancelled():
    rng = random.Random(7)
    lane = Lane("x", 3, 20, seconds=0.01)
    tasks = []
    for _ in range(600):
        tasks.append(asyncio.create_task(use(lane, rng.choice([0, 0.001, 0.004]))))
        if rng.random() < 0.4:
            rng.choice(tasks[-5:]).cancel()
        if rng.random() < 0.5:
            await asyncio.sleep(rng.choice([0, 0, 0.001, 0.003]))
        assert 0 <= lane.running <= 3
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (lane.running, len(lane.waiting)) == (0, 0)


async def test_a_turn_that_comes_together_with_the_cancellation_is_passed_on():
    lane = Lane("x", 1, 5)
    lane.running = 1
    waits = asyncio.create_task(lane.turn())
    await asyncio.sleep(0)
    lane.leave()
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    assert lane.running == 0
