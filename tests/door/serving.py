"""A real server on a loopback port, in a thread of its own, and raw connections to it."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from api.app import Service, create_app
from api.door.options import Door
from api.door.protocol import Bounds
from api.door.server import DoorServer, listening
from api.settings import CURRENT, Settings
from graph.database import Address
from graph.permissions import LOCAL, PUBLIC, Viewer
from graph.words import Role

QUICK = Bounds(
    connections=30,
    head_seconds=1.0,
    body_seconds=1.0,
    bytes_a_second=10_000,
    unread_a_second=200_000,
    linger_seconds=1.0,
)
VIEWER = Viewer("issuer|reader", frozenset({Role.DEPARTMENT_VIEWER}), "Department:410299/县民政局", "Region:410299")
WHO = {b"public": PUBLIC, b"viewer": VIEWER}


async def identify(scope):
    """The viewer that a header names; without one the local administrator."""
    return WHO.get(dict(scope["headers"]).get(b"x-viewer", b""), LOCAL)


@dataclass
class Served:
    app: Service
    server: DoorServer
    port: int

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)


def app_of(address: Address, door: Door, home: Path) -> Service:
    app = create_app(Settings(home, home, address, CURRENT, ZoneInfo("Asia/Shanghai"), door=door), address)
    app.graphql.identify = identify
    return app


@contextlib.contextmanager
def serving(address: Address, door: Door, home: Path) -> Iterator[Served]:
    door = replace(door, drain=0.0)
    app = app_of(address, door, home)
    server = DoorServer(app, door=door, stopping=app.stop)
    with listening("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        thread = threading.Thread(target=lambda: uvloop.run(server.serve([bound])))
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield Served(app, server, port)
        finally:
            server.should_exit = True
            thread.join(20)


class Client:
    """A connection of raw bytes."""

    def __init__(self, port: int, timeout: float = 60) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kept = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next response: status, headers, body."""
        while b"\r\n\r\n" not in self.kept:
            self._more()
        head, _, self.kept = self.kept.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        size = int(headers.get("content-length", 0))
        while len(self.kept) < size:
            self._more()
        body, self.kept = self.kept[:size], self.kept[size:]
        return int(first.split()[1]), headers, body

    def _more(self) -> None:
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.kept += data

    def is_closed(self, seconds: float) -> bool:
        """Whether the server closes the connection in time, and says nothing more."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def ask(self, query: str, *headers: str, **rest) -> tuple[int, dict[str, str], dict]:
        """The answer to a GraphQL request."""
        self.send(request({"query": query} | rest, *headers))
        status, head, body = self.answer()
        return status, head, json.loads(body)


def request(body, *headers: str, length: int | None = None) -> bytes:
    """The bytes of a POST to /graphql."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    size = len(raw) if length is None else length
    lines = (
        "POST /graphql HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        f"content-length: {size}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw
