"""Refused tokens, sessions and uploads become events, but a flood of them does not become a flood of events."""

import asyncio
import logging
from collections import Counter, defaultdict
from contextlib import suppress

from api.request import REQUEST_ID
from graph.database import Database
from graph.errors import EngineError, GraphError
from graph.permissions import PUBLIC, Viewer
from graph.trail.log import Entry, record_alone
from graph.words import Action

log = logging.getLogger("yuanliu")

INTERVAL = 10.0
"""Seconds in which denials of one kind become one event that counts them."""


class Denials:
    """Records denials, and in which request the first was: it at once, those that follow by kind and interval.

    A kind is a fixed text of ours.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._counts: Counter[tuple[Viewer, str, str]] = Counter()
        self._first: dict[tuple[Viewer, str, str], str] = {}
        self._writing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def add(self, reason: str, viewer: Viewer = PUBLIC, target: str = "") -> None:
        """Count a denial, of whom and about what; it is written in the background."""
        self._counts[viewer, reason, target] += 1
        self._first.setdefault((viewer, reason, target), REQUEST_ID.get())
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Write what is still counted."""
        self._closing.set()
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._counts:
            await self._record()
            if self._closing.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._closing.wait()

    async def _record(self) -> None:
        counts, self._counts = self._counts, Counter()
        first, self._first = self._first, {}
        said: defaultdict[Viewer, list[Entry]] = defaultdict(list)
        for kind, count in counts.items():
            viewer, reason, target = kind
            targets = (target,) if target else ()
            told = {"count": count, "firstRequest": first[kind]}
            said[viewer].append(Entry(Action.DENIAL, targets, after=told, note=reason))
        waiting = dict(said)
        for viewer, entries in said.items():
            try:
                await record_alone(self.database, viewer, entries, request="")
            except GraphError as error:
                log.warning("denials cannot be recorded: %s", error)
                # Each of the others would wait as long, and the service may be ending.
                if isinstance(error, EngineError):
                    break
                continue
            del waiting[viewer]
        again = {kind: count for kind, count in counts.items() if kind[0] in waiting}
        self._counts += Counter(again)
        self._first |= {kind: first[kind] for kind in again}
