"""Items that came before their resource: with its arrival they become its items, in the transaction that brings it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graph.batches import batches
from graph.imports import keys, told
from graph.imports.records import Entry
from graph.imports.write import Now

_ANY_WAITING = "MATCH (w:WaitingItem) RETURN count(w) AS waiting"

_COMES_TWICE = """
UNWIND $rows AS row
MATCH (w:WaitingItem {resourceId: row.waitedFor})
MATCH (:DataItem {id: 'DataItem:' + substring(row.id, 9) + '/' + w.suffix})
WITH w, w.id AS id DELETE w
RETURN collect(id) AS ids
"""

_ARRIVE = """
UNWIND $rows AS row
MATCH (w:WaitingItem {resourceId: row.waitedFor})
MATCH (r:Resource {id: row.id}) MATCH (e:DataElement {id: w.element})
WITH row, w, r, e, w.id AS was
CREATE (r)-[:HAS_ITEM {source: w.source, recordedAt: datetime($at)}]->(w)
CREATE (w)-[:MEANS {source: w.source, recordedAt: datetime($at)}]->(e)
SET w.id = 'DataItem:' + substring(row.id, 9) + '/' + w.suffix, w.recordedAt = datetime($at)
SET w.sortName = w.name + '\u0001' + w.id, w.sortPosition = split(w.sortPosition, '\u0001')[0] + '\u0001' + w.id
SET w:DataItem
REMOVE w:WaitingItem, w.resourceId, w.suffix, w.element, w.catalogRegion
RETURN collect([w.id, was, row.id]) AS arrived
"""

# The items are locked before it is asked who else bears the name: another region's import may bring the same name.
_ALONE = """
UNWIND $rows AS row
MATCH (w:WaitingItem {resourceId: row.waitedFor}) SET w._lock = 1 REMOVE w._lock
WITH DISTINCT row
MATCH (r:Resource) WHERE r.sortName STARTS WITH row.start AND r.source = $source
WITH row, count(r) AS bearers WHERE bearers = 1
RETURN collect(row) AS rows
"""


async def are_items_waiting(now: Now) -> bool:
    """Whether any item waits at all; mostly none does, and then nothing need be looked for."""
    rows = await now.run.run(_ANY_WAITING)
    return bool(rows[0]["waiting"])


async def arrive(now: Now, entries: Sequence[Entry]) -> int:
    """Give a batch of new resources the items that waited for them; how many."""
    arrived = 0
    names = [(entry.id, *entry.also) for entry in entries]
    for place in range(max(map(len, names), default=0)):
        rows = [{"id": ids[0], "waitedFor": ids[place]} for ids in names if len(ids) > place]
        arrived += await _arrive(now, rows, comes_again=place > 0)
    return arrived


async def arrive_by_name(now: Now, entries: Sequence[Entry]) -> int:
    """Give new resources, once all are written, the items that name theirs by nothing but its name; how many.

    As where the resource comes first, a name leads to a resource if it is the only one of the source that bears it.
    """
    named = [
        {"id": entry.id, "waitedFor": ids[-1], "start": f"{entry.values['name']}\u0001"}
        for entry in entries
        if (ids := keys.resource_ids(now.region, now.source, {"name": entry.values.get("name")}))
    ]
    bearers = Counter(row["waitedFor"] for row in named)
    sole = sorted((row for row in named if bearers[row["waitedFor"]] == 1), key=lambda row: row["waitedFor"])
    arrived = 0
    for batch in batches(sole):
        [found] = await now.run.run(_ALONE, rows=batch, source=now.source)
        arrived += await _arrive(now, found["rows"], comes_again=True)
    return arrived


async def _arrive(now: Now, rows: Sequence[dict[str, Any]], *, comes_again: bool) -> int:
    """Join items to the resources of rows; where they may have come already in another way, those are dropped."""
    if comes_again:
        [dropped] = await now.run.run(_COMES_TWICE, rows=rows)
        now.told.append(told.changed("WaitingItem", [(one, True, None) for one in dropped["ids"]]))
    [found] = await now.run.run(_ARRIVE, rows=rows, at=now.at)
    came = [(one, {"waited": was, "resource": of}) for one, was, of in found["arrived"]]
    now.told.append(told.created("DataItem", came))
    return len(found["arrived"])
