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

_HEADS: LiteralString = """
MATCH (l:Log) WHERE coalesce(l.size <> coalesce($sizes[l.id], $none), true)
RETURN l.id AS id, l.size AS size, l.hash AS hash, l.frontier AS frontier ORDER BY id
"""
_LAST: LiteralString = """
UNWIND $ids AS id MATCH (e:Event {id: id}) RETURN id, e.hash AS hash, coalesce(e.subtrees, []) AS subtrees
"""


async def read_heads(database: Runner, sizes: dict[str, int] | None = None) -> list[dict[str, Any]]:
    """The heads of all logs, or of those that have another size than in `sizes`; such as stay wrong are given as they are."""
    known: dict[str, Any] = {"sizes": sizes or {}, "none": -1 if sizes is None else 0}
    heads = await database.run(_HEADS, **known)
    for _ in range(AGAIN):
        if not await torn(database, heads):
            break
        await asyncio.sleep(PAUSE)
        heads = await database.run(_HEADS, **known)
    return heads


async def torn(database: Runner, heads: list[dict[str, Any]]) -> list[str]:
    """The logs whose head is not that of their last event."""
    ids = {head["id"]: event_id(head["id"], head["size"] - 1) for head in heads if is_number(head["size"])}
    rows = {row["id"]: row for row in await database.run(_LAST, ids=list(ids.values()))}
    return [head["id"] for head in heads if not ends(head, rows.get(ids.get(head["id"], "")))]


def ends(head: dict[str, Any], last: dict[str, Any] | None) -> bool:
    """Whether a head ends with this event; true of a log that has none."""
    if head["size"] == 0:
        return True
    return (
        last is not None
        and head["hash"] == last["hash"]
        and bool(head["frontier"])
        and head["frontier"][-1] == (last["subtrees"] or [last["hash"]])[-1]
    )


def is_number(value: Any) -> bool:
    """Whether a size is one."""
    return isinstance(value, int)
