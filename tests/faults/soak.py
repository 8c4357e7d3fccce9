"""Changes by several clients at once, while connections break and processes are killed.

`python -m faults.soak SECONDS [SEED]` from the folder of the tests, or `make soak`.
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from platformdirs import user_cache_path

from faults.check import check
from faults.proxy import Proxy
from faults.world import DEPARTMENTS, ELEMENTS, PEOPLE, document, make
from graph.database import Address, Database
from graph.engine import Installation, start, status, stop
from graph.migrate import migrate
from graph.trail.keyring import Keyring

CLIENTS = 6
PATIENCE = 12
"""How often a client sends a change again before it gives up."""
GIVEN_UP = 0.1
"""How likely it gives up after each time."""
RECOVERY_SECONDS = 180
FAULTS = ("cut", "lose answer", "lose request", "silence", "kill service", "kill engine")
NAMES = ("enter", "enter", "amend", "amend", "amend", "publish", "withdraw", "authority", "grant", "end")


@dataclass
class Sent:
    """A change as its client knows it: acknowledged, refused, or neither."""

    name: str
    who: str
    key: str
    variables: dict
    state: str = "unknown"
    event: str = ""
    told: dict = field(default_factory=dict)

    @property
    def viewer(self):
        return PEOPLE[self.who]


class Soak:
    """One run. `seed` decides what is sent and what is broken, as far as time lets it."""

    def __init__(self, installation, seconds, seed):
        self.installation = installation
        self.ring = Keyring(installation.home / "trail")
        self.seconds = seconds
        self.random = random.Random(seed)
        self.sent = []
        self.resources = []
        self.roles = []
        self.broken = []
        self.numbers = iter(range(10**9))
        self.port = free_port()
        self.acknowledged = 0
        self.is_over = False

    async def run(self):
        """Break things for a while under changes, let everything recover, and check; what there was of each."""
        server = await asyncio.to_thread(start, self.installation)
        self.password = server.password
        try:
            async with Database(Address(server.uri, "neo4j", server.password)) as database:
                await migrate(database, purpose="test")
                await make(database)
            async with Proxy(server.uri) as self.proxy:
                self.serve()
                try:
                    await asyncio.gather(self.breaking(), *(self.client(n) for n in range(CLIENTS)))
                finally:
                    self.service.kill()
                    self.service.wait()
            uri = status(self.installation).uri
            async with Database(Address(uri, "neo4j", server.password)) as database:
                return await check(database, self.sent, self.ring) | {
                    f"fault: {each}": self.broken.count(each) for each in set(self.broken)
                }
        finally:
            await asyncio.to_thread(stop, self.installation, force=True)

    def serve(self):
        """Start the service; what it says of all that breaks is kept beside the database."""
        environment = os.environ | {
            "FAULTS_URI": self.proxy.uri, "FAULTS_PASSWORD": self.password, "FAULTS_TRAIL": str(self.ring.folder)
        }  # fmt: skip
        command = [sys.executable, Path(__file__).with_name("service.py"), str(self.port)]
        with (self.installation.home / "service.log").open("ab") as said:
            self.service = subprocess.Popen(command, env=environment, stdout=said, stderr=said)

    async def breaking(self):
        """Break one thing after another, each once and then until the time is over; then all of it works again."""
        ends = time.monotonic() + self.seconds
        while not self.broken or time.monotonic() < ends:
            for fault in self.random.sample(FAULTS, len(FAULTS)):
                await self.working()
                self.broken.append(fault)
                await self.break_by(fault)
        self.proxy.faults.clear()
        await self.working()
        self.is_over = True

    async def working(self):
        """Wait until some more changes were acknowledged; TimeoutError when nothing recovers."""
        wanted = self.acknowledged + self.random.randint(2, 8)
        async with asyncio.timeout(RECOVERY_SECONDS):
            while self.acknowledged < wanted:  # noqa: ASYNC110  # six clients count
                await asyncio.sleep(0.05)

    async def break_by(self, fault):
        """Let one thing happen."""
        if fault == "cut":
            self.proxy.cut()
        elif fault == "silence":
            self.proxy.is_open.clear()
            await asyncio.sleep(self.random.uniform(0.3, 6.0))
            self.proxy.is_open.set()
        elif fault == "kill service":
            self.service.kill()
            self.service.wait()
            self.serve()
        elif fault == "kill engine":
            os.kill(status(self.installation).pid, signal.SIGKILL)
            self.proxy.cut()
            await asyncio.to_thread(self.gone)
            server = await asyncio.to_thread(start, self.installation)
            self.proxy.lead_to(server.uri)
        else:
            self.proxy.faults += [fault] * self.random.randint(1, 3)

    def gone(self):
        """Wait until nothing of the engine is left."""
        while status(self.installation).isRunning:
            time.sleep(0.1)

    async def client(self, number):
        """Send changes until all is over; each again under its key, until it is told or given up."""
        async with httpx.AsyncClient(timeout=20) as http:
            while not self.is_over:
                sent = self.next(number)
                self.sent.append(sent)
                for _ in range(PATIENCE):
                    if await self.told(http, sent) or self.random.random() < GIVEN_UP or self.is_over:
                        break
                    await asyncio.sleep(self.random.uniform(0.1, 2.0))

    async def told(self, http, sent):
        """Send a change once; whether its client knows how it ended."""
        body = {"query": document(sent.name), "variables": sent.variables | {"k": sent.key}}
        try:
            answer = (await http.post(f"http://127.0.0.1:{self.port}/", json=body, headers={"viewer": sent.who})).json()
        except (httpx.HTTPError, ValueError):
            return False
        told = (answer.get("data") or {}).get("told")
        if told is None:
            return False
        if told["__typename"] == "Refusal":
            sent.state, sent.told = "refused", told
            return True
        sent.state, sent.event, sent.told = "acknowledged", told["event"], told
        self.acknowledged += 1
        if sent.name == "enter":
            self.resources.append((told["resource"]["id"], sent.who))
        if sent.name == "grant":
            self.roles.append(told["assignment"]["id"])
        return True

    def next(self, number):
        """The next change of a client."""
        count = next(self.numbers)
        key = f"{number}-{count}"
        name = self.random.choice(
            ["enter", "enter", "amend", "amend", "amend", "publish", "withdraw", "authority", "grant", "end"]
        )
        who = self.random.choice([each for each in PEOPLE if each.startswith("officer")])
        if name in ("amend", "publish", "withdraw") and self.resources:
            resource, who = self.random.choice(self.resources[-8:])
            fields = {"f": {"abstract": f"第{count}版", "keywords": [str(count)]}} if name == "amend" else {}
            return Sent(name, who, key, {"r": resource} | fields)
        if name == "authority":
            values = {"e": self.random.choice(ELEMENTS), "d": self.random.choice(DEPARTMENTS), "b": f"决定{count}"}
            return Sent(name, "bureau", key, values)
        if name == "grant":
            return Sent(name, "administrator", key, {"s": f"soak|{count % 40}", "d": self.random.choice(DEPARTMENTS)})
        if name == "end" and self.roles:
            return Sent(name, "administrator", key, {"a": self.random.choice(self.roles[-8:])})
        fields = {"name": f"条目{count}", "secrecy": "NOT_SECRET", "formats": ["数据库"]}
        return Sent("enter", who, key, {"d": PEOPLE[who].department, "c": f"C{count}", "f": fields})


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


async def soak(home, seconds, seed, version="2026.09.0"):
    """Run on an engine of its own."""
    installation = Installation(home=home, cache=user_cache_path("yuanliu"), version=version, heap=512, pagecache=64)
    return await Soak(installation, seconds, seed).run()


if __name__ == "__main__":
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    with tempfile.TemporaryDirectory() as folder:
        counts = asyncio.run(soak(Path(folder), float(sys.argv[1]), seed))
    for what, count in sorted(counts.items()):
        sys.stdout.write(f"{what}: {count}\n")
