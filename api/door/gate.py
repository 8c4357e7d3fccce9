"""Before the routes beside `/graphql`: each request has an id, a price for its address, a log line, and is counted."""

import logging
import time

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door.logs import line
from api.door.metrics import TALLY
from api.door.rate import RateLimited, Rates, retry_after
from api.identity import Remembers
from api.request import begin_request
from graph.permissions import PUBLIC

log = logging.getLogger("yuanliu")

PRICES = {"import": 20, "login": 20, "auth": 20, "session": 20, "logout": 0}
"""What a request costs the address that it comes from, by the first part of its path: they are worked on before it is known
who asks. To log out costs nothing: who shares an address with a flood must be able to."""


class Gate:
    """Lets requests of the routes in PRICES through to `app`. A token that was just checked is known, and pays as its viewer."""

    def __init__(self, app: ASGIApp, rates: Rates, remembers: Remembers) -> None:
        self.app = app
        self.rates = rates
        self.remembers = remembers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        route = first_part(scope["path"])
        identity = begin_request().encode()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", identity)]
            await send(message)

        try:
            self.spend(scope, PRICES[route])
            await self.app(scope, receive, sending)
        except RateLimited as limited:
            await refuse(limited, sending)
        finally:
            seconds = time.perf_counter() - began
            TALLY.count_route(route, status)
            level = logging.WARNING if status >= 500 else logging.INFO  # noqa: PLR2004
            log.log(level, "request", extra=line(dict(scope["headers"]), status, seconds) | {"route": route})

    def spend(self, scope: Scope, price: int) -> None:
        """RateLimited if the address has nothing left."""
        bucket = self.rates.of(PUBLIC, scope.get("client")) if price else None
        if bucket is not None and not self.remembers(scope):
            bucket.spend(price)


def first_part(path: str) -> str:
    """The first part of a path."""
    return path.removeprefix("/").partition("/")[0]


async def refuse(limited: RateLimited, send: Send) -> None:
    """Say when to come back."""
    body = msgspec.json.encode({"error": limited.as_json()})
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", retry_after(limited.seconds)),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": head})
    await send({"type": "http.response.body", "body": body})
