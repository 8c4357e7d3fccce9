"""The read path against its floor: the same three questions to every server, in rounds."""

import asyncio
import contextlib
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench import catalog
from bench.load import answer, call
from bench.processes import apollo, python, running
from bench.questions import QUESTIONS, Question, plain
from graph.database import Address, Database
from graph.engine import Server

APOLLOS = {"apollo": "", "apollo, production": "production"}
"""@neo4j/graphql as its documentation starts it, and with NODE_ENV=production, which makes graphql-js leave out checks."""


@dataclass(slots=True)
class Reading:
    """Requests a second by question and server, one number a round."""

    rates: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list[float]))
    )

    def median(self, question: str, server: str) -> float | None:
        """The median of a server, or None if it was left out."""
        found = self.rates[question].get(server)
        return statistics.median(found) if found else None

    def ratio(self, question: str, over: str, under: str) -> float | None:
        """The median over the rounds of how many times as many requests a second `over` answers as `under`."""
        pairs = [self.rates[question].get(server) for server in (over, under)]
        if not pairs[0] or not pairs[1]:
            return None
        return statistics.median(a / b for a, b in zip(pairs[0], pairs[1], strict=True))


async def fill(server: Server) -> dict[str, list[str]]:
    """Load the catalog unless it is there; the values that each variable takes."""
    async with Database(Address(server.uri, server.user, server.password)) as database:
        [found] = await database.run("MATCH (i:DataItem) RETURN count(i) AS items")
        if found["items"] == 0:
            await catalog.build(database)
        return {"id": await catalog.points(database), "after": await catalog.cursors(database)}


async def measure(
    server: Server, *, rounds: int, seconds: float, warm: float, with_node: bool, say: Any = print
) -> Reading:
    """Start the servers, see that they agree, warm them up and measure them round by round."""
    say("the catalog: 60,000 resources, 100,000 items …")
    values = await fill(server)
    commands: dict[str, list[str]] = {"ours": python("ours"), "floor": python("floor"), "strawberry": python("plain")}
    command = apollo() if with_node else "@neo4j/graphql is left out."
    if isinstance(command, str):
        say(command)
    else:
        commands |= dict.fromkeys(APOLLOS, command)
    with contextlib.ExitStack() as stack:
        ports = {
            name: stack.enter_context(running(command, server, APOLLOS.get(name, "")))
            for name, command in commands.items()
        }
        bodies = {
            (name, question.name): question.bodies(values[question.variable], apollo=name in APOLLOS)
            for name in ports
            for question in QUESTIONS
        }
        await compare(ports, bodies)
        say("warming up …")
        for name, port in ports.items():
            for question in QUESTIONS:
                most = max(1, round(question.warm * warm / question.connections))
                await call(port, bodies[name, question.name], connections=question.connections, most=most)
        reading = Reading()
        for number in range(rounds):
            say(f"round {number + 1} of {rounds} …")
            names = list(ports)
            turn = number % len(names)
            for question in QUESTIONS:
                for name in names[turn:] + names[:turn]:
                    rate = await rated(ports[name], bodies[name, question.name], question, seconds)
                    reading.rates[question.name][name].append(rate)
        return reading


async def rated(port: int, bodies: list[bytes], question: Question, seconds: float) -> float:
    """The requests a second of one server in one window."""
    await asyncio.sleep(0.05)
    _, rate = await call(port, bodies, connections=question.connections, seconds=seconds)
    return rate


async def compare(ports: dict[str, int], bodies: dict[tuple[str, str], list[bytes]]) -> None:
    """See that the servers give the same answers: byte for byte as the floor, or the same rows; RuntimeError if not."""
    for question in QUESTIONS:
        for index in (0, 1, 7):
            given = {name: await answer(port, bodies[name, question.name][index]) for name, port in ports.items()}
            floor = plain(given["floor"])
            if given["ours"] != given["floor"]:
                raise RuntimeError(f"{question.name}: the service and the floor differ:\n{given}"[:2000])
            for name, found in given.items():
                if plain(found) != floor:
                    raise RuntimeError(f"{question.name}: {name} answers otherwise than the floor: {found[:1000]!r}")
            if not floor or not floor[0]["id"]:
                raise RuntimeError(f"{question.name} has no answer")
