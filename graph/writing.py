"""How a long write becomes known at one instant.

A write registers itself in a small committed node, then does its work in one transaction. The instant at which the transaction
began to write, `at`, is the `recordedAt` of all of it. Until the transaction ends, a question about an instant close to now is
not settled: the write may still appear, with an `at` before that instant. Readers see this from the open `Write` nodes.
"""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from graph.database import Database, Transaction
from graph.errors import GraphError

LEASE = timedelta(minutes=10)
"""How long a write may take; the engine ends its transaction no later."""

_REGISTER = """
CREATE (w:Write {id: $id, registeredAt: datetime.realtime(), until: datetime.realtime() + duration({seconds: $seconds})})
WITH w
OPTIONAL MATCH (old:Write) WHERE coalesce(old.at, old.until) < datetime.realtime() - duration('PT1H')
DELETE old
RETURN count(*) AS rows
"""

_BEGIN = """
MATCH (w:Write {id: $id}) WHERE w.at IS NULL AND w.until > datetime.realtime()
SET w.at = datetime.realtime()
RETURN w.at AS at
"""

_GIVE_UP = "MATCH (w:Write {id: $id}) WHERE w.at IS NULL DELETE w"

_MARGIN_SECONDS = 30


@asynccontextmanager
async def write(database: Database, lease: timedelta = LEASE) -> AsyncGenerator[tuple[Transaction, Any]]:
    """One transaction, and the instant (an engine's datetime, to be passed on as a parameter) at which it is known.

    Committed when the block ends; rolled back, and the registration withdrawn, when it raises. After a kill the
    registration expires with its lease. Raises EngineError as the engine does, and GraphError when the lease ran out.
    """
    key = f"Write:{uuid.uuid4()}"
    seconds = lease.total_seconds()
    await database.run(_REGISTER, id=key, seconds=seconds + _MARGIN_SECONDS)
    try:
        async with database.transaction(seconds) as transaction:
            begun = await transaction.run(_BEGIN, id=key)
            if not begun:
                raise GraphError("The write waited too long to begin.", "Try again.")
            yield transaction, begun[0]["at"]
    except BaseException:
        await database.run(_GIVE_UP, id=key)
        raise
