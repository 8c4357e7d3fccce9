"""What walks do to others: the time of a point read alone, and while eight callers ask for long lineages without a pause.

`python -m bench.bulkhead` generates a lineage of 300,000 resources and 750,000 flows, and asks two servers: one that lets
any number of walks run at once, and one with the lanes as they are. A caller who is told to come back comes back.
"""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import uvloop
from platformdirs import user_cache_path
from rich.console import Console
from rich.table import Table

from bench import layers
from bench.load import Caller, call, request
from bench.processes import python, running
from graph.database import Address, Database
from graph.engine import Installation, Server, use
from graph.migrate import migrate

NODES, EDGES = 300_000, 750_000
WALKERS = 8
SECONDS = 8.0
POINT = "query Point($id: ID!) { resource(id: $id) { id name shareType } }"
WALK = """query Walk($of: ID!) { lineage(of: $of, direction: BOTH, hops: 10, nodes: 5000) {
  nodes { distance node { id name } } edges { from { id } to { id } } } }"""


class Walker(Caller):
    """A caller who takes "come back later" for an answer; `shed` counts it."""

    shed = 0

    def fail(self, answer: bytes) -> None:
        if not answer.startswith(b"HTTP/1.1 503"):
            super().fail(answer)
            return
        self.shed += 1
        asyncio.get_running_loop().call_later(0.5, self.ask)


@dataclass
class Times:
    """Milliseconds of point reads, and how many walks were answered and sent away meanwhile."""

    points: list[float] = field(default_factory=list[float])
    walks: int = 0
    shed: int = 0

    def percentile(self, part: float) -> float:
        """A percentile of the point reads."""
        return statistics.quantiles(self.points, n=100, method="inclusive")[round(part * 100) - 1]


async def measure(port: int, *, walkers: int, seconds: float = SECONDS) -> Times:
    """Ask for points, one at a time, while so many walkers walk."""
    loop = asyncio.get_running_loop()
    numbers = itertools.cycle(range(1, NODES // layers.LAYERS, 97))
    walks = (request(orjson.dumps({"query": WALK, "variables": {"of": layers.identity(n)}})) for n in numbers)
    points = [orjson.dumps({"query": POINT, "variables": {"id": layers.identity(n)}}) for n in range(1, 2000, 7)]
    others: list[Walker] = []
    for _ in range(walkers):
        _, walker = await loop.create_connection(lambda: Walker(walks), "127.0.0.1", port)
        walker.until, walker.most = time.perf_counter() + seconds + 2, 1_000_000
        walker.ask()
        others.append(walker)
    await asyncio.sleep(1 if walkers else 0)
    callers, _ = await call(port, points, connections=2, seconds=seconds)
    for walker in others:
        walker.transport.close()
    times = Times([1000 * second for caller in callers for second in caller.seconds])
    times.walks, times.shed = sum(w.answered for w in others), sum(w.shed for w in others)
    await asyncio.gather(*(walker.ended for walker in others), return_exceptions=True)
    return times


async def compare(server: Server, rounds: int) -> dict[str, list[Times]]:
    """The times alone, without bounds and with the lanes, round by round."""
    async with Database(Address(server.uri, server.user, server.password)) as database:
        await migrate(database, purpose="bench")
    found: dict[str, list[Times]] = {"alone": [], "walks without a bound": [], "walks in their lane": []}
    with (
        running(python("ours"), server, YUANLIU_STATEMENTS="64,16,64") as unbound,
        running(python("ours"), server) as bound,
    ):
        for port in (unbound, bound):
            await measure(port, walkers=WALKERS, seconds=3)
        for _ in range(rounds):
            found["alone"].append(await measure(bound, walkers=0))
            found["walks without a bound"].append(await measure(unbound, walkers=WALKERS))
            await asyncio.sleep(3)
            found["walks in their lane"].append(await measure(bound, walkers=WALKERS))
            await asyncio.sleep(3)
    return found


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="yuanliu-bench-") as name:
        installation = Installation(Path(name), user_cache_path("yuanliu"), heap=1024, pagecache=512)
        installation.make_private()
        layers.fill(installation, Path(name), NODES, EDGES)
        with use(installation) as server:
            found = uvloop.run(compare(server, rounds))
    table = Table(title=f"point reads while {WALKERS} callers walk; medians of {rounds} rounds")
    for column in ("", "p50 ms", "p95 ms", "p99 ms", "points", "walks answered", "walks sent away"):
        table.add_column(column, justify="left" if not column else "right")
    for label, times in found.items():
        numbers = [f"{statistics.median(one.percentile(part) for one in times):.1f}" for part in (0.5, 0.95, 0.99)]
        counts = [statistics.median(v) for v in zip(*((len(t.points), t.walks, t.shed) for t in times), strict=True)]
        table.add_row(label, *numbers, *(f"{count:.0f}" for count in counts))
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
