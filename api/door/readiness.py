"""Whether the service is ready, asked of the database once a second at most, however many ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable

SECONDS = 1.0


class Readiness:
    """Asks `probe`; who asks while it is asked waits for the same answer."""

    def __init__(self, probe: Callable[[], Awaitable[bool]], now: Callable[[], float] = time.monotonic) -> None:
        self.probe, self.now = probe, now
        self.found = False
        self.until = -1.0
        self.asking: asyncio.Task[None] | None = None

    async def is_ready(self) -> bool:
        """The last answer, if it is younger than a second; else a new one."""
        if self.now() >= self.until:
            if self.asking is None or self.asking.done():
                self.asking = asyncio.create_task(self._ask())
            await asyncio.shield(self.asking)
        return self.found

    async def _ask(self) -> None:
        self.found = await self.probe()
        self.until = self.now() + SECONDS
