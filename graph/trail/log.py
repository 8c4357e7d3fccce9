"""Appending events: the last statements of the transaction whose work they record.

A log is a hash chain and an RFC 6962 tree: one for each department, one for the system. Its head `(:Log {id, size, hash,
frontier})` is locked before it is read, so writers of one department take turns, and those of different departments do not.
An event's `hash` is the leaf hash of its `payload`, the canonical text that also names the predecessor's hash; the other
properties are copies of what the payload says, for search.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from graph.database import Database, Transaction
from graph.errors import TrailError
from graph.permissions import Binding, Viewer
from graph.settled import INSTANT
from graph.trail.canonical import encode, plain
from graph.trail.merkle import append, leaf
from graph.words import Action, Role

SYSTEM = "Log:system"
"""The log of what no department does; it alone has no stroke in its name."""
FORMAT = 1
"""The form of the payload; a later one has another number."""
SECONDS = 10.0
"""How long an event that is alone may take: who waits for it is a login, or the end of the service."""
CHUNK = 2_000_000
"""About how much text goes to the engine in one statement."""
COPIED = ("log", "seq", "previous", "action", "actor", "department", "onBehalfOf", "request", "targets", "at")
"""What of the payload stands beside it under the same name."""
BESIDE = ("hash", "subtrees")
"""What else stands beside it: its leaf hash, and the roots of the subtrees that it completes."""

_ANY: LiteralString = """
RETURN EXISTS { MATCH (:Catalog {id: 'Catalog:yuanliu'}) } AND EXISTS { MATCH (:Log {id: 'Log:system'}) } AS holds
"""
_NOW: LiteralString = "RETURN " + INSTANT + " AS at"

# The dummy write takes the lock before the properties are read: the engine reads what is committed at that moment.
_LOCK: LiteralString = """
MERGE (l:Log {id: $log})
ON CREATE SET l.size = 0, l.hash = '', l.frontier = []
SET l._lock = 1 REMOVE l._lock
RETURN l.size AS size, l.hash AS hash, l.frontier AS frontier,
  toString(datetime({datetime: datetime($at), timezone: 'Z'})) AS at
"""

_APPEND: LiteralString = """
MATCH (l:Log {id: $log}) SET l.size = $size, l.hash = $hash, l.frontier = $frontier
WITH l UNWIND $rows AS row
CREATE (e:Event) SET e = row, e.at = datetime(row.at)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: to which things (ids), what they were before and after, in JSON's types, days and instants.

    Of a batch `before` and `after` are lists, with a value for each target.
    """

    action: Action
    targets: Sequence[str] = ()
    before: Any = None
    after: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends: how many events it has, and the hash of the last one."""

    log: str
    size: int
    hash: str


async def record(
    tx: Transaction, viewer: Viewer, entries: Iterable[Entry], *, at: str, request: str, key: str = ""
) -> list[str]:
    """Append an event for each entry to the log of the viewer's department, else of the system; their ids.

    To be called last in a transaction: the log is locked until it ends. `at` is the instant of the write, as text,
    `request` the id of the request, `key` the client's idempotency key. EngineError as the engine does, TrailError if the head
    of the log is damaged.
    """
    log = log_of(viewer.department)
    [row] = await tx.run(_LOCK, log=log, at=at)
    head, frontier = Head(log, row["size"], row["hash"]), hashes(row["frontier"])
    if not isinstance(head.size, int) or not isinstance(head.hash, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise altered()
    ids: list[str] = []
    for chunk in chunks(events(viewer, entries, head, frontier, at=row["at"], request=request, key=key)):
        ids += [event["id"] for event in chunk]
        moved = {"size": head.size + len(ids), "hash": chunk[-1]["hash"], "frontier": [each.hex() for each in frontier]}
        await tx.run(_APPEND, log=log, rows=chunk, **moved)
    return ids


async def record_alone(database: Database, viewer: Viewer, entries: Iterable[Entry], *, request: str) -> list[str]:
    """Append events in a transaction of their own: of logins, denials, exports, which change nothing else."""
    async with database.transaction(SECONDS) as tx:
        [now] = await tx.run(_NOW)
        return await record(tx, viewer, entries, at=now["at"], request=request)


def in_force(viewer: Viewer, bindings: Iterable[Binding]) -> Viewer:
    """Who acts, as the trail has him: with the roles that the catalog grants him beside those of his token.

    Where the token names no department, and the roles are bound to one alone, he acts for that.
    """
    held = [binding for binding in bindings if binding.role is not Role.PUBLIC]
    departments = {binding.department for binding in held} - {""}
    department = viewer.department or (departments.pop() if len(departments) == 1 else "")
    return replace(viewer, roles=viewer.roles | {binding.role for binding in held}, department=department)


async def holds_trail(database: Database) -> bool:
    """Whether there is a trail: not in a database that is empty, of an early release, or somebody else's."""
    [found] = await database.run(_ANY, seconds=SECONDS)
    return found["holds"]


def log_of(department: str) -> str:
    """The log of a department (its id), or of the system where there is none."""
    if not department:
        return SYSTEM
    name = department.partition(":")[2]
    return "Log:" + (name if "/" in name else "/" + name)


def event_id(log: str, seq: int) -> str:
    """The id of an event, by its place in its log; of one log they sort as they came."""
    return f"Event:{log.partition(':')[2]}/{seq:010}"


def events(
    viewer: Viewer, entries: Iterable[Entry], head: Head, frontier: list[bytes], *, at: str, request: str, key: str
) -> Iterator[dict[str, Any]]:
    """The properties of the events that follow in a log; `frontier` is moved along."""
    who = {
        "v": FORMAT,
        "log": head.log,
        "at": at,
        "actor": viewer.subject,
        "roles": sorted(viewer.roles),
        "department": viewer.department,
        "onBehalfOf": viewer.on_behalf_of,
        "request": request,
        "key": key,
    }
    previous = head.hash
    for seq, entry in enumerate(entries, start=head.size):
        facts = plain(
            who
            | {"action": entry.action, "targets": list(entry.targets), "before": entry.before, "after": entry.after}
            | {"note": entry.note, "seq": seq, "previous": previous}
        )
        payload = encode(facts)
        hashed = leaf(payload)
        completed = [each.hex() for each in append(frontier, seq, hashed)]
        previous = hashed.hex()
        yield copies(facts) | {"hash": previous, "subtrees": completed, "payload": payload.decode()}


def copies(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an event that repeat what its payload says."""
    identity = event_id(facts["log"], facts["seq"])
    return {name: facts[name] for name in COPIED} | {"id": identity, "sortAt": f"{digits(facts['at'])}\u0001{identity}"}


def digits(at: str) -> str:
    """An instant in UTC so that texts sort as the instants do: nine digits of a second."""
    whole, _, part = at.removesuffix("Z").partition(".")
    return f"{whole}.{part:0<9}"


def hashes(texts: Sequence[str]) -> list[bytes]:
    """Hashes as the database keeps them; TrailError if they are none."""
    try:
        return [bytes.fromhex(each) for each in texts]
    except (TypeError, ValueError) as error:
        raise altered() from error


def altered() -> TrailError:
    """The error of a head that cannot be gone on from."""
    return TrailError("The head of a log was altered in the database.", "`yuanliu audit verify` says which.")


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
