"""How many statements run at once: each kind of question has a lane of its own, so that heavy ones cannot delay light ones.

A lane lets a bounded number run, a bounded number wait for a short time, and refuses the rest. The bounds hold for this
process.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from graph.errors import Overloaded

WAIT_SECONDS = 3.0
POINT: Final = "point"
"""One thing by its id."""
PAGE: Final = "page"
"""A list."""
WALK: Final = "walk"
"""What has to look at much before it can answer: lineage, search, verdicts; and very large lists."""
CHANGE: Final = "change"
"""A change, from its claim to its commit."""


class Lane:
    """Lets `most` statements run at once; `queue` more may wait in order, for `seconds` at most.

    Whoever finds `running < most` may take a turn by counting it up; whoever had a turn calls `leave`.
    """

    __slots__ = ("most", "name", "queue", "refused", "running", "seconds", "waiting")

    def __init__(self, name: str, most: int, queue: int, seconds: float = WAIT_SECONDS) -> None:
        self.name, self.most, self.queue, self.seconds = name, most, queue, seconds
        self.running = 0
        self.refused = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def taken(self) -> AsyncGenerator[None]:
        """A turn for the block; Overloaded when there is none."""
        if self.running < self.most:
            self.running += 1
        else:
            await self.turn()
        try:
            yield
        finally:
            self.leave()

    async def turn(self) -> None:
        """Wait for a turn; Overloaded when too many wait already, or for too long."""
        if len(self.waiting) >= self.queue:
            self.refused += 1
            raise Overloaded(self.seconds)
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self.waiting.append(mine)
        timer = loop.call_later(self.seconds, self._late, mine)
        try:
            await mine
        except BaseException:
            if mine.cancelled() or mine.exception() is not None:
                if mine in self.waiting:
                    self.waiting.remove(mine)
            else:  # the turn came together with the cancellation
                self.leave()
            raise
        finally:
            timer.cancel()

    def _late(self, mine: "asyncio.Future[None]") -> None:
        if not mine.done():
            self.refused += 1
            mine.set_exception(Overloaded(self.seconds))

    def leave(self) -> None:
        """Give the turn to the first that still waits, or back."""
        while self.waiting:
            first = self.waiting.popleft()
            if not first.done():
                first.set_result(None)
                return
        self.running -= 1


class Lanes:
    """The lanes of one database, by name; `most` is how many statements each lets run at once."""

    DEFAULT: Final = {POINT: 64, PAGE: 16, WALK: 2, CHANGE: 8}
    QUEUES: Final = {POINT: 512, PAGE: 128, WALK: 16, CHANGE: 64}

    def __init__(self, most: dict[str, int] | None = None, seconds: float = WAIT_SECONDS) -> None:
        self.by_name = {
            name: Lane(name, bound, self.QUEUES[name], seconds) for name, bound in (self.DEFAULT | (most or {})).items()
        }
