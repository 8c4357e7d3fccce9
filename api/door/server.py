"""The server: uvicorn with the door's protocol, that ends in order."""

import asyncio
import gc
import math
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.door.options import Door
from api.door.protocol import DoorProtocol, relieve

GRACE_SECONDS = 10
"""How much longer than any request may take those under way may take to finish, once no new ones are taken."""
TURN_SECONDS = 0.001
"""After how long a thread that lays out a large answer lets the others go on; Python's own 5 ms would be felt by point reads."""


class DoorServer(uvicorn.Server):
    """Serves `app` as `door` says; only its proxies are believed for whom they ask.

    On SIGTERM `stopping` is called, and requests are still answered for `door.drain` seconds, each connection closed after its
    answer; then no more are taken, those under way finish, and the application ends. SIGINT leaves the draining out.
    """

    def __init__(self, app: ASGIApp, *, door: Door, stopping: Callable[[], None]) -> None:
        protocol = type("BoundProtocol", (DoorProtocol,), {"bounds": door.bounds})
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=bool(door.proxies),
            forwarded_allow_ips=list(door.proxies),
            server_header=False,
            timeout_graceful_shutdown=math.ceil(door.seconds) + GRACE_SECONDS,
        )
        super().__init__(config)
        self.drain = door.drain
        self.bounds = door.bounds
        self.turn = sys.getswitchinterval()
        self.stopping = stopping
        self.drained_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin. What is there by now stays: to look through it for garbage would hold up every request for 50 ms."""
        more_files()
        await super().startup(sockets)
        sys.setswitchinterval(TURN_SECONDS)
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and leave the interpreter as it was. Clients that are late with what is under way are not waited for."""
        checking = asyncio.create_task(self.check_until_the_end())
        try:
            await super().shutdown(sockets)
        finally:
            checking.cancel()
            sys.setswitchinterval(self.turn)
            gc.unfreeze()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self.stopping()
        if sig == signal.SIGTERM and self.drained_at is None and self.drain > 0:
            self.drained_at = time.monotonic() + self.drain
            self.config.encoded_headers.append((b"connection", b"close"))
            self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
            self._captured_signals.append(sig)
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second: end what is late, and the draining."""
        if counter % 10 == 0:
            self.check()
        if self.drained_at is not None and time.monotonic() >= self.drained_at:
            self.should_exit = True
        return await super().on_tick(counter)

    def check(self) -> None:
        """End what is late, and what is too much."""
        now = asyncio.get_running_loop().time()
        connections: tuple[Any, ...] = tuple(self.server_state.connections)
        for connection in connections:
            connection.check(now)
        relieve(self.server_state.connections, self.bounds.held_bytes)  # without those that were just refused

    async def check_until_the_end(self) -> None:
        """Go on to end what is late while what is under way finishes."""
        while True:
            await asyncio.sleep(1)
            self.check()


def more_files() -> None:
    """Let this process have as many connections as the system allows, as far as it may say so itself."""
    try:
        import resource  # noqa: PLC0415  # there is none on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; OSError if it is in use."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(1024)
    except OSError:
        bound.close()
        raise
    return bound
