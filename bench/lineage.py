"""Lineage against the bare statement: 60 starts, 10 hops downstream, taken in turns."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, LiteralString

import orjson

from api.answer import Answerer, Request
from api.schema import SCHEMA
from bench import layers
from bench.load import Caller, request
from bench.processes import python, running
from graph.database import Address, Database
from graph.engine import Installation, Server
from graph.migrate import migrate
from graph.permissions import LOCAL

STARTS = 60
MOST = 10_000

QUERY = """query Lineage($of: ID!) { lineage(of: $of, direction: DOWNSTREAM, hops: 10, nodes: 10000) {
  nodes { distance node { id } } edges { from { id } to { id } } } }"""
# The pruning walk, then the flows among what was reached: a node without flows stands before a null.
BARE: LiteralString = """MATCH (a:Resource {id: $of})
CALL (a) {
  MATCH (a) ((x)-[e:FLOWS_TO WHERE e.withdrawnAt IS NULL AND (e.since IS NULL OR e.since <= $on)
    AND (e.until IS NULL OR e.until > $on)]->(y)){1,10} (b)
  RETURN DISTINCT b LIMIT $nodes }
WITH a, collect(b) AS bs UNWIND [a] + bs AS x
OPTIONAL MATCH (x)-[e:FLOWS_TO WHERE e.withdrawnAt IS NULL AND (e.since IS NULL OR e.since <= $on)
  AND (e.until IS NULL OR e.until > $on)]->(y)
RETURN collect([x.id, y.id]) AS flows"""


@dataclass(slots=True)
class Walked:
    """Milliseconds of each way for each start, one number a round; how large the answers are."""

    times: dict[str, list[list[float]]] = field(default_factory=dict[str, list[list[float]]])
    nodes: list[int] = field(default_factory=list[int])
    edges: list[int] = field(default_factory=list[int])

    def percentile(self, way: str, part: float) -> float:
        """A percentile over the starts of the medians over the rounds."""
        medians = sorted(statistics.median(found) for found in self.times[way])
        return medians[min(len(medians) - 1, round(part * (len(medians) - 1)))]


async def measure(server: Server, *, rounds: int, say: Any = print) -> Walked:
    """Ask for the lineage of each start: the bare statement and the service, each in this process and over HTTP."""
    async with Database(Address(server.uri, server.user, server.password)) as database:
        say("indexes …")
        await migrate(database, purpose="bench")
        say("choosing the starts …")
        starts = await chosen(database)
        answerer = Answerer(SCHEMA, database, date.today)

        async def bare(of: str) -> Any:
            return await database.read(BARE, {"of": of, "on": date.today(), "nodes": MOST})  # noqa: DTZ011

        async def inside(of: str) -> Any:
            return (await answerer.answer(Request(QUERY, None, {"of": of}), LOCAL)).body

        with running(python("ours"), server) as ours, running(python("floor"), server) as raw:
            async with connection(ours) as http, connection(raw) as floor:
                ways = {"bare": bare, "inside": inside, "floor": floor, "http": http}
                walked = Walked({way: [[] for _ in starts] for way in ways})
                for of in starts:
                    await compare(walked, of, bare, http)
                for number in range(rounds + 1):
                    say(f"lineage: round {number} of {rounds} …" if number else "lineage: warming up …")
                    for index, of in enumerate(starts):
                        names = list(ways)
                        turn = (number + index) % len(names)
                        for name in names[turn:] + names[:turn]:
                            began = time.perf_counter()
                            await ways[name](of)
                            if number:
                                walked.times[name][index].append((time.perf_counter() - began) * 1000)
                return walked


@asynccontextmanager
async def connection(port: int) -> AsyncGenerator[Callable[[str], Awaitable[bytes]]]:
    """What asks the server on a port for the lineage of a start, by one connection; the answer."""
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_connection(lambda: Caller(iter(())), "127.0.0.1", port)

    async def ask(of: str) -> bytes:
        caller.requests = iter([request(orjson.dumps({"query": QUERY, "variables": {"of": of}}))])
        caller.ended = loop.create_future()
        caller.ask()
        await caller.ended
        return caller.last

    try:
        yield ask
    finally:
        caller.ended = loop.create_future()
        caller.ended.set_result(None)
        caller.transport.close()


async def chosen(database: Database) -> list[str]:
    """Random resources that have flows, of all layers."""
    chance = random.Random(11)
    drawn = [layers.identity(chance.randrange(1, layers.NODES + 1)) for _ in range(4 * STARTS)]
    found = await database.run(
        "UNWIND $ids AS id MATCH (r:Resource {id: id}) WHERE EXISTS { (r)-[:FLOWS_TO]->() } RETURN id LIMIT $most",
        ids=drawn,
        most=STARTS,
    )
    return [row["id"] for row in found]


async def compare(
    walked: Walked, of: str, bare: Callable[[str], Awaitable[Any]], http: Callable[[str], Awaitable[Any]]
) -> None:
    """See that both say the same nodes, and the same flows but those that leave them; RuntimeError if not."""
    [flows] = await bare(of)
    nodes = {near for near, _ in flows}
    if len(nodes) > MOST:
        raise RuntimeError(f"{of} reaches more than {MOST} nodes: the graph is not the one meant")
    answer = orjson.loads(await http(of))["data"]["lineage"]
    edges = {(near, far) for near, far in flows if far in nodes}
    if nodes != {row["node"]["id"] for row in answer["nodes"]}:
        raise RuntimeError(f"the service and the bare statement reach other nodes from {of}")
    if edges != {(flow["from"]["id"], flow["to"]["id"]) for flow in answer["edges"]}:
        raise RuntimeError(f"the service and the bare statement find other flows from {of}")
    walked.nodes.append(len(nodes))
    walked.edges.append(len(edges))


def fill(installation: Installation) -> None:
    """Import the generated graph unless there is one."""
    if installation.store.exists():
        return
    with tempfile.TemporaryDirectory(dir=installation.home) as folder:
        layers.fill(installation, Path(folder))
