"""GraphQL over HTTP: which requests are well-formed, and with which media type and status they are answered."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import msgspec
from prometheus_client import Counter, Histogram
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.answer import Answerer, Request
from api.identity import Identify
from api.identity.errors import NotIdentified

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"
MAX_BODY = 1_000_000

ANSWERED = Counter("yuanliu_requests", "GraphQL requests by status", ["status"])
SECONDS = Histogram(
    "yuanliu_request_seconds",
    "Time to answer a GraphQL request",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)


class Malformed(Exception):
    """A request that is no GraphQL request: the status and what to say."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class GraphQLEndpoint:
    """The ASGI application at `/graphql`; with `page`, a browser gets that instead."""

    def __init__(self, answerer: Answerer, identify: Identify, page: bytes) -> None:
        self.answerer = answerer
        self.identify = identify
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        response = await self.respond(scope, headers, receive)
        ANSWERED.labels(response.status_code).inc()
        SECONDS.observe(time.perf_counter() - began)
        await response(scope, receive, send)

    async def respond(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Response:
        """The response to a request, whatever it is."""
        media: str | None = JSON
        try:
            method = scope["method"]
            if method not in ("GET", "POST"):
                raise Malformed(405, "Use GET or POST.")
            media = negotiated(headers.get("accept"))
            if media is None:
                raise Malformed(406, f"Accept {GRAPHQL} or {JSON}.")
            if media == HTML:
                if method == "GET" and b"query=" not in scope["query_string"]:
                    return Response(self.page, media_type=HTML, headers=PAGE_HEADERS)
                media = JSON
            viewer = await self.identify(scope)
            request = from_query(scope["query_string"]) if method == "GET" else await from_body(headers, receive)
            answer = await self.answerer.answer(request, viewer)
        except Malformed as malformed:
            body = msgspec.json.encode({"errors": [{"message": malformed.message}]})
            allow = {"allow": "GET, POST"} if malformed.status == 405 else None  # noqa: PLR2004
            return Response(body, malformed.status, allow, GRAPHQL if media == GRAPHQL else JSON)
        except NotIdentified as refused:
            body = msgspec.json.encode({"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]})
            return Response(body, refused.status, refused.headers, GRAPHQL if media == GRAPHQL else JSON)
        if answer.is_misplaced:
            return Response(answer.body, 405, {"allow": "POST"}, f"{media}; charset=utf-8")
        # The older media type reports everything but a malformed request as 200.
        status = 200 if answer.executed or media == JSON else 400
        return Response(answer.body, status, media_type=f"{media}; charset=utf-8")


PAGE_HEADERS = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; script-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def negotiated(accept: str | None) -> str | None:
    """The media type to answer with, or None if none of ours is accepted."""
    if not accept:
        return JSON
    best: tuple[float, str] | None = None
    for part in accept.lower().split(","):
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


def from_query(query: bytes) -> Request:
    """The request in a query string; Malformed if it is none."""
    try:
        fields = parse_qs(query.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise Malformed(400, "The query string cannot be read.") from error
    given: dict[str, Any] = {name: values[-1] for name, values in fields.items()}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = decoded(given[name].encode()) if given[name] else None
    return replace(checked(given), may_change=False)


async def from_body(headers: Mapping[str, str], receive: Receive) -> Request:
    """The request in a JSON body; Malformed if it is none, or too large."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != JSON:
        raise Malformed(415, f"Send the request as {JSON}.")
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise Malformed(415, "Send the request in UTF-8.")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed(400, "The request was cut off.")
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Malformed(413, f"The request is longer than {MAX_BODY} bytes. Ask in parts.")
        more = message.get("more_body", False)
    return checked(decoded(bytes(body)))


def decoded(raw: bytes) -> Any:
    """The JSON value of some bytes; Malformed if they are none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise Malformed(400, "The request is not valid JSON in UTF-8.") from error


def checked(given: Any) -> Request:
    """The request in a JSON object; Malformed if a part has the wrong type."""
    if not isinstance(given, dict):
        raise Malformed(400, "The request must be a JSON object with a `query`.")
    query, name = given.get("query"), given.get("operationName")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    variables, extensions = given.get("variables"), given.get("extensions")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    if not isinstance(query, str):
        raise Malformed(400, "`query` must be a text.")
    if not isinstance(name, (str, type(None))):
        raise Malformed(400, "`operationName` must be a text.")
    if not isinstance(variables, (dict, type(None))):
        raise Malformed(400, "`variables` must be an object.")
    if not isinstance(extensions, (dict, type(None))):
        raise Malformed(400, "`extensions` must be an object.")
    return Request(query, name or None, variables)  # pyright: ignore[reportUnknownArgumentType]
