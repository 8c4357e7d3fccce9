"""What the graph holds now of what a file speaks of, and what is different."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graph.batches import batches
from graph.database import Runner
from graph.imports import keys
from graph.imports.records import Entry, Item, Records, Values
from graph.words import Publication, Secrecy

Fit = Callable[[Mapping[str, Any]], bool]
"""Whether an entry with these values may stand published by the word of whoever imports it."""


@dataclass(slots=True)
class Change:
    """A resource or item that is there and differs; `values`: its differing properties, to be set as they are.

    `before` has what these were; `providers` who provided it where that changes, too.
    """

    id: str
    values: Values
    before: Mapping[str, object]
    provider: str | None = None
    providers: Sequence[str] = ()
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A resource that a complete file does not have: how it was published, and who provided it."""

    publication: str
    providers: Sequence[str]


@dataclass(slots=True)
class Difference:
    """What an import has to do to the nodes of one label."""

    new: list[Any] = field(default_factory=list[Any])
    changed: list[Change] = field(default_factory=list[Change])
    unchanged: int = 0
    unpublished: int = 0
    """How many would be published but for a review, or for what they do not say."""


_DEPARTMENTS = """
MATCH (:Region {id: $region})<-[l:LOCATED_IN]-(d:Department) WHERE l.withdrawnAt IS NULL AND l.until IS NULL
RETURN d.id AS id, coalesce(d.formerNames, []) AS former
"""
_DEPARTMENTS_BY_ID = "UNWIND $ids AS id MATCH (d:Department {id: id}) RETURN d.id AS id"


async def departments(run: Runner, region: str, names: Iterable[str]) -> tuple[dict[str, str], list[str], int]:
    """(name → id, the names whose department is new, how many names were former ones).

    A name is its department's own id if there is one, else the one department of the region that bore it formerly.
    """
    wanted = sorted(set(names))
    ids = {name: keys.department_id(region, name) for name in wanted}
    present: set[str] = set()
    for batch in batches(sorted(set(ids.values()))):
        present |= {row["id"] for row in await run.run(_DEPARTMENTS_BY_ID, ids=batch)}
    former: dict[str, set[str]] = {}
    for row in await run.run(_DEPARTMENTS, region=f"Region:{region}"):
        for name in row["former"]:
            former.setdefault(keys.normalised(name), set()).add(row["id"])
    new: dict[str, str] = {}
    renamed = 0
    for name in wanted:
        if ids[name] in present:
            continue
        bearers = former.get(keys.normalised(name), set())
        if len(bearers) == 1:
            ids[name] = next(iter(bearers))
            renamed += 1
        else:
            new.setdefault(ids[name], name)
    return ids, list(new.values()), renamed


async def departments_of(run: Runner, region: str, records: Records) -> tuple[dict[str, str], list[str], int]:
    """As `departments`, of all that a file names; what is new or renamed counts where it provides."""
    names = {entry.provider for entry in records.entries if entry.provider}
    providers, new, renamed = await departments(run, region, names)
    referred = {str(name) for item in records.items if (name := item.reference.get("provider"))} - names
    others, _, _ = await departments(run, region, referred)
    return others | providers, new, renamed


_RESOURCES = """
UNWIND $ids AS id MATCH (r:Resource {id: id})
OPTIONAL MATCH (d:Department)-[p:PROVIDES]->(r) WHERE p.until IS NULL AND p.withdrawnAt IS NULL
RETURN r.id AS id, r.contentHash AS hash, r.closedAs AS closed, collect(d.id) AS providers
"""
_RESOURCE_VALUES = "UNWIND $ids AS id MATCH (r:Resource {id: id}) RETURN r.id AS id, properties(r) AS held"


async def resources(
    run: Runner, entries: Sequence[Entry], providers: Mapping[str, str], headers: frozenset[str], fit: Fit
) -> Difference:
    """Compare a file's resources with the graph; entries that are new, changes, and how many are as they were.

    New entries are given what being listed says: published where that is fit, and not secret unless the file says so.
    """
    found = Difference()
    differing: dict[str, tuple[Entry, Sequence[str] | None]] = {}
    for batch in batches(entries):
        held = {row["id"]: row for row in await run.run(_RESOURCES, ids=[entry.id for entry in batch])}
        for entry in batch:
            row = held.get(entry.id)
            provider = providers.get(entry.provider or "")
            if row is None:
                entry.values["secrecy"] = entry.values.get("secrecy") or Secrecy.NOT_SECRET
                entry.values["publication"] = _publication(Publication.PUBLISHED, entry.values, fit, found)
                found.new.append(entry)
                continue
            moved = provider is not None and row["providers"] != [provider]
            if row["hash"] == entry.hash and row["closed"] is None and not moved:
                found.unchanged += 1
            else:
                differing[entry.id] = entry, row["providers"] if moved else None
    for batch in batches(sorted(differing)):
        for row in await run.run(_RESOURCE_VALUES, ids=batch):
            entry, left = differing[row["id"]]
            held = row["held"]
            said = entry.values if entry.values.get("secrecy") else {**entry.values, "secrecy": held.get("secrecy")}
            values = _differing(said, held, headers)
            if values or left is not None or "closedAs" in held:
                values |= _published(held, values, fit, found)
                provider = providers.get(entry.provider or "") if left is not None else None
                values["contentHash"] = entry.hash
                found.changed.append(Change(entry.id, values, _before(values, held), provider, left or ()))
            else:
                found.unchanged += 1
    return found


