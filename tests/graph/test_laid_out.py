"""Large answers are laid out beside the event loop, under the request that they belong to."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from graph.errors import Overloaded
from graph.questions import LAYING_LANE, MANY_VALUES, laid_out

WHOSE = ContextVar("WHOSE", default="")


@pytest.mark.parametrize(("size", "is_beside"), [(0, False), (MANY_VALUES - 1, False), (MANY_VALUES, True)])
async def test_only_large_answers_are_laid_out_in_a_thread(size, is_beside):
    WHOSE.set("request")
    thread, whose = await laid_out(size, lambda: (threading.get_ident(), WHOSE.get()))
    assert (thread != threading.get_ident()) is is_beside
    assert whose == "request"


async def test_an_error_comes_back():
    with pytest.raises(ZeroDivisionError):
        await laid_out(MANY_VALUES, lambda: 1 // 0)


async def test_only_so_many_wait_for_a_thread():
    ends = threading.Event()
    busy = [asyncio.create_task(laid_out(MANY_VALUES, ends.wait)) for _ in range(LAYING_LANE.most + LAYING_LANE.queue)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await laid_out(MANY_VALUES, ends.wait)
    ends.set()
    assert await asyncio.gather(*busy) == [True] * len(busy)
