"""Large answers are laid out beside the event loop, under the request that they belong to."""

import threading
from contextvars import ContextVar

import pytest

from graph.questions import MANY_ROWS, laid_out

WHOSE = ContextVar("WHOSE", default="")


@pytest.mark.parametrize(("size", "is_beside"), [(0, False), (MANY_ROWS - 1, False), (MANY_ROWS, True)])
async def test_only_large_answers_are_laid_out_in_a_thread(size, is_beside):
    WHOSE.set("request")
    thread, whose = await laid_out(size, lambda: (threading.get_ident(), WHOSE.get()))
    assert (thread != threading.get_ident()) is is_beside
    assert whose == "request"


async def test_an_error_comes_back():
    with pytest.raises(ZeroDivisionError):
        await laid_out(MANY_ROWS, lambda: 1 // 0)
