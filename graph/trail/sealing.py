"""Writing checkpoints: signed in one transaction with the list they sign, then appended to the file beside the key.

`(:CheckpointHead {number, logs, key})` holds the last checkpoint's whole list and the public key that may sign the next;
who has another key does not sign. What is in the file and not in the database shows that an older copy was restored.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString

from graph.database import Database, Transaction
from graph.errors import GraphError, TrailError
from graph.permissions import Viewer
from graph.settled import INSTANT
from graph.trail.canonical import canonical
from graph.trail.checkpoint import Checkpoint, Heads, compose, decode, faults, listed
from graph.trail.heads import is_number, read_heads, torn
from graph.trail.keyring import Keyring
from graph.trail.log import Entry, hashes, record
from graph.trail.merkle import root
from graph.trail.notes import PrivateKey, signer
from graph.trail.restoring import kept, read_row
from graph.words import Action

log = logging.getLogger("yuanliu")

EVERY_SECONDS = 60.0
EVERY_EVENTS = 1000
PAUSE = 2.0
SECONDS = 10.0
"""How long each transaction of a checkpoint may take."""
CURE = "`yuanliu audit verify` says what; after restoring a copy: `yuanliu audit checkpoint --restored`."

_LOCK: LiteralString = (
    """
MERGE (h:CheckpointHead {id: 'CheckpointHead:yuanliu'}) ON CREATE SET h.number = 0, h.logs = [], h.key = ''
SET h._lock = 1 REMOVE h._lock
RETURN h.number AS number, h.logs AS logs, h.key AS key, """
    + INSTANT
    + " AS at"
)

_LOST: LiteralString = """
UNWIND keys($sizes) AS log OPTIONAL MATCH (l:Log {id: log})
WITH log, l WHERE coalesce(l.size, 0) < $sizes[log]
RETURN log ORDER BY log
"""

_WRITE: LiteralString = """
MATCH (h:CheckpointHead {id: 'CheckpointHead:yuanliu'})
SET h.number = $number, h.logs = $logs, h.key = $key
CREATE (:Checkpoint {number: $number, note: $note, moved: $moved})
"""

_LATER: LiteralString = """
MATCH (c:Checkpoint) WHERE c.number > $number
RETURN c.number AS number, c.note AS note, c.moved AS moved ORDER BY c.number
"""

_NUMBERED: LiteralString = """
MATCH (c:Checkpoint {number: $number}) RETURN c.number AS number, c.note AS note, c.moved AS moved
"""

_WAITING: LiteralString = """
OPTIONAL MATCH (h:CheckpointHead) WITH coalesce(h.logs, []) AS logs
OPTIONAL MATCH (l:Log) WHERE l.id >= '' RETURN logs, coalesce(sum(toIntegerOrNull(l.size)), 0) AS events
"""


class Why(StrEnum):
    """Why a checkpoint is more than the next one."""

    ROTATED = "ROTATED"
    """The key is replaced by another, which the old one names."""
    KEY_LOST = "KEY_LOST"
    """The key is gone; who checks must be given the new one."""
    RESTORED = "RESTORED"
    """An older copy of the database was restored; what came after it is lost."""


async def seal(
    database: Database, ring: Keyring, viewer: Viewer, request: str, why: Why | None = None
) -> Checkpoint | None:
    """Write a checkpoint if an event came since the last one; None if none did.

    The first one makes the key; that, and each `why`, is an event. TrailError if the database lacks what was signed, or if
    another key signs its checkpoints. After a copy was restored, what of it is kept is found from the events.
    """
    restored, _ = await kept(database, ring) if why is Why.RESTORED else (0, 0)
    async with database.transaction(SECONDS) as tx:
        [head] = await tx.run(_LOCK)
        number, heads, last = head["number"], read_list(head["logs"]), ring.last()
        if not is_number(number):
            raise altered()
        key = _present(ring, head["key"], why)
        if why is not Why.RESTORED:
            await _refuse_loss(tx, number, heads, last)
        made = ring.prepare() if key is None or why in (Why.ROTATED, Why.KEY_LOST) else None
        signs = key or made
        assert signs is not None  # noqa: S101  # one is made where there is none
        new = made or signs
        entries: list[Entry] = []
        if head["key"] != str(new.public):
            entries.append(Entry(Action.KEY_ROTATION, [], head["key"] or None, str(new.public), str(why or "")))
        if why is Why.RESTORED:
            entries.append(Entry(Action.RESTORE, [], last and last.number, restored))
        if entries:
            await record(tx, viewer, entries, at=head["at"], request=request)
        more = {"next": str(new.public)} if new is not signs else {}
        if why is Why.RESTORED:
            more["restored"], heads = str(restored), {}
        moved = await _moved(tx, heads)
        checkpoint = None
        if moved:
            previous = await _last(tx, number) if last is None or last.number < number else last
            following = max(number, last.number if last else 0) + 1
            heads |= {name: (size, found) for name, size, found in moved}
            text = compose(signs.name, following, heads, head["at"], previous, more)
            checkpoint = Checkpoint(signs.sign(text), tuple(moved))
            await _write(tx, checkpoint, heads, str(new.public))
    if made is not None:
        ring.adopt(made.public)
    await _append(database, ring, checkpoint.number - 1 if checkpoint and why is Why.KEY_LOST else 0)
    return checkpoint


def _present(ring: Keyring, expected: str, why: Why | None) -> PrivateKey | None:
    """The key that may sign, or None where there was none yet or it is lost; TrailError where it is another's.

    A rotation that was interrupted is brought to its end.
    """
    following = ring.successor()
    if following is not None and str(following.public) == expected:
        ring.adopt(following.public)
    key = ring.key()
    if why is Why.KEY_LOST:
        return None
    if expected and (key is None or str(key.public) != expected):
        raise TrailError(
            "The checkpoints of this database are signed by another key.",
            "Run this where that key is; if it is lost: `yuanliu audit checkpoint --lost`.",
        )
    return key


async def _refuse_loss(tx: Transaction, number: int, heads: Heads, last: Checkpoint | None) -> None:
    """TrailError if the database has fewer events or checkpoints than were signed."""
    lost = [row["log"] for row in await tx.run(_LOST, sizes={name: size for name, (size, _) in heads.items()})]
    if lost:
        raise TrailError(f"Events that checkpoint {number} covers are gone: {', '.join(lost[:5])}.", CURE)
    if last is not None and last.number > number:
        raise TrailError(f"The database ends at checkpoint {number}, but {last.number} were signed.", CURE)
    if last is not None and last.number == number and any(faults(last, heads)):
        raise altered()


async def _moved(tx: Transaction, heads: Heads) -> list[tuple[str, int, str]]:
    """The logs that have another size than in the list, with their sizes and roots; TrailError if a head is wrong."""
    rows = await read_heads(tx, {name: size for name, (size, _) in heads.items()})
    if wrong := await torn(tx, rows):
        raise TrailError(f"The head of a log is not that of its events: {', '.join(wrong[:5])}.", CURE)
    return [(row["id"], row["size"], root(hashes(row["frontier"])).hex()) for row in rows]


async def _last(tx: Transaction, number: int) -> Checkpoint | None:
    """The last checkpoint of the database."""
    rows = await tx.run(_NUMBERED, number=number)
    return read_row(rows[0]) if rows else None


async def _write(tx: Transaction, checkpoint: Checkpoint, heads: Heads, key: str) -> None:
    """Keep a checkpoint in the database, with the list that it signs."""
    await tx.run(
        _WRITE,
        number=checkpoint.number,
        note=checkpoint.note,
        moved=[canonical(each).decode() for each in checkpoint.moved],
        logs=listed(heads),
        key=key,
    )


async def _append(database: Database, ring: Keyring, until: int) -> None:
    """Bring the file to where the database is; TrailError at what none of its keys signed.

    Only up to `until`, where a key was lost, are checkpoints taken that nobody can check any more.
    """
    last = ring.last()
    genuine: list[Checkpoint] = []
    rows = await database.run(_LATER, seconds=SECONDS, number=last.number if last else 0)
    keys = ring.public()  # after the rows: a key that signed one of them is here by now
    for row in rows:
        checkpoint = read_row(row)
        if checkpoint is None or (checkpoint.number > until and signer(checkpoint.note, keys) is None):
            break
        genuine.append(checkpoint)
    ring.write(genuine)
    if len(genuine) < len(rows):
        number = rows[len(genuine)]["number"]
        raise TrailError(f"What the database has as checkpoint {number} was not signed here.", CURE)


def read_list(lines: list[str]) -> Heads:
    """The list of heads as the database keeps it; TrailError if it is none."""
    try:
        return {name: (size, found) for name, size, found in map(decode, lines)}
    except (TypeError, ValueError) as error:
        raise altered() from error


def altered() -> TrailError:
    """The error of a list that cannot be gone on from."""
    return TrailError("The list of the last checkpoint was altered in the database.", CURE)


@dataclass(slots=True)
class Sealed:
    """When every event was last seen to stand under a checkpoint, in seconds of the monotonic clock."""

    at: float = field(default_factory=time.monotonic)


@asynccontextmanager
async def sealing(database: Database, ring: Keyring, viewer: Viewer) -> AsyncGenerator[Sealed]:
    """Checkpoints are written in the background while the block runs."""
    sealed = Sealed()
    task = asyncio.create_task(keep_sealing(database, ring, viewer, sealed))
    try:
        yield sealed
    finally:
        task.cancel()
        await asyncio.wait([task])


async def keep_sealing(database: Database, ring: Keyring, viewer: Viewer, covered: Sealed) -> None:
    """Write a checkpoint every so many seconds or events, for as long as the task lives; faults are logged."""
    sealed = 0.0
    while True:
        await asyncio.sleep(PAUSE)
        try:
            waiting = await _waiting(database)
            if waiting and (waiting >= EVERY_EVENTS or time.monotonic() - sealed >= EVERY_SECONDS):
                sealed = time.monotonic()
                await seal(database, ring, viewer, "")
                waiting = 0
            if not waiting:
                covered.at = time.monotonic()
        except GraphError as error:
            log.error("no checkpoint was written: %s", error)  # noqa: TRY400  # the message says all
        except Exception:
            log.exception("no checkpoint was written")


async def _waiting(database: Database) -> int:
    """How many events no checkpoint covers yet."""
    [row] = await database.run(_WAITING, seconds=SECONDS)
    return row["events"] - sum(size for size, _ in read_list(row["logs"]).values())
