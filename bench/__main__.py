"""What the read path costs: `python -m bench`.

**Reading.** A generated catalog (60,000 resources of 300 departments, 100,000 items) is loaded into an embedded Neo4j
of its own. Four servers run over it, each a process on a loopback port:

* ours        `api.app.create_app` under uvicorn, as `serve` runs it
* floor       raw ASGI under uvicorn, the async driver with its Rust extension, Cypher by hand, one record, orjson
* strawberry  plain strawberry-graphql: types, resolvers, data loaders
* apollo      @neo4j/graphql under Apollo Server 5, where Node is installed (`npm ci` fetches it by the committed lock)

Before anything is measured, ours must answer byte for byte as the floor, and the others with the same rows. Each is
warmed up by hundreds of requests of each kind. Then come rounds: in each, every server is asked every question for some
seconds, one server after the other in changing order, by keep-alive connections from this process (8 for the point, 1
for the others). The table has the medians of the requests a second, and ratios: the median over the rounds of the ratio
within one round, so that what else the machine does cancels out.

**Lineage.** 2M resources in 12 layers with 5M flows are imported offline into a second database. From 60 starts the
lineage downstream over 10 hops is asked in turns: the bare statement over the driver and the service in one process, the
floor with the bare statement and the service over HTTP. Both must name the same nodes and flows. The table has
percentiles over the starts of medians over the rounds.

**The trail.** 1, 4 and 16 writers append events for some seconds, each to the log of a department of its own and all to
one, in the transaction of a small write.

Everything is stopped and deleted at the end, on Ctrl-C, too, unless `--home` names a folder to keep the databases in.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import gc
import json
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import uvloop
from platformdirs import user_cache_path
from rich.console import Console

from bench import lineage, reading, trail
from bench.table import facts, table
from graph.engine import Installation, use

WIDTH = 150
"""What the table needs, where the output is a file or a narrow terminal."""


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What the read path costs.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each with every server (default 5)")
    parser.add_argument("--quick", action="store_true", help="one short round, to see that it works")
    parser.add_argument("--no-node", action="store_true", help="leave @neo4j/graphql out")
    parser.add_argument("--reading", action=argparse.BooleanOptionalAction, default=True, help="measure the read path")
    parser.add_argument("--lineage", action=argparse.BooleanOptionalAction, default=True, help="measure the lineage")
    parser.add_argument("--trail", action=argparse.BooleanOptionalAction, default=True, help="measure the trail")
    parser.add_argument("--home", type=Path, help="keep the generated databases here, for the next time")
    parser.add_argument("--json", action="store_true", help="print every number as JSON instead of the table")
    return parser.parse_args()


@contextlib.contextmanager
def folder(kept: Path | None) -> Generator[Path]:
    """Where the databases are: a folder to keep, or one that is deleted at the end."""
    if kept is not None:
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="yuanliu-bench-") as name:
        yield Path(name)


def main() -> None:
    """Measure and print."""
    given = options()
    console, notes = Console(width=max(WIDTH, Console().width)), Console(stderr=True, style="dim")
    rounds = 1 if given.quick else given.rounds
    seconds, warm = (0.5, 0.1) if given.quick else (2.0, 1.0)
    read, walked, written = None, None, []
    cache = user_cache_path("yuanliu")
    gc.freeze()
    with folder(given.home) as home, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if given.reading:
            with use(Installation(home / "catalog", cache)) as server:
                read = runner.run(
                    reading.measure(
                        server,
                        rounds=rounds,
                        seconds=seconds,
                        warm=warm,
                        with_node=not given.no_node,
                        say=notes.print,
                    )
                )
        if given.lineage:
            installation = Installation(home / "lineage", cache, heap=2048, pagecache=1024)
            notes.print("importing 2M resources and 5M flows …")
            installation.make_private()
            lineage.fill(installation)
            with use(installation) as server:
                walked = runner.run(lineage.measure(server, rounds=rounds, say=notes.print))
        if given.trail:
            notes.print("appending events …")
            with use(Installation(home / "trail", cache)) as server:
                written = runner.run(trail.measure(server, rounds=rounds, seconds=seconds))
    if given.json:
        measured = facts(read, walked) | {"appends": [dataclasses.asdict(each) for each in written]}
        print(json.dumps(measured, ensure_ascii=False, indent=1))
        return
    if read or walked:
        console.print(table(read, walked))
    if written:
        console.print(trail.table(written))


def stopped(*_: Any) -> None:
    """End on SIGTERM as on Ctrl-C, so that everything is cleaned up."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stopped)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
