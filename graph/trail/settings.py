"""Recording how a service is set: what stands outside the database is looked at when the service starts.

`(:Settings {id, said})` holds, for each place from which the service runs, the settings of its last start.
"""

from collections.abc import Mapping
from typing import Any, LiteralString

import msgspec

from graph.database import Database
from graph.permissions import Viewer
from graph.settled import INSTANT
from graph.trail.canonical import canonical
from graph.trail.log import Entry, record
from graph.words import Action

_LOCK: LiteralString = (
    """
MERGE (s:Settings {id: $id}) SET s._lock = 1 REMOVE s._lock
RETURN s.said AS said, """
    + INSTANT
    + " AS at"
)

_KEEP: LiteralString = "MATCH (s:Settings {id: $id}) SET s.said = $said"


async def record_settings(
    database: Database, viewer: Viewer, place: str, settings: Mapping[str, Any], *, request: str
) -> bool:
    """Record the settings of the service at a place as an event, if they are not those of its last start; whether they were not.

    `settings` must hold no secret: it is kept in the trail. EngineError as the engine does.
    """
    identity, said = f"Settings:{place}", canonical(settings).decode()
    async with database.transaction() as tx:
        [kept] = await tx.run(_LOCK, id=identity)
        if kept["said"] == said:
            return False
        await tx.run(_KEEP, id=identity, said=said)
        before = msgspec.json.decode(kept["said"]) if kept["said"] else None
        entry = Entry(Action.SETTING, [identity], before, settings)
        await record(tx, viewer, [entry], at=kept["at"], request=request)
        return True
