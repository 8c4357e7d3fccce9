"""What permissions cost: the same number of rows for viewers who see all, half and a hundredth, and for the administrator.

`python -m bench.viewers`. The catalog of the read path (60,000 resources, 100,000 items) lies in three counties, with one,
49 and 50 hundredths of the departments, and has 150,000 flows. Each viewer is asked in this process, in turns with the
administrator, who is asked for as many rows as the viewer gets. The table has the medians over the rounds of the ratio of
the two times, and the ratio of the two shortest times, in which what else the machine does counts least. The first viewer
is measured twice, and the first time thrown away, so that the engine is warm. A viewer sees all in two ways: as a member
of three departments, and as the planner of the city above.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, LiteralString

from platformdirs import user_cache_path
from rich.console import Console
from rich.table import Table

from api.answer import Answerer, Request
from api.schema import SCHEMA
from bench import catalog
from graph.database import Address, Database
from graph.engine import Installation, Server, use
from graph.migrate import stamp_what_is_there
from graph.permissions import LOCAL, Viewer
from graph.words import Role

GOAL = 1.3
FLOWS = 150_000
EACH = 5
COUNTIES = {"410201": (0, 3), "410202": (3, 150), "410203": (150, 300)}
"""Which departments lie in which county."""

SPREAD: LiteralString = """UNWIND $rows AS row MATCH (c:Region {id: $city})
CREATE (g:Region {id: row.id, code: row.code, name: row.code, level: 'COUNTY', sortName: row.id})-[:WITHIN]->(c)
WITH g, row UNWIND row.departments AS id
MATCH (d:Department {id: id})-[l:LOCATED_IN]->() DELETE l
CREATE (d)-[:LOCATED_IN {recordedAt: $at}]->(g)"""
OPEN_TO_NOBODY: LiteralString = """MATCH (r:Resource)
CALL (r) { SET r.shareType = 'CONDITIONAL' REMOVE r.openType } IN TRANSACTIONS OF 5000 ROWS"""
FLOW: LiteralString = """UNWIND $rows AS row MATCH (a:Resource {id: row[0]}) MATCH (b:Resource {id: row[1]})
CREATE (a)-[:FLOWS_TO {origin: 'DECLARED', recordedAt: $at}]->(b)"""
ASSIGN: LiteralString = """UNWIND $counties AS county
CREATE (:RoleAssignment {id: 'RoleAssignment:' + county, subject: 'bench|all', role: 'DEPARTMENT_VIEWER',
  region: 'Region:' + county, recordedAt: $at})"""
SEEN: LiteralString = """MATCH (r:Resource) WHERE r.audience STARTS WITH $audience
RETURN collect(r.id)[..200] AS ids, count(r) AS count"""

LIST = """query($n: Int!) { resources(first: $n) { nodes {
  id name resourceCode classification abstract theme shareType openType updateCycle lastUpdatedAt } } }"""
NESTED = """query($n: Int!) { resources(first: $n) { nodes {
  id name items(first: 20) { nodes { id name position dataType description } } } } }"""
POINT = """query($id: ID!) { resource(id: $id) { id name classification abstract theme lastUpdatedAt provider { name } } }"""
LINEAGE = """query($id: ID!) { lineage(of: $id, direction: DOWNSTREAM, hops: 5, nodes: 10000) {
  nodes { distance node { id } } edges { from { id } to { id } } } }"""
TOTAL = "{ resources { totalCount } }"
COUNTED = '{ resources(where: {theme: {eq: "教育"}}) { totalCount } }'

VIEWERS = {
    "100 %, three counties": (Viewer("bench|all"), "S/"),
    "100 %, looks down": (Viewer("bench|p", frozenset({Role.PLANNER}), "", "Region:410200"), "S/"),
    "50 %": (Viewer("bench|c", frozenset({Role.DEPARTMENT_VIEWER}), "", "Region:410203"), "S/410200/410203/"),
    "1 %": (Viewer("bench|a", frozenset({Role.DEPARTMENT_VIEWER}), "", "Region:410201"), "S/410200/410201/"),
}


async def build(database: Database) -> None:
    """The catalog, spread over the counties, with flows, and stamped."""
    await catalog.build(database)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    ids = [row["id"] for row in catalog.departments()]
    rows = [
        {"id": f"Region:{code}", "code": code, "departments": ids[start:end]} for code, (start, end) in COUNTIES.items()
    ]
    await database.run(SPREAD, rows=rows, city=f"Region:{catalog.CODE}", at=at)
    await database.run(OPEN_TO_NOBODY)
    chance = random.Random(5)
    resources = [row["properties"]["id"] for row in catalog.resources(ids)]
    flows = [[chance.choice(resources), chance.choice(resources)] for _ in range(FLOWS)]
    for start in range(0, FLOWS, 10_000):
        await database.run(FLOW, rows=flows[start : start + 10_000], at=at)
    await database.run(ASSIGN, counties=list(COUNTIES), at=at)
    await stamp_what_is_there(database)
    await database.run("CALL db.prepareForReplanning()")


async def measure(server: Server, rounds: int, say: Any) -> list[dict[str, Any]]:
    """Each question for each viewer: the rows, the milliseconds, and the ratio to the administrator's."""
    found: list[list[dict[str, Any]]] = []
    async with Database(Address(server.uri, server.user, server.password)) as database:
        say("the catalog, spread over three counties …")
        [held] = await database.run("MATCH (r:Resource) RETURN count(r) AS resources")
        if held["resources"] == 0:
            await build(database)
        answerer = Answerer(SCHEMA, database, date.today)
        for name, (viewer, audience) in [next(iter(VIEWERS.items())), *VIEWERS.items()]:
            [seen] = await database.run(SEEN, audience=audience)
            say(f"{name}: {seen['count']} resources …")
            measured = [
                {"viewer": name, "question": question, **await compared(answerer, viewer, rounds, *asked)}
                for question, *asked in questions(seen["ids"], seen["count"])
            ]
            found.append(measured)
    return [row for measured in found[1:] for row in measured]


