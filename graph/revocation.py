"""Revocations 吊销: until when what somebody was given no longer counts. A token outlives a dismissal; this ends it.

A key is a subject (`issuer|sub`), or a session (`session|id`). A session that is revoked is void for good; of what a subject was
given, that which was issued up to the instant of the revocation: by the clock that is ahead, of the engine or of who revokes.
"""

from datetime import UTC, datetime
from typing import LiteralString

from graph.database import Database, Transaction
from graph.permissions import Viewer
from graph.trail.log import Entry, record
from graph.words import Action

SECONDS = 10.0
KEPT_DAYS = 100
"""Longer than anything that is issued holds."""

_REVOKE: LiteralString = """
MERGE (r:Revocation {key: $key})
WITH r, CASE WHEN datetime($now) > datetime.realtime() THEN datetime($now) ELSE datetime.realtime() END AS now
SET r.at = datetime.truncate('microsecond', CASE WHEN r.at > now THEN r.at ELSE now END)
WITH r
OPTIONAL MATCH (old:Revocation) WHERE old.at < datetime.realtime() - duration({days: $days})
DELETE old
RETURN toString(max(r.at)) AS at
"""

_REVOKED: LiteralString = "MATCH (r:Revocation) RETURN collect([r.key, r.at.epochSeconds]) AS rows"


async def revoke(
    database: Database, viewer: Viewer, key: str, action: Action = Action.REVOKE, *, request: str = ""
) -> None:
    """Void what was issued to a key until now, with the event of it. EngineError as the engine does."""
    async with database.transaction(SECONDS) as tx:
        at = await revoked_at(tx, key)
        target = viewer.subject if action is Action.LOGOUT else key
        await record(tx, viewer, [Entry(action, [target])], at=at, request=request)


async def revoked_at(tx: Transaction, key: str) -> str:
    """The instant at which a key is revoked, which is now."""
    [revoked] = await tx.run(_REVOKE, key=key, days=KEPT_DAYS, now=datetime.now(UTC).isoformat())
    return str(revoked["at"])


async def revocations(database: Database) -> dict[str, int]:
    """The second of the epoch up to which each key is void. EngineError as the engine does."""
    found = await database.read(_REVOKED, {})
    rows: list[tuple[str, int]] = found[0] if found else []
    latest: dict[str, int] = {}
    for key, second in rows:
        latest[key] = max(second, latest.get(key, 0))
    return latest
