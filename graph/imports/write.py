"""The statements that an import writes with; all of them run in its one transaction.

A change keeps what was: the earlier state once as it was known until now, and once as it held until today (two
clocks); a first state has no `since`, for a catalog does not say since when it is true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

from graph.batches import batches
from graph.database import Runner
from graph.errors import Interrupted
from graph.imports import keys, told
from graph.imports.present import Change, Gone
from graph.imports.records import Entry, Item, Values
from graph.sorting import sort_key, sort_position
from graph.trail.log import Entry as Logged

_DAY = (
    "MATCH (:Region {id: $region}) RETURN toString(date(datetime({datetime: datetime($at), timezone: $zone}))) AS day"
)

_NEW_DEPARTMENTS = """
MATCH (g:Region {id: $region})
UNWIND $rows AS row
CREATE (d:Department) SET d = row, d.recordedAt = datetime($at)
CREATE (d)-[:LOCATED_IN {source: $source, recordedAt: datetime($at)}]->(g)
"""

_NEW_RESOURCES = """
UNWIND $rows AS row
CREATE (r:Resource) SET r = row.values, r.recordedAt = datetime($at)
WITH r, row WHERE row.provider IS NOT NULL
MATCH (d:Department {id: row.provider})
CREATE (d)-[:PROVIDES {source: $source, recordedAt: datetime($at)}]->(r)
"""

_CHANGED_RESOURCES = """
UNWIND $rows AS row
MATCH (r:Resource {id: row.id}) SET r._lock = 1 REMOVE r._lock
WITH row, r, r.recordedAt >= datetime($at) AS isLate
CREATE (r)-[:WAS]->(known:ResourceState)
SET known = properties(r), known.id = row.state + '/known', known.withdrawnAt = datetime($at)
FOREACH (_ IN CASE WHEN r.since IS NULL OR r.since < date($today) THEN [1] ELSE [] END |
  CREATE (r)-[:WAS]->(held:ResourceState)
  SET held = properties(r), held.id = row.state + '/held', held.until = date($today), held.recordedAt = datetime($at))
SET r += row.values, r.since = date($today), r.recordedAt = datetime($at)
RETURN count(CASE WHEN isLate THEN 1 END) AS late
"""

_END_PROVIDES = """
UNWIND $ids AS id
MATCH (d:Department)-[p:PROVIDES]->(r:Resource {id: id}) WHERE p.until IS NULL AND p.withdrawnAt IS NULL
SET p.withdrawnAt = datetime($at)
FOREACH (_ IN CASE WHEN p.since IS NULL OR p.since < date($today) THEN [1] ELSE [] END |
  CREATE (d)-[:PROVIDES {since: p.since, until: date($today), recordedAt: datetime($at), source: p.source}]->(r))
"""

_BEGIN_PROVIDES = """
UNWIND $rows AS row
MATCH (r:Resource {id: row.id}) MATCH (d:Department {id: row.provider})
CREATE (d)-[:PROVIDES {since: date($today), recordedAt: datetime($at), source: $source}]->(r)
"""

# Everybody sees an element whose items he sees one of, and every department: neither says which file named it first.
_NEW_ELEMENTS = """
UNWIND $rows AS row
MERGE (e:DataElement {id: row.id})
ON CREATE SET e.name = row.name, e.sortName = row.name + '\u0001' + row.id
"""

_NEW_ITEMS = """
UNWIND $rows AS row
MATCH (r:Resource {id: row.resource}) MATCH (e:DataElement {id: row.element})
CREATE (i:DataItem) SET i = row.values, i.recordedAt = datetime($at)
CREATE (r)-[:HAS_ITEM {source: $source, recordedAt: datetime($at)}]->(i)
CREATE (i)-[:MEANS {source: $source, recordedAt: datetime($at)}]->(e)
"""

_CHANGED_ITEMS = """
UNWIND $rows AS row
MATCH (i:DataItem {id: row.id}) SET i._lock = 1 REMOVE i._lock
WITH row, i, i.recordedAt >= datetime($at) AS isLate
CREATE (i)-[:WAS]->(known:DataItemState)
SET known = properties(i), known.id = row.state + '/known', known.withdrawnAt = datetime($at)
FOREACH (_ IN CASE WHEN i.since IS NULL OR i.since < date($today) THEN [1] ELSE [] END |
  CREATE (i)-[:WAS]->(held:DataItemState)
  SET held = properties(i), held.id = row.state + '/held', held.until = date($today), held.recordedAt = datetime($at))
