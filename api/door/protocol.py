"""HTTP/1.1 as uvicorn speaks it, with bounds on what a client may send and on the time that it may take.

uvicorn reads a head of any size and waits for ever for its end, for the rest of a body, and for a client that does not
read its answer. Here `check` is called every second and ends what is late, so a request in time pays nothing for it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

ENDS_WITH_CLIENT = "yuanliu.ends_with_client"
"""What an application sets in the scope of a request that is not worth finishing when nobody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a client may send and how long it may take. A byte of a head or of a framing counts, not one of a body.

    `held_bytes` is what all connections together may have in memory: bodies that are not whole, and answers that are not read.
    """

    connections: int = 1000
    head_bytes: int = 65_536
    idle_seconds: float = 1.0
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    bytes_a_second: int = 10_000
    unread_a_second: int = 50_000
    linger_seconds: float = 2.0
    held_bytes: int = 256_000_000


class DoorProtocol(HttpToolsProtocol):
    """One connection."""

    bounds: ClassVar[Bounds] = Bounds()
    cycle: Any  # None before the first request, which uvicorn leaves out of the type
    since: float

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.task: asyncio.Task[None] | None = None
        self.complete: Any = None
        self.overhead = 0
        self.received = self.begun = 0
        # What `check` saw when it looked last: the stage, the request, since when, and the bytes received until then.
        self.seen: tuple[str, Any] = ("rest", None)
        self.since = 0.0
        self.mark = 0
        self.stuck = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let the client in if there is room, or can be made."""
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.bounds.connections and not self.make_room():
            self.refuse(503, "The service is full. Ask again in a moment.", b"retry-after: 1\r\n")

    def make_room(self) -> bool:
        """End the connections that have sent nothing of use for longest, a tenth of all; whether there was any.

        Those with a body that comes too slowly go after the idle ones.
        """
        others: list[Any] = [one for one in self.connections if one is not self]
        before = self.since - self.bounds.idle_seconds
        late = [one for one in others if one.since < before and (one.is_idle or one.is_slow(self.since))]
        idle: list[DoorProtocol] = sorted(late, key=lambda one: (not one.is_idle, one.since))
        for one in idle[: max(1, self.bounds.connections // 10)]:
            one.transport.abort()
            self.connections.discard(one)
        return bool(idle)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered or sent beyond its head."""
        return self.cycle is None or self.cycle.response_complete

    def is_slow(self, now: float) -> bool:
        """Whether a body comes more slowly than it must."""
        return self.stage == "body" and self.received - self.mark < (now - self.since) * self.bounds.bytes_a_second

    def connection_lost(self, exc: Exception | None) -> None:
        """End the work for a client that has gone, where the application said that it ends with the client."""
        super().connection_lost(exc)
        cycle = self.cycle
        if (
            self.task is not None
            and not self.is_idle
            and not cycle.response_started
            and cycle.scope.get(ENDS_WITH_CLIENT)
        ):
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Read; refuse a head, or a framing of a body, that has no end."""
        before = self.cycle
        self.overhead += len(data)
        super().data_received(data)
        if self.cycle is not before:
            self.overhead = 0
        elif self.overhead > self.bounds.head_bytes:
            self.refuse(431, "The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """A body begins."""
        self.begun = self.received
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a part of a body on; what is left of the body of an answered request is not kept."""
        size = len(body)
        self.received += size
        # A chunk of one byte takes six: a body may have a framing several times its size, but not one without a body.
        self.overhead = max(0, self.overhead - 8 * size)
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request has been sent."""
        cycle = self.complete = self.cycle
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        cycle.transport = Joining(cycle, self.loop)
        task = self.task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    @property
    def held(self) -> int:
        """How many bytes are in memory for this connection, because the client does not send on, or does not read."""
        unread = self.transport.get_write_buffer_size()
        # Another application takes its body from the connection as it comes, and keeps it on disk.
        if self.stage == "body" and self.cycle.scope.get(ENDS_WITH_CLIENT):
            return unread + self.received - self.begun
        return unread

    def check(self, now: float) -> None:
        """End the connection if the client is late: with its head, with its body, or with reading its answer."""
        unread = self.transport.get_write_buffer_size()
        self.stuck = (self.stuck or now) if unread else 0.0
        if unread and now - self.stuck > self.bounds.body_seconds + unread / self.bounds.unread_a_second:
            self.transport.abort()
            return
        stage, cycle = self.stage, self.cycle
        if self.seen != (stage, cycle):
            self.seen, self.since, self.mark = (stage, cycle), now, self.received
            return
        late = now - self.since
        if stage == "rest" and late > self.bounds.head_seconds:
            self.transport.close()
        elif stage == "head" and late > self.bounds.head_seconds:
            self.refuse(408, "The head of the request did not come in time.")
        elif stage == "body":
            sent = self.received - self.mark
            if late > self.bounds.body_seconds + sent / self.bounds.bytes_a_second:
                self.refuse(408, "The body of the request did not come in time.")

    @property
    def stage(self) -> str:
        """What the connection waits for: a further request, its head, its body, or the answer.

        "rest" is a connection that has sent nothing at all, or the rest of a body that was refused.
        """
        if self.timeout_keep_alive_task is not None:
            return "idle"
        if self.is_idle:
            return "head" if self.overhead and self.complete is self.cycle else "rest"
        return "answer" if self.complete is self.cycle or self.flow.read_paused else "body"

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self.refuse(400, msg)

    def refuse(self, status: int, message: str, headers: bytes = b"") -> None:
        """Say what is wrong and end the connection; just end it where an answer is under way that would be mixed up with."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        is_mixed = not self.is_idle and (cycle.response_started or self.complete is cycle)
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        if not self.is_idle:
            cycle.disconnected = True
            cycle.waiting_for_100_continue = False
            cycle.message_event.set()
        if is_mixed:
            self.transport.abort()
            return
        body = msgspec.json.encode({"errors": [{"message": message}]})
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + headers + b"\r\n" + body)
        self.flow.resume_reading()
        self.transport.set_protocol(Linger(self.transport, self.loop, self.bounds.linger_seconds))


def relieve(connections: Iterable[DoorProtocol], most: int) -> None:
    """End the connections for which most is held, until all together hold no more than `most` bytes."""
    holding = sorted(((one.held, one) for one in connections), key=lambda pair: pair[0], reverse=True)
    total = sum(held for held, _ in holding)
    for held, one in holding:
        if total <= most:
            break
        one.transport.abort()
        total -= held


class Joining:
    """The transport of one answer: its head goes out with what of the body is at hand, so that the client wakes once.

    Nothing else is held: not what is written before the answer begins, not a head that no body follows.
    """

    __slots__ = ("cycle", "has_head", "held", "is_closing", "loop", "transport")

    def __init__(self, cycle: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.cycle = cycle
        self.transport: asyncio.Transport = cycle.transport
        self.loop = loop
        self.is_closing = self.transport.is_closing
        self.has_head = cycle.scope["method"] == "HEAD"
        self.held = b""

    def write(self, data: bytes) -> None:
        """Send; a head with the first part of the body, in this turn of the loop at the latest."""
        if self.held:
            self.transport.writelines((self.held, data))
            self.held = b""
        elif self.has_head or not self.cycle.response_started:
            self.transport.write(data)
        else:
            self.has_head, self.held = True, data
            self.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what is held."""
        if self.held and not self.is_closing():
            self.transport.write(self.held)
        self.held = b""

    def close(self) -> None:
        """Close once everything is sent."""
        self.flush()
        self.transport.close()


class Linger(asyncio.Protocol):
    """What is left of a refused connection: nothing more is said or heard, until the client has read the refusal.

    A connection that is closed while the client still sends is reset, and the refusal is lost (RFC 9112, 9.6).
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self.timer = loop.call_later(seconds, transport.abort)
        if transport.can_write_eof():
            transport.write_eof()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The client has closed its side, too."""
        self.timer.cancel()
