"""Loads seeds: files of nodes and edges, written in one transaction for each set.

A file is `{"source", "madeUp", "nodes": {label: [properties]}, "edges": {type: [{"from", "to", …, "properties"}]}}`; days
and instants are text. Structure (regimes, rules, regions) is refreshed when its files change; an asserted set is loaded
once and never overwritten.
"""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, LiteralString

from graph.audience import stamp, stamp_regions
from graph.batches import batches
from graph.database import Database, Transaction
from graph.errors import ImportRefused
from graph.model import RECORDS
from graph.model.edges import EDGES
from graph.permissions import LOCAL, Viewer
from graph.sorting import sort_keys
from graph.trail.log import Entry, record
from graph.words import Action
from graph.writing import write

REGIONS_SOURCE = "modood/Administrative-divisions-of-China (WTFPL)"

LOADED: LiteralString = "MATCH (s:Seed {id: $id}) RETURN s.digest AS digest"
TURN: LiteralString = "MERGE (s:Seed {id: $id}) SET s._lock = 1 REMOVE s._lock"
KEEP: LiteralString = "MATCH (s:Seed {id: $id}) SET s.digest = $digest"
NODES: LiteralString = """UNWIND $rows AS row MERGE (n:{label} {{id: row.id}})
ON CREATE SET n.recordedAt = datetime($at) SET n += row"""
EDGES_NEW: LiteralString = """UNWIND $rows AS row
MATCH (a:{start} {{id: row.start}}) MATCH (b:{end} {{id: row.end}})
CREATE (a)-[e:{type}]->(b) SET e = row.properties, e.recordedAt = coalesce(row.properties.recordedAt, datetime($at))
RETURN count(*) AS made"""
EDGES_STRUCTURE: LiteralString = """UNWIND $rows AS row
MATCH (a:{start} {{id: row.start}}) MATCH (b:{end} {{id: row.end}}) MERGE (a)-[:{type}]->(b)
RETURN count(*) AS made"""
LOOSE: LiteralString = """UNWIND $rows AS row
WITH row WHERE NOT EXISTS {{ (:{start} {{id: row.start}}) }} OR NOT EXISTS {{ (:{end} {{id: row.end}}) }}
RETURN row.start AS start, row.end AS end LIMIT 1"""
CLEAR_STRUCTURE: LiteralString = "MATCH (:Regime)-[e:SETS|CONTAINS|APPLIES_IN]->() DELETE e"
CLEAR_RULES: LiteralString = "MATCH (:Parameter)-[e:UNDER]->() DELETE e"


async def load(
    database: Database, folder: Path, *, structure: bool = False, viewer: Viewer = LOCAL, request: str = ""
) -> bool:
    """Load the seed set in `folder`, if it is not loaded already; True if something was written, which is one event.

    ImportRefused if a file names a label, an edge or a node that does not exist.
    """
    files, digest = contents(folder)
    identity = f"Seed:{folder.name}"
    if not is_due(await database.run(LOADED, id=identity), digest, structure=structure):
        return False
    sets = [read(path) for path in files]

    async def lock(tx: Transaction) -> None:
        await tx.run(TURN, id=identity)

    async with write(database, lock=lock) as (tx, at):
        loaded = await tx.run(LOADED, id=identity)
        if not is_due(loaded, digest, structure=structure):  # another loaded it meanwhile
            return False
        if structure:
            await tx.run(CLEAR_STRUCTURE)
            await tx.run(CLEAR_RULES)
        for seed in sets:
            for label, rows in seed["nodes"].items():
                await nodes(tx, label, [prepared(row, seed) for row in rows], at)
        for seed in sets:
            for kind, rows in seed["edges"].items():
                await edges(tx, kind, rows, seed.get("source"), at)
        if any("Region" in seed["nodes"] for seed in sets):
            await stamp_regions(tx)
        await stamp(tx, touched(sets))
        await tx.run(KEEP, id=identity, digest=digest)
        entry = Entry(Action.LOAD, [identity], loaded[0]["digest"], digest)
        await record(tx, viewer, [entry], at=at, request=request)
    return True


def is_due(loaded: list[dict[str, Any]], digest: str, *, structure: bool) -> bool:
    """Whether a set is to be loaded: it never was, or is structure and was another; `loaded` has the digest it had."""
    was = loaded[0]["digest"] if loaded else None
    return was is None or (structure and was != digest)


