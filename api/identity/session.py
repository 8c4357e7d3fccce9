"""The session of a browser: a cookie that only this installation can read or write (JWE, dir with A256GCM).

It says who asks and until when, and holds no token. Another port of the same host shares cookies, hence the name has it.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey
from starlette.types import Scope

from api.identity.kept import Kept
from api.identity.tokens import Believed
from graph.permissions import Viewer
from graph.words import Role

REGISTRY = JWERegistry(algorithms=["dir", "A256GCM"])
LOGIN_SECONDS = 600
"""How long a person may take to log in at the provider."""
T = TypeVar("T")


class Session(msgspec.Struct, frozen=True):
    """What the cookie of somebody who is logged in says."""

    id: str
    subject: str
    roles: list[Role]
    department: str
    region: str
    on_behalf_of: str
    issued_at: float
    until: float


class Login(msgspec.Struct, frozen=True):
    """What the cookie of a login under way says: at which provider; the state, the nonce and the verifier of its code."""

    provider: str
    state: dict[str, Any]
    until: float


class Sessions:
    """Writes and reads the cookies. `is_https`: whether browsers reach the service over TLS."""

    def __init__(self, key: OctKey, *, is_https: bool) -> None:
        self.key = key
        self.is_https = is_https
        self._kept = Kept[Believed]()

    def cookie(self, scope: Scope, believed: Believed) -> str:
        """The Set-Cookie header that begins a session of somebody; a new id each, so none can be planted (fixation)."""
        viewer = believed.viewer
        session = Session(
            id=secrets.token_urlsafe(18),
            subject=viewer.subject,
            roles=sorted(viewer.roles),
            department=viewer.department,
            region=viewer.region,
            on_behalf_of=viewer.on_behalf_of,
            issued_at=believed.issued_at,
            until=believed.until,
        )
        return self._set(self._name(scope, "session"), session, session.until - time.time())

    def believed(self, scope: Scope, cookies: str) -> Believed | None:
        """Who the session cookie among `cookies` says; None if there is none. ValueError if it does not hold."""
        sealed = value(cookies, self._name(scope, "session"))
        if sealed is None:
            return None
        kept = self._kept.get(sealed)
        if kept is not None:
            return kept
        found = self._open(sealed, Session)
        viewer = Viewer(found.subject, frozenset(found.roles), found.department, found.region, found.on_behalf_of)
        believed = Believed(viewer, found.issued_at, found.until, found.id)
        self._kept.put(sealed, believed, found.until)
        return believed

    def gone(self, scope: Scope) -> str:
        """The Set-Cookie header that ends a session."""
        return self._header(self._name(scope, "session"), "", 0)

    def login_cookie(self, scope: Scope, provider: str, state: Mapping[str, Any]) -> str:
        """The Set-Cookie header that keeps what a login under way at a provider needs."""
        login = Login(provider, dict(state), time.time() + LOGIN_SECONDS)
        return self._set(self._name(scope, "login"), login, LOGIN_SECONDS)

    def login(self, scope: Scope, provider: str, cookies: str) -> dict[str, Any]:
        """What was kept for the login under way at a provider; empty if nothing was, or too long ago."""
        try:
            sealed = value(cookies, self._name(scope, "login"))
            login = self._open(sealed, Login) if sealed else None
        except ValueError:
            return {}
        return login.state if login is not None and login.provider == provider else {}

    def login_gone(self, scope: Scope) -> str:
        """The Set-Cookie header that forgets a login under way."""
        return self._header(self._name(scope, "login"), "", 0)

    def _name(self, scope: Scope, purpose: str) -> str:
        if self.is_https:
            return f"__Host-yuanliu-{purpose}"
        server = scope.get("server")
        return f"yuanliu-{purpose}-{server[1] if server else ''}"

    def _set(self, name: str, content: Session | Login, seconds: float) -> str:
        # The purpose is part of what is authenticated: a login cookie cannot stand for a session.
        protected = {"alg": "dir", "enc": "A256GCM", "typ": type(content).__name__}
        sealed = jwe.encrypt_compact(protected, msgspec.json.encode(content), self.key, registry=REGISTRY)
        return self._header(name, sealed, int(seconds))

    def _header(self, name: str, content: str, seconds: int) -> str:
        secure = "; Secure" if self.is_https else ""
        return f"{name}={content}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def _open(self, sealed: str, kind: type[T]) -> T:
        """What a cookie holds; ValueError if it is none of ours, of another kind, or past."""
        try:
            opened = jwe.decrypt_compact(sealed, self.key, registry=REGISTRY)
        except (
            JoseError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ) as error:  # joserfc trusts a header's types
            raise ValueError("not sealed by this installation") from error
        if opened.headers().get("typ") != kind.__name__:
            raise ValueError("sealed for another purpose")
        content = msgspec.json.decode(opened.plaintext or b"", type=kind)
        if getattr(content, "until", 0) <= time.time():
            raise ValueError("past")
        return content


def value(cookies: str, name: str) -> str | None:
    """The value of a cookie in a Cookie header; ValueError where the name stands twice: one may be another's."""
    values = [found for each in cookies.split(";") if (found := each.strip().partition("="))[0] == name]
    if len(values) > 1:
        raise ValueError("two cookies of one name")
    return values[0][2] if values else None