SET i += row.values, i.since = date($today), i.recordedAt = datetime($at)
RETURN count(CASE WHEN isLate THEN 1 END) AS late
"""

_END_HAS_ITEM = """
UNWIND $ids AS id
MATCH (r:Resource)-[h:HAS_ITEM]->(i:DataItem {id: id}) WHERE h.until IS NULL AND h.withdrawnAt IS NULL
SET h.withdrawnAt = datetime($at)
FOREACH (_ IN CASE WHEN h.since IS NULL OR h.since < date($today) THEN [1] ELSE [] END |
  CREATE (r)-[:HAS_ITEM {since: h.since, until: date($today), recordedAt: datetime($at), source: h.source}]->(i))
"""

_BEGIN_HAS_ITEM = """
UNWIND $ids AS id
MATCH (i:DataItem {id: id})<-[:HAS_ITEM]-(r:Resource)
WITH DISTINCT i, r
CREATE (r)-[:HAS_ITEM {since: date($today), recordedAt: datetime($at), source: $source}]->(i)
"""

_WAIT = """
UNWIND $rows AS row
MERGE (w:WaitingItem {id: row.values.id})
SET w = row.values, w.resourceId = row.resource, w.suffix = row.suffix, w.element = row.element,
  w.catalogRegion = $region, w.recordedAt = datetime($at)
"""

_STOP_WAITING = "UNWIND $ids AS id MATCH (w:WaitingItem {id: id}) DELETE w"


@dataclass(frozen=True, slots=True)
class Now:
    """The transaction, the instant at which it is known (RFC 3339), the local day of it, and who says all this.

    `told` is for the trail: what was written, an entry for each batch.
    """

    run: Runner
    at: str
    today: str
    source: str
    region: str
    told: list[Logged] = field(default_factory=list[Logged])


async def day(run: Runner, region: str, at: str, zone: str) -> str | None:
    """The day of `at`, or None where there is no such region."""
    rows = await run.run(_DAY, region=f"Region:{region}", at=at, zone=zone)
    return rows[0]["day"] if rows else None


async def new_departments(now: Now, names: Sequence[str]) -> None:
    """Create departments and place them in the region."""
    rows: list[Values] = []
    for name in names:
        key = keys.department_id(now.region, name)
        rows.append(
            {
                "id": key,
                "name": name,
                "formerNames": [],
                "kind": "DEPARTMENT",
                "isCompetentDepartment": False,
                "madeUp": False,
                "sortName": sort_key(name, key),
            }
        )
    for batch in batches(rows):
        await now.run.run(_NEW_DEPARTMENTS, rows=batch, region=f"Region:{now.region}", source=now.source, at=now.at)
        now.told.append(told.created("Department", [(str(row["id"]), row) for row in batch]))


async def new_resources(now: Now, entries: Sequence[Entry], providers: dict[str, str]) -> None:
    """Create a batch of resources and who provides them."""
    rows = [
        {
            "values": {
                **entry.values,
                "id": entry.id,
                "source": now.source,
                "madeUp": False,
                "contentHash": entry.hash,
                "catalogRegion": now.region,
                **_sorts(entry.id, entry.values),
            },
            "provider": providers.get(entry.provider or ""),
        }
        for entry in entries
    ]
    await now.run.run(_NEW_RESOURCES, rows=rows, source=now.source, at=now.at)
    now.told.append(told.placed("Resource", rows, "provider"))


def _sorts(key: str, values: Values) -> Values:
    sorts: Values = {}
    if "name" in values:
        sorts["sortName"] = sort_key(values["name"], key)
    if "lastUpdatedAt" in values:
        sorts["sortUpdated"] = sort_key(values["lastUpdatedAt"], key)
    elif "name" in values:
        sorts["sortUpdated"] = sort_key(None, key)
    return sorts


async def changed(now: Now, label: str, changes: Sequence[Change]) -> None:
    """Give resources or items a new state and keep the one they had; Interrupted where one is later than the instant."""
    statement: LiteralString = _CHANGED_RESOURCES if label == "Resource" else _CHANGED_ITEMS
    for batch in batches([change for change in changes if set(change.values) - {"contentHash"}]):
        rows = [
            {
                "id": one.id,
                "state": f"{label}State:{one.id.partition(':')[2]}@{now.at}",
                "values": {**one.values, **_changed_sorts(label, one)},
            }
            for one in batch
        ]
        [found] = await now.run.run(statement, rows=rows, at=now.at, today=now.today)
        if found["late"]:  # a state would end before it begins
            raise Interrupted("Something was changed by another meanwhile.", "Try again.")
        now.told.append(told.changed(label, [(one.id, one.before, one.values) for one in batch]))


def _changed_sorts(label: str, change: Change) -> Values:
    sorts: Values = {}
    if "name" in change.values:
        sorts["sortName"] = sort_key(change.values["name"], change.id)
    if "lastUpdatedAt" in change.values:
        sorts["sortUpdated"] = sort_key(change.values["lastUpdatedAt"], change.id)
    if label == "DataItem" and "position" in change.values:
        sorts["sortPosition"] = sort_position(change.values["position"], change.id)
    return sorts


async def moved(now: Now, changes: Sequence[Change]) -> None:
    """End who provided resources until today, and begin who does from today."""
    for batch in batches([change for change in changes if change.provider]):
        await now.run.run(_END_PROVIDES, ids=[one.id for one in batch], at=now.at, today=now.today)
        rows = [{"id": one.id, "provider": one.provider} for one in batch]
        await now.run.run(_BEGIN_PROVIDES, rows=rows, source=now.source, at=now.at, today=now.today)
        now.told.append(told.changed("PROVIDES", [(one.id, one.providers, one.provider) for one in batch]))


async def closed_resources(now: Now, gone: Mapping[str, Gone]) -> None:
    """Withdraw resources that a complete catalog no longer has; `closedAs` is how they were published, should they return."""
    states = [
        Change(one, {"publication": "WITHDRAWN", "closedAs": was.publication}, {"publication": was.publication})
        for one, was in gone.items()
    ]
    await changed(now, "Resource", states)
    for batch in batches(list(gone)):
        await now.run.run(_END_PROVIDES, ids=batch, at=now.at, today=now.today)
        now.told.append(told.changed("PROVIDES", [(one, gone[one].providers, None) for one in batch]))


async def elements(now: Now, items: Sequence[Item]) -> None:
    """See to it that each item's data element is there; in the order of ids, so that two imports cannot deadlock."""
    ids = sorted({keys.element_id(str(item.values["name"])) for item in items})
    for batch in batches(ids):
        rows = [{"id": one, "name": one.partition(":")[2]} for one in batch]
        await now.run.run(_NEW_ELEMENTS, rows=rows)


