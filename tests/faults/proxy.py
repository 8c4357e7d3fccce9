"""A TCP proxy between driver and engine that breaks connections where it is told to, a COMMIT being such a place."""

import asyncio
from urllib.parse import urlsplit

COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""The COMMIT message as the driver sends it: one chunk of two bytes."""


class Proxy:
    """Use as `async with Proxy(uri) as proxy`, and connect to `proxy.uri`.

    `faults` says what to do at the next COMMITs, one word for each: "pass", "lose request" (the engine never hears of
    it), "lose answer" (the engine commits, the driver does not hear of it), "hold" (the answer waits until `release` is
    set). `committing` is set at the first. While `is_open` is not set, nothing goes either way.
    """

    def __init__(self, uri):
        self.lead_to(uri)
        self.faults = []
        self.commits = 0
        self.committing = asyncio.Event()
        self.release = asyncio.Event()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.writers = set()

    def lead_to(self, uri):
        """Where further connections lead."""
        parts = urlsplit(uri)
        self.target = parts.hostname, parts.port

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.connected, "127.0.0.1", 0)
        self.uri = f"bolt://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()
        self.cut()
        await self.server.wait_closed()

    def cut(self):
        """Break every connection."""
        for writer in list(self.writers):
            writer.transport.abort()

    async def connected(self, reader, writer):
        try:
            onward, backward = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, backward}
        self.writers |= ends
        line = Line()
        try:
            await asyncio.gather(self.up(reader, backward, line), self.down(onward, writer, line))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            for end in ends:
                end.transport.abort()
            self.writers -= ends

    async def up(self, reader, writer, line):
        while data := await reader.read(65536):
            if COMMIT in data:
                self.commits += 1
                self.committing.set()
                line.fault = self.faults.pop(0) if self.faults else "pass"
                if line.fault == "lose request":
                    raise ConnectionResetError
            await self.is_open.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    async def down(self, reader, writer, line):
        while data := await reader.read(65536):
            if line.fault == "lose answer":
                raise ConnectionResetError
            if line.fault == "hold":
                await self.release.wait()
            line.fault = "pass"
            await self.is_open.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


class Line:
    """What is to happen to the next answer on one connection."""

    fault = "pass"
