# The driver leaves the types of its keyword arguments and plans open.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""The one place that talks to the engine.

Reads are auto-commit statements that return one record, with a bounded retry of our own; writes are transactions. Every
statement is a literal and has a deadline in the engine.
"""

import asyncio
import logging
import math
import re
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString, Protocol, Self, TypeVar, cast

import neo4j
import neo4j.time
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncTransaction, NotificationMinimumSeverity, Query
from neo4j.exceptions import AuthError, ClientError, ConstraintError, DriverError, Neo4jError, ServiceUnavailable

from graph.errors import EngineError, GraphError, Interrupted, TooSlow
from graph.lanes import Lane, Lanes

log = logging.getLogger("yuanliu")
Result = TypeVar("Result")

READ_SECONDS = 20.0
WRITE_SECONDS = 300.0
ATTEMPTS = 3
BESIDES = 20
"""How many connections there may be beside those of the lanes: for what is not asked by a viewer."""
RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:]{8}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the engine is and how to get in; the password never shows in a representation."""

    uri: str
    user: str
    password: str
    database: str = "neo4j"

    def __repr__(self) -> str:
        """Without the password."""
        return f"Address({self.uri!r}, {self.user!r}, database={self.database!r})"


class Runner(Protocol):
    """A database or a transaction: both run statements."""

    async def run(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        """Run a statement and return its records."""
        ...


class Transaction:
    """A write transaction under way."""

    def __init__(self, inner: AsyncTransaction) -> None:
        self._inner = inner

    async def run(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        """Run a statement and return its records; EngineError if the engine refuses it."""
        try:
            result = await self._inner.run(statement, parameters)
            return await result.data()
        except (Neo4jError, DriverError) as error:
            raise translated(error) from error


class Database:
    """An open database. Use as `async with Database(address) as database`; `lanes` bound what runs at once."""

    def __init__(self, address: Address, lanes: Lanes | None = None) -> None:
        self.address = address
        self.lanes = lanes or Lanes()
        self._driver: AsyncDriver | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Connect; EngineError with the cure when the engine cannot be reached."""
        self._driver = AsyncGraphDatabase.driver(
            self.address.uri,
            auth=(self.address.user, self.address.password),
            notifications_min_severity=NotificationMinimumSeverity.OFF,
            warn_notification_severity=NotificationMinimumSeverity.OFF,
            connection_acquisition_timeout=READ_SECONDS,
            max_connection_pool_size=BESIDES + sum(lane.most for lane in self.lanes.by_name.values()),
            telemetry_disabled=True,
            user_agent="yuanliu",
        )
        try:
            await self._driver.verify_connectivity()
        except (Neo4jError, DriverError) as error:
            await self._driver.close()
            raise translated(error) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let the shielded work finish, then close every connection."""
        await self.settle()
        if self._driver:
            await self._driver.close()

    async def settle(self) -> None:
        """Wait for the shielded work."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _session(self, mode: str, ahead: int = -1) -> neo4j.AsyncSession:
        if self._driver is None:
            raise EngineError("The database is not open.", "Use it as `async with Database(address)`.")
        return self._driver.session(database=self.address.database, default_access_mode=mode, fetch_size=ahead)

    async def read(
        self,
        statement: LiteralString,
        parameters: dict[str, Any],
        seconds: float = READ_SECONDS,
        lane: Lane | None = None,
        until: float = math.inf,
    ) -> list[Any] | None:
        """The columns of the one record that a statement returns, or None when it returns none.

        It waits for a turn in `lane`, if one is given. A passing fault is retried twice; EngineError when it stays,
        Overloaded when there is no turn, TooSlow when it takes longer than `seconds` or is not done at `until`, in the
        time of the event loop. Then, as on cancellation, the connection is cut, and the engine ends the statement.
        """
        now = asyncio.get_running_loop().time
        began = now()
        if until <= began:
            raise too_slow()
        until = min(until, began + seconds + 1)
        try:
            async with asyncio.timeout_at(until):
                if lane is not None:  # `Lane.taken` in line: a context manager would cost every read five microseconds
                    if lane.running < lane.most:
                        lane.running += 1
                    else:
                        await lane.turn()
                try:
                    for attempt in range(ATTEMPTS):
                        try:
                            async with self._session(neo4j.READ_ACCESS) as session:
                                bound = min(seconds, max(until - now(), 0.001))
                                result = await session.run(Query(statement, timeout=bound), parameters)
                                record = await result.single()
                                return None if record is None else record.values()
                        except (Neo4jError, DriverError) as error:
                            if attempt == ATTEMPTS - 1 or not error.is_retryable():
                                raise translated(error) from error
                            await asyncio.sleep(0.05 * 4**attempt)
                finally:
                    if lane is not None:
                        lane.leave()
        except TimeoutError as error:
            raise too_slow() from error
        return None

    async def is_ready(self) -> bool:
        """Whether the engine answers."""
        try:
            return await self.read("RETURN 1 AS one", {}, seconds=2) == [1]
        except EngineError:
            return False

    async def run(
        self, statement: LiteralString, *, seconds: float = WRITE_SECONDS, **parameters: Any
    ) -> list[dict[str, Any]]:
        """Run a statement in a transaction of its own and return its records; EngineError if the engine refuses it.

        TooSlow when it takes longer than `seconds`, or the connection is silent for so long; whether it was done is not
        known then.
        """
        try:
            async with asyncio.timeout(seconds + 1), self._session(neo4j.WRITE_ACCESS) as session:
                result = await session.run(Query(statement, timeout=seconds), parameters)
                return await result.data()
        except TimeoutError as error:
            raise too_slow() from error
        except (Neo4jError, DriverError) as error:
            raise translated(error) from error

    async def shielded(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of a unit of work that goes on to its end although the caller is cancelled; it has its own deadline."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, GraphError):
            log.error("a unit of work failed", exc_info=error)

    async def stream(
        self, statement: LiteralString, *, ahead: int = 50, **parameters: Any
    ) -> AsyncGenerator[dict[str, Any]]:
        """The records of a statement one after the other, `ahead` of them in memory; EngineError as the engine does."""
        try:
            async with self._session(neo4j.READ_ACCESS, ahead) as session:
                async for record in await session.run(statement, parameters):
                    yield record.data()
        except (Neo4jError, DriverError) as error:
            raise translated(error) from error

    async def explain(self, statement: LiteralString) -> tuple[list[str], dict[str, Any]]:
        """The columns and the plan of a statement, which is not run; EngineError if it does not parse."""
        try:
            async with self._session(neo4j.READ_ACCESS) as session:
                result = await session.run("EXPLAIN " + statement)
                columns = list(result.keys())
                summary = await result.consume()
                return columns, dict(summary.plan or {})
        except (Neo4jError, DriverError) as error:
            raise translated(error) from error

    @asynccontextmanager
    async def transaction(self, seconds: float = WRITE_SECONDS) -> AsyncGenerator[Transaction]:
        """A write transaction: committed when the block ends, rolled back when it raises or is cancelled.

        TooSlow when it is not at its end after `seconds`; if it was being committed, whether it was is not known then.
        """
        bound = asyncio.timeout(seconds + 1)
        try:
            async with (
                bound,
                self._session(neo4j.WRITE_ACCESS) as session,
                await session.begin_transaction(timeout=seconds) as inner,
            ):
                yield Transaction(inner)
                await inner.commit()
        except (Neo4jError, DriverError) as error:
            raise translated(error) from error
        except TimeoutError as error:
            if not bound.expired():  # one of the block's own
                raise
            raise too_slow() from error


def translated(error: Neo4jError | DriverError) -> EngineError:
    """The error of the driver in words for a person, with the cure; secrets and statements stay out of it."""
    if isinstance(error, AuthError):
        return EngineError("The database refuses the user or the password.", "Check NEO4J_USER and NEO4J_PASSWORD.")
    if isinstance(error, ServiceUnavailable):
        return Interrupted("The database cannot be reached.", "Check NEO4J_URI, or `yuanliu db status`.")
    if isinstance(error, ClientError) and "Timed" in (error.code or ""):
        return too_slow()
    if isinstance(error, Neo4jError):
        # What the engine says may hold the value that it refuses; what is wrong with a statement holds none.
        log.error("%s %s", error.code, error.message if "SyntaxError" in (error.code or "") else "")
        ended = (error.code or "").startswith("Neo.ClientError.Transaction.")  # by somebody else
        passes = ended or isinstance(error, ConstraintError) or error.is_retryable()
        kind = Interrupted if passes else EngineError
        return kind(f"The database refused a statement ({error.code}).", "The log of the service says why.")
    return Interrupted(f"The connection to the database failed: {type(error).__name__}.", "Try again.")


def instant(text: str) -> datetime:
    """The instant in an RFC 3339 text, to the nanosecond that the engine keeps, in UTC; ValueError if it is none.

    Python's datetime ends at the microsecond; what is finer is the driver's, which can be used like one.
    """
    if not RFC_3339.fullmatch(text):
        raise ValueError("This is not RFC 3339.")
    found = neo4j.time.DateTime.from_iso_format(text.upper().replace(" ", "T")).astimezone(UTC)
    return cast("datetime", found) if found.nanosecond % 1000 else found.to_native()


def too_slow() -> TooSlow:
    """The error of a statement that ran into its deadline."""
    return TooSlow("The question took too long.", "Ask for less: fewer hops, nodes or rows.")
