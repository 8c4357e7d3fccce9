"""The trail as a folder of text files: all that a verifier needs beside a public key."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import msgspec

from graph.database import Database
from graph.errors import TrailError
from graph.trail.canonical import canonical, plain
from graph.trail.checkpoint import checkpoint_of
from graph.trail.files import ABOUT, CHECKPOINTS, DATABASE, EVENTS, KEYS, LISTED, LOGS, README
from graph.trail.heads import AGAIN, PAUSE, read_heads, sizes_of
from graph.trail.keyring import Keyring, whole

_CHECKPOINTS: LiteralString = (
    "MATCH (c:Checkpoint) RETURN c.number AS number, c.note AS note, c.moved AS moved ORDER BY c.number"
)
_LISTED: LiteralString = "MATCH (h:CheckpointHead) RETURN h.number AS number, h.logs AS logs, h.key AS key"
_EVENTS: LiteralString = """
MATCH (e:Event) WHERE e.id >= ''
RETURN e {.*, at: toStringOrNull(e.at)} AS event ORDER BY e.id
"""
# A read of the index passes over what has no id, or another than a text.
_NAMELESS: LiteralString = (
    "MATCH (e:Event) WHERE NOT coalesce(e.id >= '', false) RETURN e {.*, at: toStringOrNull(e.at)} AS event"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export has: how many logs, events and checkpoints."""

    logs: int
    events: int
    checkpoints: int


async def export(database: Database, ring: Keyring, folder: Path) -> Exported:
    """Write the trail as it is now into a new folder. TrailError if there is something already, or it cannot be written.

    What is appended meanwhile is left out: the heads are read first. What stands in no log, or beyond the end of its
    log, is written all the same, for a verifier to see.
    """
    make(folder)
    try:
        return await _export(database, ring, folder)
    except OSError as error:
        raise TrailError(f"{folder} cannot be written: {error.strerror}.", "Make room, and export again.") from error


def make(folder: Path) -> None:
    """Make a new folder; TrailError if there is something already, or it cannot be made."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise TrailError(f"{folder} cannot be made: {error.strerror}.", "Name a new folder.") from error


async def _export(database: Database, ring: Keyring, folder: Path) -> Exported:
    (folder / README).write_text(ABOUT, encoding="utf-8")
    (folder / KEYS).write_text("".join(f"{key}\n" for key in ring.public()), encoding="utf-8")
    (folder / CHECKPOINTS).write_bytes(whole(ring.checkpoints))
    checkpoints, listed = await _sealed(database)
    (folder / DATABASE).write_bytes(b"".join(canonical(signed(row)) + b"\n" for row in checkpoints))
    (folder / LISTED).write_bytes(b"".join(canonical(properties(row)) + b"\n" for row in listed))
    heads = await read_heads(database)
    (folder / LOGS).write_bytes(b"".join(canonical(properties(head)) + b"\n" for head in heads))
    sizes = sizes_of(heads)
    later: list[dict[str, Any]] = []
    events = 0
    with (folder / EVENTS).open("wb") as file:
        async for event in _events(database):
            if is_inside(event, sizes):
                file.write(line(event))
                events += 1
            else:
                later.append(event)
        sizes = sizes_of(await read_heads(database))
        for event in later:
            if not is_inside(event, sizes):
                file.write(line(event))
                events += 1
    return Exported(len(heads), events, len(checkpoints))


async def _sealed(database: Database) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The checkpoints, and what the database keeps of the last one for the next; read again while one is being written."""
    checkpoints, listed = await database.run(_CHECKPOINTS), await database.run(_LISTED)
    for _ in range(AGAIN):
        if [row["number"] for row in listed if row["number"] != 0] == [row["number"] for row in checkpoints[-1:]]:
            break
        await asyncio.sleep(PAUSE)
        checkpoints, listed = await database.run(_CHECKPOINTS), await database.run(_LISTED)
    return checkpoints, listed


async def _events(database: Database) -> AsyncIterator[dict[str, Any]]:
    """Every event, those of one log in their order."""
    for statement in (_EVENTS, _NAMELESS):
        async for row in database.stream(statement):
            yield row["event"]


def is_inside(event: dict[str, Any], sizes: dict[str, int]) -> bool:
    """Whether an event says that it stands inside a log of this size."""
    seq = event.get("seq")
    return isinstance(seq, int) and 0 <= seq < sizes.get(str(event.get("log")), 0)


def line(event: dict[str, Any]) -> bytes:
    """An event as a line."""
    copies = {name: value for name, value in properties(event).items() if name != "payload"}
    return canonical({"payload": shown(event.get("payload")), "copies": copies}) + b"\n"


def signed(row: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint of the database as a line has it, be it one or not, with the number under which it is kept."""
    try:
        return msgspec.json.decode(checkpoint_of(row).line()) | {"number": shown(row["number"])}
    except (TypeError, ValueError):
        return properties(row)


def properties(row: dict[str, Any]) -> dict[str, Any]:
    """Properties as JSON has them."""
    return {name: shown(value) for name, value in row.items()}


def shown(value: Any) -> Any:
    """A property as JSON has it; one of a kind that no event has is shown as it looks."""
    try:
        return plain(value)
    except TypeError:
        return repr(value)
