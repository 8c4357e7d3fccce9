"""Who may import a file: whoever answers for the region, or for every department whose entries it holds."""

import asyncio
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import LiteralString

from graph.changes.allowed import Line, Place, Reach, demand, may
from graph.changes.places import holds
from graph.database import Database, Runner
from graph.imports import present
from graph.imports.present import batches
from graph.imports.reading import Reading
from graph.permissions import Binding, Viewer
from graph.sight import load_within, sight_of
from graph.words import Role

REGION: LiteralString = """
MATCH (own:Region {id: $region})
RETURN own.name AS name,
  COLLECT { MATCH way = (own)-[:WITHIN*0..6]->(above:Region) RETURN above.id ORDER BY length(way) } AS regions,
  head(COLLECT { MATCH way = (own)-[:WITHIN*0..6]->(:Region)<-[:APPLIES_IN]-(regime:Regime)
    RETURN regime.id ORDER BY length(way), regime.id LIMIT 1 }) AS regime
"""
# A department and those above it; empty for one that is not there yet.
ABOVE: LiteralString = """COLLECT { MATCH way = (d)-[:PART_OF*0..4]->(above:Department)
  WHERE all(step IN relationships(way) WHERE <step>) RETURN above.id }""".replace("<step>", holds("step"))
NAMED: LiteralString = "UNWIND $ids AS id OPTIONAL MATCH (d:Department {id: id}) RETURN " + ABOVE + " AS above"
HELD: LiteralString = (
    "UNWIND $ids AS id MATCH (r:Resource {id: id}) OPTIONAL MATCH (d:Department)-[p:PROVIDES]->(r) WHERE "
    + holds("p")
    + " WITH DISTINCT d RETURN "
    + ABOVE
    + " AS above"
)

WHO = (
    Line(Role.CATALOG_OFFICER, Reach.OWN, ("KF-SHARE-4b", "KF-SHARE-10a", "LN-5c", "LN-9a", "XY-SHARE-11", "LH-15")),
    Line(Role.COMPETENT_DEPARTMENT, Reach.REGION, ("KF-SHARE-4a", "KF-SHARE-10c", "LN-10", "XY-SHARE-3b", "LH-4a")),
    Line(Role.ADMINISTRATOR, Reach.ALL),
)


async def admit(database: Database, viewer: Viewer, today: date) -> None:
    """Refused where the viewer has no role that imports anything: known before there is a file."""
    sight = await sight_of(database, viewer, today)
    if not {binding.role for binding in sight.bindings} & {line.role for line in WHO}:
        demand((), WHO, Place())


async def permit(database: Database, viewer: Viewer, reading: Reading, today: date) -> None:
    """Refused where none of the viewer's roles goes as far as the file does.

    A file belongs to a department where each of its resources, as it says them and as they are, is provided by that
    department or a part of it, each item leads to such a resource, and nothing else is closed.
    """
    sight = await load_within(database, viewer, today)
    await check(database, reading, sight.bindings, today)


async def check(run: Runner, reading: Reading, roles: tuple[Binding, ...], today: date) -> None:
    """Refused where none of the roles goes as far as the file does."""
    found = await run.run(REGION, region=f"Region:{reading.region}")
    regime = (found[0]["regime"] or "").partition(":")[2] if found else ""
    where = Place(found[0]["name"], (), found[0]["regions"], regime) if found else Place()
    if not may(roles, WHO, where) and not reading.options.complete:
        where = replace(where, departments=tuple(await owners(run, reading, today)))
    demand(roles, WHO, where)


async def owners(run: Runner, reading: Reading, today: date) -> set[str]:
    """The departments to which everything in the file belongs, one above another; empty where there is none."""
    records = await asyncio.to_thread(reading.records)
    if not all(entry.provider for entry in records.entries):
        return set()
    names = {str(entry.provider) for entry in records.entries}
    providers, _, _ = await present.departments(run, reading.region or "?", names)
    leads = await present.resources_of(run, records.items, records.entries, providers, reading.source or "?")
    if any(item.of not in leads for item in records.items):
        return set()
    resources = sorted({entry.id for entry in records.entries} | set(leads.values()))
    above: list[set[str]] = []
    asked: tuple[tuple[LiteralString, list[str]], ...] = (NAMED, sorted(set(providers.values()))), (HELD, resources)
    for statement, ids in asked:
        for batch in batches(ids):
            above += [set(row["above"]) for row in await run.run(statement, ids=batch, today=today)]
    return reduce(set[str].intersection, above) if above else set()
