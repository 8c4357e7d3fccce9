"""How many events a second can be appended: each in the transaction of a small write, by writers in logs of their own or in one.

`alone` is the write and its event in one transaction; `registered` the whole way of a change, which registers itself first
(`graph.writing`). A fresh JVM needs a thousand appends to get up to speed, so it is warmed up first.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass

from rich.table import Table

from graph.database import Address, Database
from graph.engine import Server
from graph.migrate import migrate
from graph.permissions import Viewer
from graph.trail.log import Entry, record
from graph.words import Action, Role
from graph.writing import write

WRITERS = (1, 4, 16)
WARM = 0.5
WARM_UP = 1500
WAYS = ("alone", "registered")
AT = "2026-11-22T08:00:00Z"


@dataclass(frozen=True, slots=True)
class Appended:
    """One measurement: how the events were written, by how many, in how many logs; appends a second, milliseconds of one."""

    way: str
    writers: int
    logs: int
    rate: float
    p50: float
    p99: float


async def append(database: Database, viewer: Viewer, way: str, number: str) -> None:
    """One write with its event."""
    entry = Entry(Action.DESCRIBE, [f"Work:{number}"], {"name": "旧名称"}, {"name": "新名称"})
    if way == "registered":
        async with write(database) as (tx, at):
            await tx.run("CREATE (:Work {id: $id, name: $name})", id=number, name="新名称")
            await record(tx, viewer, [entry], at=at, request=number)
        return
    async with database.transaction() as tx:
        await tx.run("CREATE (:Work {id: $id, name: $name})", id=number, name="新名称")
        await record(tx, viewer, [entry], at=AT, request=number)


async def appended(database: Database, way: str, writers: int, logs: int, seconds: float) -> Appended:
    """Let writers append for some seconds."""
    times: list[float] = []
    begin = time.perf_counter() + WARM

    async def writer(place: int) -> None:
        viewer = Viewer(
            f"bench|{place}", frozenset({Role.CATALOG_OFFICER}), f"Department:bench/{writers}-{place % logs}"
        )
        count = 0
        while (before := time.perf_counter()) < begin + seconds:
            await append(database, viewer, way, f"{way}-{writers}-{logs}-{place}-{count}")
            count += 1
            if before >= begin:
                times.append(time.perf_counter() - before)

    await asyncio.gather(*(writer(place) for place in range(writers)))
    cuts = statistics.quantiles(times, n=100)
    return Appended(way, writers, logs, len(times) / seconds, cuts[49] * 1000, cuts[98] * 1000)


def warming(number: int) -> Viewer:
    """One of four writers."""
    return Viewer("bench", frozenset({Role.CATALOG_OFFICER}), f"Department:bench/{number % 4}")


async def measure(server: Server, *, rounds: int, seconds: float) -> list[Appended]:
    """Every number of writers, in logs of their own and in one; the median of the rounds by rate."""
    async with Database(Address(server.uri, server.user, server.password)) as database:
        await migrate(database)
        for number in range(0, WARM_UP, 4):
            await asyncio.gather(
                *(
                    append(database, warming(number + each), WAYS[number // 4 % 2], f"{number + each}")
                    for each in range(4)
                )
            )
        found: dict[tuple[str, int, int], list[Appended]] = {}
        for _ in range(rounds):
            for way in WAYS:
                for writers in WRITERS:
                    for logs in sorted({1, writers}):
                        one = await appended(database, way, writers, logs, seconds)
                        found.setdefault((way, writers, logs), []).append(one)
        return [sorted(each, key=lambda one: one.rate)[len(each) // 2] for each in found.values()]


def table(found: list[Appended]) -> Table:
    """The table of what was measured."""
    made = Table("way", "writers", "logs", "appends/s", "p50 ms", "p99 ms", title="the trail: events appended a second")
    for one in found:
        figures = (f"{one.rate:,.0f}", f"{one.p50:.1f}", f"{one.p99:.1f}")
        made.add_row(one.way, str(one.writers), str(one.logs), *figures)
    return made
