"""Appending events: the last statements of the transaction whose work they record.

A log is a hash chain and an RFC 6962 tree: one for each department, one for the system. Its head `(:Log {id, size, hash,
frontier})` is locked before it is read, so writers of one department take turns, and those of different departments do not.
An event's `hash` is the leaf hash of its `payload`, the canonical text that also names the predecessor's hash; the other
properties are copies of what the payload says, for search.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from graph.database import Database, Transaction
from graph.permissions import Viewer
from graph.settled import INSTANT
from graph.trail.canonical import canonical
from graph.trail.merkle import append, leaf
from graph.words import Action

SYSTEM = "Log:system"
"""The log of what no department does."""
FORMAT = 1
"""The form of the payload; a later one has another number."""
CHUNK = 2_000_000
"""About how much text goes to the engine in one statement."""

_NOW: LiteralString = "RETURN " + INSTANT + " AS at"

# The dummy write takes the lock before the properties are read: the engine reads what is committed at that moment.
_LOCK: LiteralString = """
MERGE (l:Log {id: $log})
ON CREATE SET l.size = 0, l.hash = '', l.frontier = []
SET l._lock = 1 REMOVE l._lock
RETURN l.size AS size, l.hash AS hash, l.frontier AS frontier
"""

_APPEND: LiteralString = """
UNWIND $rows AS row
CREATE (e:Event) SET e = row, e.at = datetime(row.at)
"""

_MOVE: LiteralString = "MATCH (l:Log {id: $log}) SET l.size = $size, l.hash = $hash, l.frontier = $frontier"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: to which things (ids), what they were before and after, in JSON's types, days and instants.

    With several targets `before` and `after` are lists, one value for each.
    """

    action: Action
    targets: Sequence[str] = ()
    before: Any = None
    after: Any = None
    note: str = ""


async def record(
    tx: Transaction, viewer: Viewer, entries: Iterable[Entry], *, at: str, request: str, key: str = ""
) -> list[str]:
    """Append an event for each entry to the log of the viewer's department, else of the system; their ids.

    To be called last in a transaction: the log is locked until it ends. `at` is the instant of the write, as text,
    `request` the id of the request, `key` the client's idempotency key. EngineError as the engine does.
    """
    log = log_of(viewer.department)
    [head] = await tx.run(_LOCK, log=log)
    size, last = head["size"], head["hash"]
    frontier = [bytes.fromhex(each) for each in head["frontier"]]
    ids: list[str] = []
    for chunk in chunks(events(viewer, entries, log, size, last, frontier, at=at, request=request, key=key)):
        await tx.run(_APPEND, rows=chunk)
        ids += [event["id"] for event in chunk]
        last = chunk[-1]["hash"]
    await tx.run(_MOVE, log=log, size=size + len(ids), hash=last, frontier=[each.hex() for each in frontier])
    return ids


async def record_alone(database: Database, viewer: Viewer, entries: Iterable[Entry], *, request: str) -> list[str]:
    """Append events in a transaction of their own: of logins, denials, exports, which change nothing else."""
    async with database.transaction() as tx:
        [now] = await tx.run(_NOW)
        return await record(tx, viewer, entries, at=now["at"], request=request)


def log_of(department: str) -> str:
    """The log of a department (its id), or of the system where there is none."""
    return "Log:" + department.partition(":")[2] if department else SYSTEM


def event_id(log: str, seq: int) -> str:
    """The id of an event, by its place in its log; of one log they sort as they came."""
    return f"Event:{log.partition(':')[2]}/{seq:010}"


def events(
    viewer: Viewer, entries: Iterable[Entry], log: str, size: int, last: str, frontier: list[bytes], *,
    at: str, request: str, key: str,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The properties of the events that follow in a log; `frontier` is moved along."""
    who = {
        "v": FORMAT,
        "log": log,
        "at": at,
        "actor": viewer.subject,
        "roles": sorted(viewer.roles),
        "department": viewer.department,
        "onBehalfOf": viewer.on_behalf_of,
        "request": request,
        "key": key,
    }
    for seq, entry in enumerate(entries, start=size):
        targets = list(entry.targets)
        what = {"action": entry.action, "targets": targets, "before": entry.before, "after": entry.after}
        payload = canonical(who | what | {"note": entry.note, "seq": seq, "previous": last})
        hashed = leaf(payload)
        completed = append(frontier, seq, hashed)
        identity = event_id(log, seq)
        yield {
            "id": identity,
            "log": log,
            "seq": seq,
            "hash": hashed.hex(),
            "previous": last,
            "payload": payload.decode(),
            "subtrees": [each.hex() for each in completed],
            "action": entry.action.value,
            "actor": viewer.subject,
            "department": viewer.department,
            "onBehalfOf": viewer.on_behalf_of,
            "request": request,
            "targets": targets,
            "at": at,
            "sortAt": f"{at}\u0001{identity}",
        }
        last = hashed.hex()


def chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The events in pieces that fit a statement."""
    piece: list[dict[str, Any]] = []
    length = 0
    for row in rows:
        piece.append(row)
        length += len(row["payload"])
        if length > CHUNK:
            yield piece
            piece, length = [], 0
    if piece:
        yield piece