def _item_row(now: Now, item: Item, resource: str) -> dict[str, object]:
    key = keys.item_id(resource, item.suffix)
    return {
        "resource": resource,
        "suffix": item.suffix,
        "element": keys.element_id(str(item.values["name"])),
        "values": {
            **item.values,
            "id": key,
            "source": now.source,
            "madeUp": False,
            "contentHash": item.hash,
            "sortName": sort_key(item.values["name"], key),
            "sortPosition": sort_position(item.values.get("position"), key),
        },
    }


async def new_items(now: Now, items: Sequence[tuple[Item, str]]) -> None:
    """Create a batch of items of present resources."""
    rows = [_item_row(now, item, resource) for item, resource in items]
    await now.run.run(_NEW_ITEMS, rows=rows, source=now.source, at=now.at)
    now.told.append(told.placed("DataItem", rows, "resource", "element"))


async def wait(now: Now, items: Sequence[Item]) -> None:
    """Keep a batch of items, invisible, until their resource comes."""
    rows = [_item_row(now, item, item.of[0]) for item in items]
    await now.run.run(_WAIT, rows=rows, region=now.region, at=now.at)
    now.told.append(told.placed("WaitingItem", rows, "resource", "element"))


async def reopened(now: Now, changes: Sequence[Change]) -> None:
    """Let items that were closed belong to their resource again."""
    for batch in batches([change.id for change in changes if change.reopened]):
        await now.run.run(_BEGIN_HAS_ITEM, ids=batch, source=now.source, at=now.at, today=now.today)
        now.told.append(told.changed("HAS_ITEM", [(one, False, True) for one in batch]))


async def closed_items(now: Now, ids: Sequence[str]) -> None:
    """End what a complete list of items no longer has."""
    for batch in batches(ids):
        await now.run.run(_END_HAS_ITEM, ids=batch, at=now.at, today=now.today)
        now.told.append(told.changed("HAS_ITEM", [(one, True, False) for one in batch]))


async def stop_waiting(now: Now, ids: Sequence[str]) -> None:
    """Drop waiting items."""
    for batch in batches(ids):
        await now.run.run(_STOP_WAITING, ids=batch)
        now.told.append(told.changed("WaitingItem", [(one, True, None) for one in batch]))