def _published(held: Mapping[str, Any], values: Values, fit: Fit, found: Difference) -> Values:
    """How an entry that changes is published from now on, where that changes.

    It is as it was, also where a complete file had left it out; for an import publishes nothing that another withdrew.
    """
    was = held.get("closedAs", held.get("publication"))
    now = {"publication": _publication(was, {**held, **values}, fit, found), "closedAs": None}
    return {name: value for name, value in now.items() if held.get(name) != value}


def _publication(was: Any, values: Mapping[str, Any], fit: Fit, found: Difference) -> Any:
    """Published becomes a draft where it is secret, or not fit to stand published."""
    if was != Publication.PUBLISHED:
        return was
    if values.get("secrecy") == Secrecy.SECRET:
        return Publication.DRAFT
    if fit(values):
        return was
    found.unpublished += 1
    return Publication.DRAFT


def _differing(said: Values, held: Mapping[str, Any], headers: frozenset[str] = frozenset()) -> Values:
    """The fields that the file says otherwise; what it has no column for stays as it is."""
    different: Values = {}
    for name, value in said.items():
        new = value
        old = held.get(name)
        if name == "extra":
            others = [one for one in cast("list[str]", old or []) if one.split(": ", 1)[0] not in headers]
            new = sorted({*others, *cast("list[str]", value or [])})
        if _plain(old) != _plain(new):
            different[name] = new
    return different


def _before(values: Values, held: Mapping[str, Any]) -> Values:
    """What the properties that change are now."""
    return {name: held.get(name) for name in values}


def _plain(value: object) -> object:
    """A value as it compares: the engine's dates as text, nothing and an empty list alike."""
    if value is None or value == []:
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


_BY_PAGE = """
UNWIND $pages AS page MATCH (r:Resource {landingPage: page}) WHERE r.source = $source
RETURN page AS page, collect(r.id) AS ids
"""
_BY_NAME = """
UNWIND $rows AS row MATCH (r:Resource) WHERE r.sortName STARTS WITH row.start AND r.source = $source
OPTIONAL MATCH (d:Department {id: row.provider})-[p:PROVIDES]->(r) WHERE p.until IS NULL AND p.withdrawnAt IS NULL
WITH row, r, d WHERE row.provider IS NULL OR d IS NOT NULL
RETURN row.key AS key, collect(r.id) AS ids
"""
_IDS = "UNWIND $ids AS id MATCH (r:Resource {id: id}) RETURN r.id AS id"


async def resources_of(
    run: Runner, items: Sequence[Item], entries: Sequence[Entry], providers: Mapping[str, str], source: str
) -> dict[tuple[str, ...], str]:
    """Which resource each item's reference leads to, of this file, else of the graph; references to none are left out.

    By id; by page; by name and department where the reference has no page. What leads to several leads to none.
    """
    own = {entry.id: entry.id for entry in entries} | {also: entry.id for entry in entries for also in entry.also}
    references = {item.of: item.reference for item in items}
    found = {of: own[of[0]] for of in references if of[0] in own}
    missing = [of for of in references if of not in found]
    held: set[str] = set()
    for batch in batches(sorted({one for of in missing for one in of})):
        held |= {row["id"] for row in await run.run(_IDS, ids=batch)}
    for of in missing:
        if match := next((one for one in of if one in held), None) or next(
            (own[one] for one in of[1:] if one in own), None
        ):
            found[of] = match
    missing = [of for of in missing if of not in found]
    by_page: dict[str, tuple[str, ...]] = {
        str(page): of for of in missing if (page := references[of].get("landingPage"))
    }
    for batch in batches(sorted(by_page)):
        for row in await run.run(_BY_PAGE, pages=batch, source=source):
            if len(row["ids"]) == 1:
                found[by_page[row["page"]]] = row["ids"][0]
    by_name = {
        of[0]: {
            "key": of[0],
            "start": f"{references[of]['name']}\u0001",
            "provider": providers.get(str(references[of].get("provider"))),
        }
        for of in missing
        if not references[of].get("landingPage") and references[of].get("name")
    }
    whole = {of[0]: of for of in missing}
    for batch in batches(list(by_name.values()), 200):
        for row in await run.run(_BY_NAME, rows=batch, source=source):
            if len(row["ids"]) == 1:
                found[whole[row["key"]]] = row["ids"][0]
    return found