def questions(ids: list[str], count: int) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(name, document, the variables in turn)."""
    points = [{"id": one} for one in ids]
    return [
        ("point", POINT, points),
        ("list of 20", LIST, [{"n": 20}]),
        ("list of 1,000", LIST, [{"n": min(1000, count)}]),
        ("nested 50 x 20", NESTED, [{"n": 50}]),
        ("lineage, 5 hops", LINEAGE, points),
        ("totalCount, filtered", COUNTED, [{}]),
        ("totalCount", TOTAL, [{}]),
    ]


async def compared(
    answerer: Answerer, viewer: Viewer, rounds: int, document: str, variables: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The medians of both, and of the ratio within a round; RuntimeError if a list has another number of rows."""
    theirs, ours, ratios = [], [], []
    size = set()
    for who in (viewer, LOCAL):
        body = json.loads((await answerer.answer(Request(document, None, variables[0]), who)).body)
        if "errors" in body:
            raise RuntimeError(str(body))
        size.add(rows_of(body["data"]))
    if "first" in document and len(size) > 1:
        raise RuntimeError(f"the viewer and the administrator get other numbers of rows: {size}")
    for number in range(rounds + 2):
        pair: list[float] = []
        for who in (viewer, LOCAL) if number % 2 else (LOCAL, viewer):
            began = time.perf_counter()
            for turn in range(EACH):
                await answerer.answer(Request(document, None, variables[(number * EACH + turn) % len(variables)]), who)
            pair.append((time.perf_counter() - began) * 1000 / EACH)
        mine, whole = pair if number % 2 else reversed(pair)
        if number >= 2:
            theirs.append(mine)
            ours.append(whole)
            ratios.append(mine / whole)
    medians = [statistics.median(each) for each in (theirs, ours, ratios)]
    return {"rows": max(size), "viewer_ms": medians[0], "administrator_ms": medians[1], "ratio": medians[2],
            "least": min(theirs) / min(ours)}  # fmt: skip


def rows_of(data: dict[str, Any]) -> int:
    """How many rows an answer has."""
    [root] = data.values()
    return len(root["nodes"]) if root and "nodes" in root else 1


def table(found: list[dict[str, Any]]) -> Table:
    """The table of what was measured."""
    made = Table(title=f"milliseconds (medians), and the ratio within a round (goal ≤ {GOAL} for the same rows)")
    for name in ("viewer", "question", "rows", "viewer ms", "administrator ms", "ratio", "of the shortest"):
        made.add_column(name, justify="left" if name in ("viewer", "question") else "right", no_wrap=True)
    for row in found:
        numbers = (f"{row[name]:.2f}" for name in ("viewer_ms", "administrator_ms", "ratio", "least"))
        made.add_row(row["viewer"], row["question"], str(row["rows"]), *numbers)
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.viewers", description="What permissions cost.")
    parser.add_argument("--rounds", type=int, default=15, help="rounds, each with the viewer and the administrator")
    parser.add_argument("--home", type=Path, help="keep the generated database here, for the next time")
    given = parser.parse_args()
    notes = Console(stderr=True, style="dim")
    with tempfile.TemporaryDirectory(prefix="yuanliu-bench-") as name:
        home = (given.home or Path(name)).absolute()
        with use(Installation(home / "viewers", user_cache_path("yuanliu"))) as server:
            found = asyncio.run(measure(server, given.rounds, notes.print))
    Console(width=130).print(table(found))


if __name__ == "__main__":
    main()
