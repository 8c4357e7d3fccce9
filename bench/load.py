"""The load: keep-alive connections that each ask again as soon as they are answered, and parse no more than lengths."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

from api.identity.local import issued, person
from bench.processes import HOME


class Caller(asyncio.Protocol):
    """One connection. It asks what `requests` gives until it is told to stop; `answered` counts."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.answered = 0
        self.last = b""
        self.seconds: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.until = 0.0
        self.most = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        """Send the next request."""
        self.parts: list[bytes] = []
        self.missing = -1
        self.asked = time.perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)
        if self.missing >= 0:
            self.missing -= len(data)
        else:
            head, found, body = b"".join(self.parts).partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.fail(head + b"\n" + body)
                return
            lowered = head.lower()
            at = lowered.find(b"content-length:")
            if at < 0:
                self.fail(head)
                return
            self.missing = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) - len(body)
        if self.missing <= 0:
            now = time.perf_counter()
            self.seconds.append(now - self.asked)
            self.answered += 1
            if now < self.until and self.answered < self.most:
                self.ask()
            elif not self.ended.done():
                self.last = b"".join(self.parts).partition(b"\r\n\r\n")[2]
                self.ended.set_result(None)

    def fail(self, answer: bytes) -> None:
        """End with what the server said."""
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(f"a server answered {answer[:500]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("a server closed the connection"))


@cache
def token() -> bytes:
    """A token of the local administrator, whom our server knows by the same home; the others do not look at it."""
    return issued(Path(HOME.name), person()).encode()


def request(body: bytes) -> bytes:
    """The HTTP request around a body."""
    return (
        b"POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\n"
        b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n" % (token(), len(body))
    ) + body


async def call(
    port: int, bodies: list[bytes], *, connections: int = 1, seconds: float = 60, most: int = 1_000_000
) -> tuple[list[Caller], float]:
    """Ask for some seconds, or `most` requests a connection; the callers, and the requests a second."""
    loop = asyncio.get_running_loop()
    requests = itertools.cycle([request(body) for body in bodies])
    callers: list[Caller] = []
    for _ in range(connections):
        _, caller = await loop.create_connection(lambda: Caller(requests), "127.0.0.1", port)
        callers.append(caller)
    began = time.perf_counter()
    for caller in callers:
        caller.until, caller.most = began + seconds, most
        caller.ask()
    try:
        await asyncio.gather(*(caller.ended for caller in callers))
    finally:
        for caller in callers:
            caller.transport.close()
    return callers, sum(caller.answered for caller in callers) / (time.perf_counter() - began)


async def answer(port: int, body: bytes) -> bytes:
    """The answer to one request."""
    [caller], _ = await call(port, [body], most=1)
    return caller.last
