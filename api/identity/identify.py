"""Who sends a request: by access token, by session cookie, or the public.

A token counts with every method, a cookie with POST alone and only from our own pages: browsers send it by themselves.
"""

from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import urlsplit

from starlette.types import Scope

from api.identity.errors import ForeignOrigin, Unauthorized
from api.identity.revoked import Revoked
from api.identity.session import Sessions
from api.identity.tokens import Believed, Tokens
from graph.permissions import PUBLIC, Viewer

SCHEME = "bearer "
BELIEVED = "yuanliu.believed"
"""Where a scope keeps what was believed of who sends the request."""


class Identity:
    """Tells who asks. `url` is the address under which browsers reach the service; without one it is the requested one."""

    def __init__(
        self, tokens: Tokens, sessions: Sessions, revoked: Revoked, url: str, denied: Callable[[str, Viewer], None]
    ) -> None:
        self.tokens = tokens
        self.sessions = sessions
        self.revoked = revoked
        self.url = url
        self.denied = denied

    async def identify(self, scope: Scope) -> Viewer:
        """Who sends the request of a scope; NotIdentified if what it says of that does not hold."""
        authorization: bytes | None = None
        has_cookie = False
        for name, value in scope["headers"]:
            if name == b"authorization":
                # Of two, a proxy might read one and we the other.
                authorization = value if authorization is None else b"two"
            elif name == b"cookie":
                has_cookie = True
        if authorization is None and not has_cookie:
            return PUBLIC
        try:
            if authorization is not None:
                found = await self.bearer(authorization.decode("latin-1"))
            else:
                found = self.session(scope) if scope["method"] == "POST" else None
                if found is None:
                    return PUBLIC
                self.refuse_foreign(scope)
            await self.revoked.refuse(found)
        except (Unauthorized, ForeignOrigin) as refused:
            self.denied(refused.message, refused.viewer)
            raise
        scope[BELIEVED] = found
        return found.viewer

    async def still(self, scope: Scope) -> None:
        """Unauthorized if who sent the request was revoked since he was believed; that his token ended since does not matter."""
        found: Believed | None = scope.get(BELIEVED)
        if found is None:
            return
        try:
            await self.revoked.refuse(found)
        except Unauthorized as refused:
            self.denied(refused.message, refused.viewer)
            raise

    def remembers(self, scope: Scope) -> bool:
        """Whether the token of a request was checked a moment ago."""
        authorization = header(scope["headers"], b"authorization") or ""
        return self.tokens.remembers(authorization[len(SCHEME) :].strip(" "))

    async def bearer(self, authorization: str) -> Believed:
        """Who the token of an Authorization header says; NotIdentified if it does not hold."""
        if authorization[: len(SCHEME)].lower() != SCHEME:
            raise Unauthorized(
                "Only bearer tokens are taken, one of them.",
                "Send `Authorization: Bearer …`.",
                {"www-authenticate": 'Bearer realm="yuanliu", error="invalid_request"'},
            )
        return await self.tokens.believed(authorization[len(SCHEME) :].strip(" "))

    def session(self, scope: Scope) -> Believed | None:
        """Who the session cookie says; None without one, Unauthorized if it does not hold."""
        try:
            found = self.sessions.believed(scope, header(scope["headers"], b"cookie") or "")
            if found is not None and found.viewer.subject.partition("|")[0] not in self.tokens.issuers:
                raise ValueError("its issuer is believed no longer")
        except ValueError as error:
            raise Unauthorized(
                "Your session has ended.",
                "Log in again.",
                {"www-authenticate": 'Bearer realm="yuanliu"', "set-cookie": self.sessions.gone(scope)},
            ) from error
        return found

    def refuse_foreign(self, scope: Scope) -> None:
        """ForeignOrigin unless one of our own pages, or no browser, sends the request."""
        origin = header(scope["headers"], b"origin")
        own = origin == self.origin(scope) if origin else header(scope["headers"], b"x-requested-with") is not None
        if not own:
            raise ForeignOrigin(
                "The request comes from another site.", "Without an Origin header, send X-Requested-With."
            )

    def origin(self, scope: Scope) -> str:
        """The origin of our own pages."""
        if self.url:
            return origin_of(self.url)
        return f"{scope['scheme']}://{header(scope['headers'], b'host')}"


@cache
def origin_of(url: str) -> str:
    """The origin of an address as browsers send it: in small letters, without the port that goes without saying."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The value of a header, those of one that stands several times joined as cookies are; None without one."""
    values = [value.decode("latin-1") for key, value in headers if key == name]
    return "; ".join(values) if values else None
