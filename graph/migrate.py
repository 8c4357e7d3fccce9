"""Constraints and indexes, applied forward and kept by a version in the graph.

`(:Catalog {id: "Catalog:yuanliu", version})` says that a database is ours and which migrations it has seen. A database
that holds something else is left alone.
"""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import LiteralString, cast

from graph.audience import stamp_all, stamp_regions
from graph.database import Database
from graph.errors import EngineError, Interrupted
from graph.permissions import LOCAL, Viewer
from graph.settled import INSTANT
from graph.trail.log import Entry, record
from graph.words import Action

FOLDER = Path(__file__).parent / "migrations"
SECONDS = 3600.0
"""How long a migration may take, with those that it waits for."""
CLAIMS = 10
"""How often an empty database is claimed anew, while others claim it too."""

STATE: LiteralString = """
OPTIONAL MATCH (c:Catalog {id: 'Catalog:yuanliu'})
RETURN c.version AS version, c.purpose AS purpose,
  EXISTS { MATCH (n) WHERE NOT n:Catalog OR coalesce(n.id, '') <> 'Catalog:yuanliu' } AS isUsed
"""
# Before the claim, so that of two who find an empty database at once only one makes the node.
ONE_CATALOG: LiteralString = "CREATE CONSTRAINT catalog_id IF NOT EXISTS FOR (n:Catalog) REQUIRE n.id IS UNIQUE"
CLAIM: LiteralString = """
MERGE (c:Catalog {id: 'Catalog:yuanliu'}) ON CREATE SET c.version = 0, c.purpose = $purpose
"""
# Held until a migration is done, so that of two who begin at once one waits: the engine ends changes of the schema that meet.
TURN: LiteralString = (
    "MATCH (c:Catalog {id: 'Catalog:yuanliu'}) SET c._lock = 1 REMOVE c._lock RETURN coalesce(c.version, 0) AS version"
)
DONE: LiteralString = "MATCH (c:Catalog {id: 'Catalog:yuanliu'}) SET c.version = $version"
READY: LiteralString = "CALL db.awaitIndexes(300)"
# A change of the schema cannot stand in one transaction with data: what was done is recorded afterwards, once each.
DUE: LiteralString = (
    "MATCH (c:Catalog {id: 'Catalog:yuanliu'}) SET c._lock = 1 REMOVE c._lock RETURN coalesce(c.recorded, 0) AS recorded, "
    + INSTANT
    + " AS at"
)
RECORDED: LiteralString = "MATCH (c:Catalog {id: 'Catalog:yuanliu'}) SET c.recorded = $version"
CLOSED: LiteralString = (
    "MATCH (r:Resource {publication: 'WITHDRAWN'}) WHERE r.closedAs IS NULL SET r.closedAs = 'PUBLISHED'"
)


async def stamp_what_is_there(database: Database) -> None:
    """Say of what an earlier release wrote who may see it, and that what it withdrew was closed by a complete file."""
    await database.run(CLOSED)
    await stamp_regions(database)
    await stamp_all(database)


THEN: dict[str, Callable[[Database], Awaitable[None]]] = {
    "0004_audience": stamp_what_is_there,
    "0005_settings": stamp_all,  # what was recorded wrongly no longer says who may see a thing
    "0007_grants": stamp_all,  # grants have an audience of their own, and what has begun comes first
}
"""What comes after a migration and is more than a statement."""


async def migrate(database: Database, purpose: str = "catalog", viewer: Viewer = LOCAL, request: str = "") -> int:
    """Bring a database to the present schema and return its version; safe to run again, and by two at once.

    Each migration is an event. `purpose` marks a database made for tests, so that tests never touch another. EngineError if
    the database holds data that is not ours, was made for another purpose, or by a later release.
    """
    [state] = await database.run(STATE)
    version: int | None = state["version"]
    if version is None and state["isUsed"]:
        raise EngineError(
            "The database holds data that this service did not write.",
            "Give it an empty one with NEO4J_DATABASE or NEO4J_URI; nothing was changed.",
        )
    if version is not None and state["purpose"] != purpose:
        raise EngineError(
            f"The database was made for another purpose ({state['purpose']}, not {purpose}).",
            "Give it another database; nothing was changed.",
        )
    steps = sorted(FOLDER.glob("*.cypher"))
    if version is not None and version > len(steps):
        raise EngineError("The database was written by a later release.", "Install that release; nothing was changed.")
    if version is None:
        await claim(database, purpose)
    if version != len(steps):
        await take(database, steps)
    await database.run(READY)
    await record_done(database, steps, viewer, request)
    return len(steps)


async def claim(database: Database, purpose: str) -> None:
    """Make the node that says that an empty database is ours, once; two who claim at once may be in each other's way."""
    for attempt in range(1, CLAIMS + 1):
        try:
            await database.run(ONE_CATALOG)
            await database.run(CLAIM, purpose=purpose)
        except Interrupted:
            if attempt == CLAIMS:
                raise
            await asyncio.sleep(attempt * random.uniform(0.05, 0.15))  # noqa: S311  # no secret
        else:
            return


async def take(database: Database, steps: Sequence[Path]) -> None:
    """Take the steps that the database has not seen, while others wait; if it is interrupted, all are taken again."""
    async with database.transaction(SECONDS) as turn:
        [state] = await turn.run(TURN)
        for number, step in enumerate(steps[state["version"] :], start=state["version"] + 1):
            for statement in statements(step):
                await database.run(statement, seconds=SECONDS)
            if step.stem in THEN:
                await THEN[step.stem](database)
            await turn.run(DONE, version=number)


async def record_done(database: Database, steps: Sequence[Path], viewer: Viewer, request: str) -> None:
    """Record the migrations that are not recorded yet."""
    async with database.transaction() as tx:
        [due] = await tx.run(DUE)
        entries = [
            Entry(Action.MIGRATION, [f"Migration:{step.stem}"], after=hashlib.sha256(step.read_bytes()).hexdigest())
            for step in steps[due["recorded"] :]
        ]
        if entries:
            await tx.run(RECORDED, version=len(steps))
            await record(tx, viewer, entries, at=due["at"], request=request)


def statements(step: Path) -> list[LiteralString]:
    """The statements of a migration file; the files are part of the program, hence literals."""
    lines = [line for line in step.read_text(encoding="utf-8").splitlines() if not line.startswith("//")]
    parts = "\n".join(lines).split(";\n")
    return [cast("LiteralString", part.strip().removesuffix(";")) for part in parts if part.strip()]
