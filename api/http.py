"""GraphQL over HTTP: which requests are well-formed, and with which media type and status they are answered.

A point read spends more time here than in Python anywhere else, so this is ASGI without a framework.
"""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope, Send

from api.answer import Answerer, Request
from api.door.documents import EVERYONE
from api.door.logs import line
from api.door.metrics import count
from api.door.protocol import ENDS_WITH_CLIENT
from api.door.rate import RateLimited, Rates, retry_after
from api.identity import Identify, Remembers
from api.identity.errors import NotIdentified
from api.request import DEPARTMENT, begin_request
from graph.errors import Overloaded
from graph.permissions import PUBLIC, Viewer

log = logging.getLogger("yuanliu")

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"
MAX_BODY = 1_000_000
LARGE_BODY = 16_384
"""From here on the values of a body are counted before they are used."""
MAX_VALUES = 5_000
MAX_DEPTH = 100
SLOW_SECONDS = 1.0
"""An answer that took longer is told to the log."""
REFUSED_IDENTITY, MALFORMED = 5, 1
"""What it costs to send a token that does not hold (the address pays it), and what is no request."""

Headers = list[tuple[bytes, bytes]]
Response = tuple[int, bytes, bytes, Headers]
"""Status, media type, body, further headers."""
MEDIA = {media: f"{media}; charset=utf-8".encode() for media in (JSON, GRAPHQL, HTML)}
# An answer to GET could be kept by a cache or be taken for a page; one to POST cannot.
GUARDS: Headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
POLICY = (
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    b"script-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'"
)
PAGE_HEADERS: Headers = [
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Malformed(Exception):
    """A request that is not answered as a GraphQL request: the status, what to say, and the headers that go with it."""

    def __init__(self, status: int, message: str, headers: Headers | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or []
        self.code = code


class GraphQLEndpoint:
    """The ASGI application at `/graphql`; a browser gets `page` instead.

    Only requests to one of `hosts` are answered, if any are given. `rates` bound what a viewer may ask for, and how often an
    address may send a token that was not just checked, of which `remembers` knows. `documents` are
    the persisted ones, and `only_documents` says who may ask nothing else: nobody, the public, or everyone.
    """

    def __init__(
        self,
        answerer: Answerer,
        identify: Identify,
        page: bytes,
        *,
        rates: Rates,
        remembers: Remembers = lambda _: False,
        hosts: AbstractSet[str] = frozenset(),
        documents: Mapping[str, str] | None = None,
        only_documents: str = "",
        logs_all: bool = False,
    ) -> None:
        self.answerer = answerer
        self.identify = identify
        self.page = page
        self.hosts = hosts
        self.rates = rates
        self.remembers = remembers
        self.documents = documents or {}
        self.only_documents = only_documents
        self.logs_all = logs_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        scope[ENDS_WITH_CLIENT] = True
        headers: dict[bytes, bytes] = dict(scope["headers"])
        identity = begin_request().encode()
        try:
            status, media, body, more = await self.respond(scope, headers, receive)
        except asyncio.CancelledError:  # the client has gone, or the service ends before the answer was found
            status, media, body, more = problem(503, "The service is ending.", "Ending")
            more = [(b"retry-after", b"1")]
        except Exception:
            log.exception("a request failed")
            status, media, body, more = problem(500, "The request failed. The log of the service says why.", "Internal")
        head = [(b"content-type", media), (b"content-length", b"%d" % len(body)), (b"x-request-id", identity), *more]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})
        seconds = time.perf_counter() - began
        count(status, seconds)
        if self.logs_all or status >= 400 or seconds > SLOW_SECONDS:  # noqa: PLR2004
            level = logging.WARNING if status >= 500 else logging.INFO  # noqa: PLR2004
            log.log(level, "request", extra=line(headers, status, seconds))

    async def respond(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Response:
        """The response to a request, whatever it is."""
        method: str = scope["method"]
        guards = [] if method == "POST" else GUARDS
        media = JSON
        viewer = PUBLIC
        try:
            media = self.admitted(method, headers)
            if media == HTML:
                query = scope["query_string"]
                if method == "GET" and b"query=" not in query and b"documentId=" not in query:
                    return 200, MEDIA[HTML], self.page, PAGE_HEADERS
                media = JSON
            viewer = await self.identified(scope, headers)
            bucket = self.rates.of(viewer, scope.get("client"))
            if bucket is not None:
                bucket.check()
            request = await from_body(headers, receive) if method == "POST" else from_query(scope["query_string"])
            if request.query is None or request.document_id is not None or self.only_documents:
                request.query = self.text_of(request, viewer)
            answer = await self.answerer.answer(request, viewer, bucket, is_get=method == "GET")
        except (Malformed, NotIdentified, RateLimited, Overloaded) as refused:
            if isinstance(refused, Malformed) and (bucket := self.rates.of(viewer, scope.get("client"))):
                bucket.owe(MALFORMED)
            status, code, more = described(refused)
            return problem(status, str(refused), code, media, [*guards, *more])
        # The older media type reports everything but a malformed request as 200.
        status = answer.status or (200 if answer.executed or media == JSON else 400)
        return status, MEDIA[media], answer.body, [*guards, (b"allow", b"POST")] if answer.status else guards

    def admitted(self, method: str, headers: dict[bytes, bytes]) -> str:
        """The media type to answer a request with; Malformed if it is not one for us."""
        if self.hosts and host_name(headers.get(b"host", b"")[:300]) not in self.hosts:
            raise Malformed(400, "The service is not called by this name.")
        if method not in ("POST", "GET"):
            raise Malformed(405, "Use GET or POST.", [(b"allow", b"GET, POST")])
        media = negotiated(headers.get(b"accept", b"")[:500])
        if media is None:
            raise Malformed(406, f"Accept {GRAPHQL} or {JSON}.")
        return media

    async def identified(self, scope: Scope, headers: dict[bytes, bytes]) -> Viewer:
        """Who asks; NotIdentified, which costs the caller's address something.

        RateLimited before a token is checked, which costs us something, where the address has nothing left for it.
        """
        if b"authorization" in headers:
            bucket = self.rates.of(PUBLIC, scope.get("client"))
            if bucket is not None and bucket.left <= 0 and not self.remembers(scope):
                bucket.check()
        try:
            viewer = await self.identify(scope)
        except NotIdentified:
            if bucket := self.rates.of(PUBLIC, scope.get("client")):
                bucket.spend(REFUSED_IDENTITY)
            raise
        DEPARTMENT.set(viewer.department)
        return viewer

    def text_of(self, request: Request, viewer: Viewer) -> str:
        """The text of the document that a request sends or names; Malformed if there is none, or none that it may send."""
        if request.document_id is None:
            if self.only_documents == EVERYONE or (self.only_documents and viewer.roles <= PUBLIC.roles):
                raise Malformed(
                    400, "Only persisted documents are answered. Send a `documentId`.", code="OnlyPersisted"
                )
            if request.query is None:
                raise Malformed(400, "`query` must be a text.")
            return request.query
        if request.query is not None:
            raise Malformed(400, "Send `query` or `documentId`, not both.")
        text = self.documents.get(request.document_id)
        if text is None:
            raise Malformed(400, "There is no persisted document with this id.", code="NotPersisted")
        return text


def described(refused: Exception) -> tuple[int, str, Headers]:
    """The status, the code and the headers of a refusal."""
    if isinstance(refused, NotIdentified):
        return refused.status, refused.code, [(n.lower().encode(), v.encode()) for n, v in refused.headers.items()]
    if isinstance(refused, RateLimited | Overloaded):
        status = 429 if isinstance(refused, RateLimited) else 503
        return status, refused.code, [(b"retry-after", retry_after(refused.seconds))]
    assert isinstance(refused, Malformed)  # noqa: S101  # there is no other
    return refused.status, refused.code, refused.headers


def problem(
    status: int, message: str, code: str = "", media: str | None = JSON, more: Headers | None = None
) -> Response:
    """A response that says what is wrong, in the form of a GraphQL error."""
    error: dict[str, Any] = {"message": message}
    if code:
        error["extensions"] = {"code": code}
    body = msgspec.json.encode({"errors": [error]})
    return status, MEDIA[GRAPHQL if media == GRAPHQL else JSON], body, more or []


@lru_cache(256)
def host_name(host: bytes) -> str:
    """The name in a Host header, without the port."""
    text = host.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]