def touched(sets: Iterable[dict[str, Any]]) -> set[str]:
    """The ids of all nodes that seed sets hold, and of the ends of all their edges."""
    nodes = {row["id"] for seed in sets for rows in seed["nodes"].values() for row in rows}
    return nodes | {
        row[end] for seed in sets for rows in seed["edges"].values() for row in rows for end in ("from", "to")
    }


def contents(folder: Path) -> tuple[list[Path], str]:
    """The files of a seed set in order, and a digest of all of them."""
    files = sorted(path for path in folder.iterdir() if path.name.endswith((".json", ".json.gz", ".csv")))
    return files, hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def read(path: Path) -> dict[str, Any]:
    """The content of a seed file; a CSV holds regions: code, name, level, within."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        regions = [
            {"id": f"Region:{r['code']}", "code": r["code"], "name": r["name"], "level": r["level"]} for r in rows
        ]
        within = [{"from": f"Region:{r['code']}", "to": f"Region:{r['within']}"} for r in rows if r["within"]]
        return {"source": REGIONS_SOURCE, "nodes": {"Region": regions}, "edges": {"WITHIN": within}}
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(raw)


def prepared(row: dict[str, Any], seed: dict[str, Any]) -> dict[str, Any]:
    """The properties of a node: days as dates, its source, its sort keys; missing values are left out."""
    kind = row["id"].partition(":")[0]
    properties = {"source": seed.get("source"), "madeUp": seed.get("madeUp", False)} | typed(row) | sort_keys(kind, row)
    return {name: value for name, value in properties.items() if value is not None}


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """Days and instants of a row as such, by the names of their properties."""
    return {name: day(value) if isinstance(value, str) and is_day(name) else value for name, value in row.items()}


def is_day(name: str) -> bool:
    """Whether a property holds a day or an instant."""
    return name in ("since", "until") or name.endswith(("On", "At"))


def day(text: str) -> date | datetime:
    """`YYYY-MM-DD` as a date, anything longer as an instant in UTC."""
    if len(text) == len("2019-12-31"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC)


async def nodes(tx: Transaction, label: str, rows: list[dict[str, Any]], at: str) -> None:
    """Write nodes; the label must be a record's."""
    record = RECORDS.get(label)
    if record is None or not record.is_node:
        raise ImportRefused(f"The seed has nodes of {label}, which is no label.", "Use a label of graph/model.")
    for batch in batches(rows):
        await tx.run(NODES.format(label=record.name), rows=batch, at=at)


async def edges(tx: Transaction, kind: str, rows: list[dict[str, Any]], source: str | None, at: str) -> None:
    """Write edges, grouped by the labels at their ends; the type must be declared."""
    edge = EDGES.get(kind)
    if edge is None:
        raise ImportRefused(f"The seed has edges {kind}, which is no type.", "Use a type of graph/model/edges.py.")
    groups: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        properties = {name: value for name, value in row.items() if name not in ("from", "to", "properties")}
        properties = {"source": source} | typed(properties) | row.get("properties", {})
        ends = (row["from"].partition(":")[0], row["to"].partition(":")[0])
        groups[ends].append({"start": row["from"], "end": row["to"], "properties": properties})
    template = EDGES_NEW if edge.is_asserted else EDGES_STRUCTURE
    for (start, end), group in groups.items():
        if start not in RECORDS or end not in RECORDS:
            raise loose(kind, group[0])
        statement = template.format(start=RECORDS[start].name, end=RECORDS[end].name, type=edge.name)
        for batch in batches(group):
            [done] = await tx.run(statement, rows=batch, at=at)
            if done["made"] != len(batch):
                missing = LOOSE.format(start=RECORDS[start].name, end=RECORDS[end].name)
                raise loose(kind, *await tx.run(missing, rows=batch))


def loose(kind: str, row: Mapping[str, Any]) -> ImportRefused:
    """The refusal of an edge that leads from or to a node that is not there."""
    return ImportRefused(
        f"The seed has an edge {kind} from {row['start']} to {row['end']}, which are not both there.",
        "Add the node that is missing, or load the set first that has it.",
    )
