"""Whether what was issued still counts, by the revocations in the catalog as they were a few seconds ago."""

import asyncio
import logging
import time

from api.identity.errors import ProviderDown, Unauthorized
from api.identity.tokens import Believed
from graph.database import Database
from graph.errors import GraphError
from graph.revocation import revocations

log = logging.getLogger("yuanliu")

SECONDS = 5.0
"""After so many seconds the list is read again, in passing."""


class Revoked:
    """The revocations, read when somebody asks who is not the public."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.until: dict[str, int] = {}
        self._read = -float("inf")
        self._reading: asyncio.Task[None] | None = None

    async def refuse(self, believed: Believed) -> None:
        """Unauthorized if what somebody shows was revoked; ProviderDown if that was never found out."""
        if time.monotonic() - self._read > SECONDS:
            reading = self._begin()
            if self._read < 0:
                await asyncio.shield(reading)
        viewer = believed.viewer
        for key in (viewer.subject, viewer.on_behalf_of, f"session|{believed.session}"):
            if int(believed.issued_at) <= self.until.get(key, -1):
                raise Unauthorized("It was revoked.", "Log in again.", {"www-authenticate": 'Bearer realm="yuanliu"'})

    async def reload(self) -> None:
        """Read the list now: what was just revoked must not count in this process any more."""
        await self._load()

    def _begin(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._load())
        return self._reading

    async def _load(self) -> None:
        try:
            self.until = await revocations(self.database)
            self._read = time.monotonic()
        except GraphError as error:
            log.warning("revocations cannot be read: %s", error)
            if self._read < 0:
                raise ProviderDown("Who was revoked cannot be found out.", "Try again in a moment.") from error