@lru_cache(256)
def negotiated(accept: bytes) -> str | None:
    """The media type to answer with, or None if none of ours is accepted."""
    if not accept:
        return JSON
    best: tuple[float, str] | None = None
    for part in accept.decode("latin-1").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = re.search(r"q=([0-9.]+)", parameters)
        try:
            weight = float(quality[1]) if quality else 1.0
        except ValueError:
            weight = 0.0
        media = {GRAPHQL: GRAPHQL, JSON: JSON, HTML: HTML, "*/*": JSON, "application/*": JSON}.get(name.strip())
        if media and weight > 0 and (best is None or weight > best[0]):
            best = (weight, media)
    return best and best[1]


@lru_cache(256)
def wrong_type(content_type: bytes) -> str:
    """What is wrong with the media type of a body; empty if nothing is."""
    kind, _, parameters = content_type.decode("latin-1").partition(";")
    if kind.strip().lower() != JSON:
        return f"Send the request as {JSON}."
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
    return "Send the request in UTF-8." if charset and charset[1].lower() not in ("utf-8", "utf8") else ""


def from_query(query: bytes) -> Request:
    """The request in a query string; Malformed if it is none."""
    try:
        fields = parse_qs(query.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise Malformed(400, "The query string cannot be read.") from error
    given: dict[str, Any] = {name: values[-1] for name, values in fields.items()}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = decoded(given[name].encode(), ANYTHING) if given[name] else None
    try:
        request = msgspec.convert(given, Request)
    except msgspec.ValidationError as error:
        raise Malformed(400, f"This is no GraphQL request: {error}.") from error
    return counted(request)


async def from_body(headers: dict[bytes, bytes], receive: Receive) -> Request:
    """The request in a JSON body; Malformed if it is none, or too large."""
    if wrong := wrong_type(headers.get(b"content-type", b"")[:200]):
        raise Malformed(415, wrong)
    if int(headers.get(b"content-length", 0)) > MAX_BODY:
        raise Malformed(413, TOO_LONG)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise Malformed(400, "The request was cut off.")
    if message.get("more_body", False):
        parts, length = [body], len(body)
        while message.get("more_body", False):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Malformed(400, "The request was cut off.")
            parts.append(message.get("body", b""))
            length += len(parts[-1])
            if length > MAX_BODY:
                raise Malformed(413, TOO_LONG)
        body = b"".join(parts)
    if len(body) > MAX_BODY:
        raise Malformed(413, TOO_LONG)
    request = decoded(body, REQUEST)
    return counted(request) if len(body) > LARGE_BODY else request


TOO_LONG = f"The request is longer than {MAX_BODY} bytes. Ask in parts."
REQUEST = msgspec.json.Decoder(Request)
ANYTHING = msgspec.json.Decoder()


def decoded(raw: bytes, decoder: "msgspec.json.Decoder[Any]") -> Any:
    """The value of some JSON; Malformed if it is none, or not of the right form."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Malformed(400, f"This is no GraphQL request: {error}.") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Malformed(400, "The request is not valid JSON in UTF-8.") from error


def counted(request: Request) -> Request:
    """The request; Malformed if its variables have more values, or are deeper, than anything needs."""
    level, values, depth = [request.variables], 0, 0
    while level:
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner
        values += len(level)
        depth += 1
        if values > MAX_VALUES:
            raise Malformed(400, f"The variables have more than {MAX_VALUES} values. Ask in parts.")
        if depth > MAX_DEPTH:
            raise Malformed(400, "The variables are nested too deeply.")
    return request
