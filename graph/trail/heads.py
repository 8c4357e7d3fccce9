"""Reading the heads of logs while others append: a read without a lock may see half of a commit.

The last root in a frontier belongs to the last event alone, which has it as its last subtree or, if it completes none, its
hash. A head that does not end so is read again. No lock is taken: an import holds one for as long as it lasts.
"""

import asyncio
from typing import Any, LiteralString

from graph.database import Runner
from graph.trail.log import event_id

AGAIN = 10
"""How often a head is read before it counts as wrong."""
PAUSE = 0.05

# What has no id, or another than a text, is no log: it is for a verifier to see, and is not sealed.
_HEADS: LiteralString = """
MATCH (l:Log) WHERE CASE WHEN $sizes IS NULL THEN true
  WHEN l.id >= '' THEN coalesce(l.size <> coalesce($sizes[l.id], 0), true) ELSE false END
RETURN l.id AS id, l.size AS size, l.hash AS hash, l.frontier AS frontier ORDER BY id
"""
_LAST: LiteralString = """
UNWIND $ids AS id MATCH (e:Event {id: id}) RETURN id, e.hash AS hash, coalesce(e.subtrees, []) AS subtrees
"""


async def read_heads(database: Runner, sizes: dict[str, int] | None = None) -> list[dict[str, Any]]:
    """The heads of all logs, or of those that have another size than in `sizes`; such as stay wrong are given as they are."""
    heads = await database.run(_HEADS, sizes=sizes)
    for _ in range(AGAIN):
        if not await torn(database, heads):
            break
        await asyncio.sleep(PAUSE)
        heads = await database.run(_HEADS, sizes=sizes)
    return heads


def sizes_of(heads: list[dict[str, Any]]) -> dict[str, int]:
    """How many events each log has, as far as its head says so."""
    return {head["id"]: head["size"] for head in heads if isinstance(head["id"], str) and is_number(head["size"])}


async def torn(database: Runner, heads: list[dict[str, Any]]) -> list[str]:
    """The logs whose head is not that of their last event."""
    ids = {log: event_id(log, size - 1) for log, size in sizes_of(heads).items()}
    rows = {row["id"]: row for row in await database.run(_LAST, ids=list(ids.values()))}
    return [
        str(head["id"])
        for head in heads
        if not isinstance(head["id"], str) or not ends(head, rows.get(ids.get(head["id"], "")))
    ]


def ends(head: dict[str, Any], last: dict[str, Any] | None) -> bool:
    """Whether a head ends with this event; true of a log that has none."""
    if not is_number(head["size"]):
        return False
    if head["size"] == 0:
        return True
    if last is None or head["hash"] != last["hash"]:
        return False
    frontier, subtrees = head["frontier"], last["subtrees"] or [last["hash"]]
    if not isinstance(frontier, list) or not isinstance(subtrees, list):
        return False
    return bool(frontier[-1:] == subtrees[-1:])


def is_number(value: Any) -> bool:
    """Whether a size is one."""
    return isinstance(value, int) and not isinstance(value, bool)
