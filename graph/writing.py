"""How a long write becomes known at one instant.

A write registers itself in a small committed node, then does its work in one transaction. The instant at which the
transaction began, `at`, is the `recordedAt` of all of it. Until it ends, a question about an instant close to now is
not settled: the write may still appear, with an `at` before that instant. Readers see this from the open `Write` nodes
(those without `at` whose `until` is not past).
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from graph.database import Database, Transaction
from graph.errors import GraphError
from graph.sight import forget

LEASE = timedelta(minutes=10)
"""How long a write may take; the engine ends its transaction no later."""

_REGISTER = """
WITH datetime.realtime() AS now
CREATE (w:Write {id: $id, registeredAt: now, until: now + duration({seconds: $lease})})
WITH w, now - duration('PT1H') AS past
CALL (past) {
  MATCH (old:Write) WHERE old.until < past
  WITH old ORDER BY old.until LIMIT 100
  DELETE old }
"""

_BEGIN = """
MATCH (w:Write {id: $id}) WHERE w.at IS NULL AND w.until > datetime.realtime()
SET w.at = datetime.truncate('microsecond', datetime.realtime())
RETURN toString(w.at) AS at
"""

_GIVE_UP = "MATCH (w:Write {id: $id}) WHERE w.at IS NULL DELETE w"

_MARGIN_SECONDS = 30
_GIVE_UP_SECONDS = 2


@asynccontextmanager
async def write(
    database: Database, lease: timedelta = LEASE, lock: Callable[[Transaction], Awaitable[None]] | None = None
) -> AsyncGenerator[tuple[Transaction, str]]:
    """One transaction, and the instant at which it is known, as text for `datetime($at)`.

    `lock` takes the locks before the instant is fixed, so that of two writes to one thing the later one has the later instant.

    (A value that goes through the driver comes back in another zone, and to the engine the two are not equal.)
    Committed when the block ends; rolled back, and the registration withdrawn, when it raises. After a kill the
    registration expires with its lease. Raises EngineError as the engine does, and GraphError when the lease ran out.
    """
    key = f"Write:{uuid.uuid4()}"
    seconds = lease.total_seconds()
    await database.run(_REGISTER, id=key, lease=seconds + _MARGIN_SECONDS)
    try:
        async with database.transaction(seconds) as transaction:
            if lock is not None:
                await lock(transaction)
            yield transaction, await _begin(transaction, key)
    except BaseException:
        with suppress(GraphError, TimeoutError):  # the lease ends it all the same
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                await database.run(_GIVE_UP, id=key)
        raise
    finally:
        forget(database)  # the work may have been done although its answer was lost


async def _begin(transaction: Transaction, key: str) -> str:
    """Lock the registration, so that the instant cannot come before an answer that did not see it."""
    begun = await transaction.run(_BEGIN, id=key)
    if not begun:
        raise GraphError("The write waited too long to begin.", "Try again.")
    return str(begun[0]["at"])
