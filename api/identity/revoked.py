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
"""The list is not older than this; after half of it, it is read again in passing."""
UNREAD_SECONDS = 30.0
"""For so long the last one counts while the catalog cannot be read."""
WAIT_SECONDS = 2.0
"""How long a request waits for a reading."""


class Revoked:
    """The revocations, read when somebody asks who is not the public."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.until: dict[str, int] = {}
        self._read = -float("inf")
        self._reading: asyncio.Task[None] | None = None

    async def refuse(self, believed: Believed) -> None:
        """Unauthorized if what somebody shows was revoked; ProviderDown if that cannot be found out."""
        age = time.monotonic() - self._read
        if age > SECONDS / 2:
            reading = self._begin()
            if age > SECONDS:
                # Neither who gives up waiting nor the bound ends it for the others.
                await asyncio.wait({reading}, timeout=WAIT_SECONDS)
                if time.monotonic() - self._read > UNREAD_SECONDS:
                    raise ProviderDown(
                        "Who was revoked cannot be found out.", "Try again in a moment.", {"retry-after": "5"}
                    )
        viewer = believed.viewer
        subjects = (viewer.subject, viewer.on_behalf_of)
        # A session is ended for good: whatever the clocks of this machine and of the engine say.
        is_ended = bool(believed.session) and f"session|{believed.session}" in self.until
        if is_ended or any(int(believed.issued_at) <= self.until.get(key, -1) for key in subjects):
            headers = {"www-authenticate": 'Bearer realm="yuanliu"'}
            raise Unauthorized("It was revoked.", "Log in again.", headers, viewer)

    async def reload(self) -> None:
        """Read the list now: what was just revoked must not count in this process any more."""
        if self._reading is not None:
            await asyncio.wait({self._reading})  # it may have begun before
        await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._load())
        return self._reading

    async def _load(self) -> None:
        began = time.monotonic()
        try:
            self.until = await revocations(self.database)
            self._read = began
        except GraphError as error:
            log.warning("revocations cannot be read: %s", error)
