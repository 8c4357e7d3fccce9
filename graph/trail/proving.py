"""The proof that an event stands in its log, and its log in the list that the last checkpoint signs.

Two audit paths (RFC 6962): from the leaf hash of the event to the root of its log at the signed size, and from the line
(log, size, root) to the root of the list. Each step is a complete subtree that some event has beside it.
"""

import asyncio
import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import msgspec

from graph.database import READ_SECONDS, Database
from graph.errors import TrailError
from graph.lanes import Lane
from graph.trail import merkle
from graph.trail.checkpoint import Checkpoint, Heads, entry, faults
from graph.trail.heads import AGAIN, PAUSE
from graph.trail.log import event_id, hashes
from graph.trail.notes import PublicKey, signer
from graph.trail.sealing import altered, read_list

_PLACE: LiteralString = """
MATCH (e:Event {id: $id})
OPTIONAL MATCH (h:CheckpointHead)
OPTIONAL MATCH (c:Checkpoint {number: h.number})
RETURN e.log AS log, e.seq AS seq, h.logs AS logs, c.note AS note
"""

_SUBTREES: LiteralString = """
UNWIND $places AS place MATCH (e:Event {id: place.id})
RETURN collect([place.number, CASE place.height WHEN 0 THEN e.hash ELSE e.subtrees[place.height - 1] END]) AS subtrees
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """Leaf `index` of the first `size` events of `log`, line `line` of `lines` in the list; the paths, nearest first."""

    log: str
    index: int
    size: int
    root: str
    path: list[str]
    line: int
    lines: int
    list_path: list[str]


async def prove(
    database: Database, event: str, lane: Lane | None = None, until: float = math.inf
) -> tuple[Proof, Checkpoint] | None:
    """The proof for an event and the last checkpoint, or None if that does not cover it.

    It waits for turns in `lane` and must be done at `until`. TrailError if an event on the way is gone, or the list of the
    last checkpoint is not the one that it signs.
    """
    for _ in range(AGAIN):
        found = await database.read(_PLACE, {"id": event}, READ_SECONDS, lane, until)
        if found is None or found[3] is None:
            return None
        log, seq, logs, note = found
        heads, checkpoint = read_list(logs), Checkpoint(note, ())
        if not any(faults(checkpoint, heads)):
            break
        await asyncio.sleep(PAUSE)  # a read without a lock may see half of a checkpoint that is being written
    else:
        raise altered()
    if log not in heads or seq >= heads[log][0]:
        return None
    size, root = heads[log]
    steps = [list(merkle.complete(start, end)) for start, end in merkle.siblings(seq, size)]
    wanted = [
        {"number": number, "id": event_id(log, last), "height": height}
        for number, (height, last) in enumerate(place for step in steps for place in step)
    ]
    [rows] = await database.read(_SUBTREES, {"places": wanted}, READ_SECONDS, lane, until) or [[]]
    path = audit_path(log, steps, {number: found for number, found in rows if found})
    names = sorted(heads)
    line = names.index(log)
    return Proof(log, seq, size, root, path, line, len(names), list_path(heads, names, line)), checkpoint


def audit_path(log: str, steps: Sequence[Sequence[merkle.Place]], subtrees: Mapping[int, str]) -> list[str]:
    """The audit path from the complete subtrees of its steps, numbered one after the other; TrailError if one is not there."""
    count = sum(len(step) for step in steps)
    if len(subtrees) < count:
        raise TrailError(f"{log} lacks events.", "Run `yuanliu audit verify`.")
    found = iter(hashes([subtrees[number] for number in range(count)]))
    return [merkle.root([next(found) for _ in step]).hex() for step in steps]


def list_path(heads: Heads, names: Sequence[str], line: int) -> list[str]:
    """The audit path of a line of the list."""
    leaves = [entry(name, *heads[name]) for name in names]
    return [merkle.root_of(leaves[start:end]).hex() for start, end in merkle.siblings(line, len(leaves))]


def check(proof: Proof, payload: str, note: str, keys: Sequence[PublicKey]) -> list[str]:
    """What is wrong with a proof, given what the event says and the note of the checkpoint: nothing, if it holds."""
    faults: list[str] = []
    facts = msgspec.json.decode(payload)
    if (facts.get("log"), facts.get("seq")) != (proof.log, proof.index):
        faults.append("The proof is of another event.")
    root = merkle.root_from(hashes(proof.path), proof.index, proof.size, merkle.leaf(payload.encode()))
    if root is None or root.hex() != proof.root:
        faults.append("The event does not lead to the root of its log.")
    line = entry(proof.log, proof.size, proof.root)
    listed = merkle.root_from(hashes(proof.list_path), proof.line, proof.lines, line)
    words = Checkpoint(note, ()).words
    signed = words["root"], words["logs"]
    if listed is None or (base64.b64encode(listed).decode(), str(proof.lines)) != signed:
        faults.append("The log does not lead to the root that was signed.")
    if signer(note, keys) is None:
        faults.append("The note is not signed by a key that was given.")
    return faults