_ITEMS = """
UNWIND $ids AS id MATCH (i:DataItem {id: id})
OPTIONAL MATCH (:Resource)-[h:HAS_ITEM]->(i) WHERE h.until IS NULL AND h.withdrawnAt IS NULL
RETURN i.id AS id, i.contentHash AS hash, count(h) > 0 AS held
"""
_WAITING = "UNWIND $ids AS id MATCH (w:WaitingItem {id: id}) RETURN w.id AS id, w.contentHash AS hash"
_ITEM_VALUES = "UNWIND $ids AS id MATCH (i:DataItem {id: id}) RETURN i.id AS id, properties(i) AS held"


@dataclass(slots=True)
class ItemDifference(Difference):
    """As Difference; `new` holds (item, its resource's id).

    `waiting`: items to wait from now on; `rewaiting`: those that wait already and differ; `done_waiting`: ids of those
    whose resource is there after all; `ids`: all that the file speaks of.
    """

    waiting: list[Item] = field(default_factory=list[Item])
    rewaiting: list[Item] = field(default_factory=list[Item])
    done_waiting: list[str] = field(default_factory=list[str])
    ids: set[str] = field(default_factory=set[str])


async def items(
    run: Runner, said: Sequence[Item], leads: Mapping[tuple[str, ...], str], arriving: frozenset[str] = frozenset()
) -> ItemDifference:
    """Compare a file's items with the graph. `arriving`: resources that this import would create."""
    found = ItemDifference()
    differing: dict[str, tuple[Item, bool]] = {}
    for batch in batches(said):
        placed = [(keys.item_id(leads.get(item.of, item.of[0]), item.suffix), item) for item in batch]
        waits = [keys.item_id(item.of[0], item.suffix) for item in batch]
        held = {row["id"]: row for row in await run.run(_ITEMS, ids=[key for key, _ in placed])}
        waiting = {row["id"]: row["hash"] for row in await run.run(_WAITING, ids=waits)}
        for (key, item), wait in zip(placed, waits, strict=True):
            if key in found.ids:  # the same item, referred to in another way
                continue
            found.ids |= {key, wait}
            resource = leads.get(item.of)
            row = held.get(key)
            if resource is None or (wait in waiting and resource in arriving):
                _sort_waiting(found, item, waiting.get(wait))
            elif row is None:
                found.new.append((item, resource))
                found.done_waiting += [wait] if wait in waiting else []
            elif row["hash"] == item.hash and row["held"]:
                found.unchanged += 1
            else:
                differing[key] = item, not row["held"]
    await _weigh_items(run, found, differing)
    return found


def _sort_waiting(found: ItemDifference, item: Item, waits_as: str | None) -> None:
    if waits_as is None:
        found.waiting.append(item)
    elif waits_as == item.hash:
        found.unchanged += 1
    else:
        found.rewaiting.append(item)


async def _weigh_items(run: Runner, found: ItemDifference, differing: Mapping[str, tuple[Item, bool]]) -> None:
    """Of items whose hash differs, which differ in what the file says."""
    for batch in batches(sorted(differing)):
        for row in await run.run(_ITEM_VALUES, ids=batch):
            item, closed = differing[row["id"]]
            values = _differing(item.values, row["held"], item.headers)
            if values or closed:
                values["contentHash"] = item.hash
                found.changed.append(Change(row["id"], values, _before(values, row["held"]), reopened=closed))
            else:
                found.unchanged += 1


_GONE_RESOURCES = """
MATCH (r:Resource) WHERE r.source = $source AND r.catalogRegion = $region AND r.publication <> 'WITHDRAWN'
RETURN r.id AS id, r.publication AS publication, COLLECT {
  MATCH (d:Department)-[p:PROVIDES]->(r) WHERE p.until IS NULL AND p.withdrawnAt IS NULL RETURN d.id ORDER BY d.id } AS providers
"""
_GONE_ITEMS = """
MATCH (r:Resource)-[h:HAS_ITEM]->(i:DataItem)
WHERE i.source = $source AND r.catalogRegion = $region AND h.until IS NULL AND h.withdrawnAt IS NULL
RETURN collect(i.id) AS ids
"""
_GONE_WAITING = (
    "MATCH (w:WaitingItem) WHERE w.source = $source AND w.catalogRegion = $region RETURN collect(w.id) AS ids"
)


async def gone_resources(run: Runner, source: str, region: str, said: Iterable[str]) -> dict[str, Gone]:
    """The resources of this source and region that a complete file does not have, by their ids in order."""
    rows = {row["id"]: row for row in await run.run(_GONE_RESOURCES, source=source, region=region)}
    return {id: Gone(rows[id]["publication"], rows[id]["providers"]) for id in sorted(set(rows) - set(said))}


async def gone_items(run: Runner, source: str, region: str, said: set[str]) -> tuple[list[str], list[str]]:
    """(items, waiting items) of this source and region that a complete file does not have."""
    held = await run.run(_GONE_ITEMS, source=source, region=region)
    waiting = await run.run(_GONE_WAITING, source=source, region=region)
    return sorted(set(held[0]["ids"]) - said), sorted(set(waiting[0]["ids"]) - said)
