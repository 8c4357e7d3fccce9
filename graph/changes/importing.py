"""Who may import a file: whoever may change each thing that it says, and what of it stands published by his word."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, LiteralString

from graph.batches import batches
from graph.changes.allowed import Place, Reach, Right, demand, may
from graph.changes.entries import REVIEWERS, check_published, review_rules
from graph.changes.places import PLACE, POINTS, REGION_PLACE, place
from graph.clocks import holds
from graph.database import Database, Runner
from graph.errors import Refused
from graph.imports import Allow, Reading, keys, present
from graph.imports.present import Fit
from graph.imports.records import Records
from graph.permissions import Viewer
from graph.sight import load_within, sight_of
from graph.trail.log import in_force
from graph.words import Role

REGIONS: LiteralString = "UNWIND $ids AS id MATCH (own:Region {id: id}) RETURN <place> AS place".replace(
    "<place>", REGION_PLACE
)
DEPARTMENTS: LiteralString = (
    "UNWIND $ids AS id MATCH (d:Department {id: id}) RETURN d.id AS id, <place> AS place".replace("<place>", PLACE)
)
# Whose the entries are that are there: who provides them today, else the region whose catalog has them.
HELD: LiteralString = """
UNWIND $ids AS id MATCH (r:Resource {id: id})
OPTIONAL MATCH (d:Department)-[p:PROVIDES]->(r) WHERE <p>
RETURN DISTINCT d.id AS department, CASE WHEN d IS NULL THEN coalesce(r.catalogRegion, '') END AS region
""".replace("<p>", holds("p"))
WAITING: LiteralString = "UNWIND $ids AS id MATCH (w:WaitingItem {id: id}) RETURN DISTINCT w.catalogRegion AS region"

WHO = (
    Right(Role.CATALOG_OFFICER, Reach.OWN, ("KF-SHARE-4b", "KF-SHARE-10a", "LN-5c", "LN-9a", "XY-SHARE-11", "LH-15")),
    Right(Role.COMPETENT_DEPARTMENT, Reach.REGION, ("KF-SHARE-4a", "KF-SHARE-10c", "LN-10", "XY-SHARE-3b", "LH-4a")),
    Right(Role.ADMINISTRATOR, Reach.ALL),
)


async def admit(database: Database, viewer: Viewer, today: date) -> Viewer:
    """Who imports, with the roles in force; Refused where none of them imports anything: known before there is a file."""
    sight = await sight_of(database, viewer, today)
    if not {binding.role for binding in sight.bindings} & {line.role for line in WHO}:
        demand((), WHO, Place())
    return in_force(viewer, sight.bindings)


async def permit(database: Database, viewer: Viewer, reading: Reading, today: date) -> Allow:
    """What the import asks again once it has its locks; Refused where none of the viewer's roles goes as far as the file."""
    allow = partial(check, reading=reading, viewer=viewer, today=today)
    if Role.ADMINISTRATOR not in viewer.roles:
        await allow(database, await asyncio.to_thread(reading.records))
    return allow


async def check(run: Runner, records: Records, *, reading: Reading, viewer: Viewer, today: date) -> Fit:
    """What the viewer may publish; Refused where none of his roles goes as far as something in the file.

    The regime is that of the region whose catalog the file is. A refusal names that region, and not whose the entries are.
    """
    roles = (await load_within(run, viewer, today)).bindings
    [where, *_] = [*await regions(run, {f"Region:{reading.region}"}), Place()]
    if not may(roles, WHO[-1:], where):
        for each in await places(run, reading, records, where, today):
            demand(roles, WHO, replace(where, departments=each.departments, regions=each.regions))
    return partial(is_fit, may(roles, REVIEWERS, where), where)


def is_fit(by_reviewer: bool, where: Place, values: Mapping[str, Any]) -> bool:  # noqa: FBT001
    """Whether an entry may stand published by the word of a reviewer, or of another."""
    if by_reviewer:
        return True
    try:
        check_published(values, where)
    except Refused:
        return False
    return review_rules(values, where) is None


async def places(run: Runner, reading: Reading, records: Records, where: Place, today: date) -> list[Place]:
    """Where all belongs that the file says: its entries as it says them and as they are, and what its items lead to.

    What is not there yet belongs to the region, and so does what a complete file closes.
    """
    named, _, _ = await present.departments_of(run, reading.region or "?", records)
    leads = await present.resources_of(run, records.items, records.entries, named, reading.source or "?")
    departments = {named[entry.provider] for entry in records.entries if entry.provider}
    codes: set[str] = set()
    for batch in batches(sorted({entry.id for entry in records.entries} | set(leads.values()))):
        for row in await run.run(HELD, ids=batch, today=today):
            departments |= {row["department"]} - {None}
            codes |= {row["region"]} - {None}
    loose = [item for item in records.items if item.of not in leads]
    for batch in batches([keys.item_id(item.of[0], item.suffix) for item in loose]):
        codes |= {row["region"] for row in await run.run(WAITING, ids=batch)}
    found = await regions(run, {f"Region:{code}" for code in codes})
    found += [Place()] if len(found) < len(codes) else []
    known: set[str] = set()
    for batch in batches(sorted(departments)):
        for row in await run.run(DEPARTMENTS, ids=batch, today=today, points=POINTS):
            known.add(row["id"])
            found.append(place(row["place"]))
    is_everything_known = known == departments and not loose and all(entry.provider for entry in records.entries)
    if reading.options.complete or not is_everything_known or not found:
        found.append(where)
    return found


async def regions(run: Runner, ids: set[str]) -> list[Place]:
    """The places of regions, of those that are there."""
    return [place(row["place"]) for row in await run.run(REGIONS, ids=sorted(ids), points=POINTS)]
