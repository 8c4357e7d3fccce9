"""How a browser logs in and out: at a provider (authorization code with PKCE), or by the one-time link of `serve`.

Each of both is an event; without the event there is no session.
"""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.identity.code import Code
from api.identity.errors import NotIdentified, ProviderDown, Unauthorized
from api.identity.identify import Identity, header
from api.identity.tokens import Believed
from api.request import DEPARTMENT, REQUEST_ID
from graph.database import Database
from graph.errors import GraphError
from graph.permissions import PUBLIC, Viewer
from graph.revocation import revoke
from graph.trail.log import Entry, record_alone
from graph.words import Action

HOME = "/graphql"
NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
LINK_HOURS = 12
LINK_SECONDS = 600
"""How long a one-time link may be opened."""


class Browser:
    """The routes of login and logout. `codes` are the providers at which a browser can log in, by name."""

    def __init__(self, identity: Identity, database: Database, codes: Mapping[str, Code], minutes: int) -> None:
        self.identity = identity
        self.database = database
        self.codes = codes
        self.seconds = minutes * 60

    @property
    def routes(self) -> list[Route]:
        """What the service answers."""
        return [
            Route("/login/{name}", self.answering(self.login)),
            Route("/auth/{name}", self.answering(self.callback)),
            Route("/logout", self.answering(self.logout), methods=["POST"]),
            Route("/session", self.answering(self.session)),
        ]

    def answering(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint whose errors are said to the person in front of the browser; a refusal is an event."""

        async def endpoint(request: Request) -> Response:
            try:
                response = await answer(request)
            except NotIdentified as refused:
                if not isinstance(refused, ProviderDown):
                    self.identity.denied(refused.message, refused.viewer)
                response = Response(str(refused), refused.status, NO_STORE | refused.headers, "text/plain")
            except GraphError as error:
                response = Response(str(error), 503, NO_STORE, "text/plain")
            return response

        return endpoint

    async def session(self, request: Request) -> Response:
        """Who is logged in in this browser, and where one can log in."""
        headers = dict(NO_STORE)
        viewer = PUBLIC
        try:
            if found := self.identity.session(request.scope):
                await self.identity.revoked.refuse(found)
                viewer = found.viewer
                DEPARTMENT.set(viewer.department)
        except Unauthorized:
            headers["set-cookie"] = self.identity.sessions.gone(request.scope)
        said = {"subject": viewer.subject, "department": viewer.department, "region": viewer.region}
        ways = [f"/login/{name}" for name in self.codes]
        return JSONResponse(said | {"roles": sorted(viewer.roles), "login": ways}, headers=headers)

    async def login(self, request: Request) -> Response:
        """Send the browser to a provider."""
        url, state = await self.code(request).begin()
        cookie = self.identity.sessions.login_cookie(request.scope, request.path_params["name"], state)
        return RedirectResponse(url, 302, NO_STORE | {"set-cookie": cookie})

    async def callback(self, request: Request) -> Response:
        """Begin the session of somebody who comes back from a provider with a code."""
        cookies = header(request.scope["headers"], b"cookie") or ""
        state = self.identity.sessions.login(request.scope, request.path_params["name"], cookies)
        code = self.code(request)
        token, subject = await code.end(request, state)
        believed = await self.identity.tokens.believed(token)
        if believed.viewer.on_behalf_of or believed.viewer.subject != subject:
            raise Unauthorized("The provider gave tokens of two different subjects.", "Log in again.")
        return await self.begin(request, believed)

    def code(self, request: Request) -> Code:
        """The provider that a path names."""
        found = self.codes.get(request.path_params["name"])
        if found is None:
            raise Unauthorized("There is no such way to log in.", f"Open {HOME}.")
        return found

    async def begin(self, request: Request, believed: Believed) -> Response:
        """A session, once the event of the login is committed."""
        session = replace(believed, until=time.time() + self.seconds)
        DEPARTMENT.set(session.viewer.department)
        await self.identity.revoked.refuse(session)
        entry = Entry(Action.LOGIN, [session.viewer.subject])
        await record_alone(self.database, session.viewer, [entry], request=REQUEST_ID.get())
        response = RedirectResponse(HOME, 303, NO_STORE)
        response.raw_headers.append((b"set-cookie", self.identity.sessions.cookie(request.scope, session).encode()))
        response.raw_headers.append((b"set-cookie", self.identity.sessions.login_gone(request.scope).encode()))
        return response

    async def logout(self, request: Request) -> Response:
        """End the session, and say where the browser goes next: to the provider's page for that, if it has one."""
        self.identity.refuse_foreign(request.scope)
        headers = dict(NO_STORE)
        to = HOME
        try:
            if found := self.identity.session(request.scope):
                headers["set-cookie"] = self.identity.sessions.gone(request.scope)
                await self.identity.revoked.refuse(found)
        except Unauthorized:  # it has ended already, which was an event then
            headers["set-cookie"] = self.identity.sessions.gone(request.scope)
            found = None
        if found is not None:
            DEPARTMENT.set(found.viewer.department)
            key = f"session|{found.session}"
            await revoke(self.database, found.viewer, key, Action.LOGOUT, request=REQUEST_ID.get())
            await self.identity.revoked.reload()
            to = await self.provider_logout(found.viewer) or HOME
        return JSONResponse({"to": to}, headers=headers)

    async def provider_logout(self, viewer: Viewer) -> str:
        """The page of the viewer's provider that ends his session there; empty where there is none."""
        for code in self.codes.values():
            if viewer.subject.startswith(f"{code.issuer.issuer}|"):
                with suppress(ProviderDown):  # the session here ends all the same
                    return await code.logout()
        return ""


class LinkBrowser(Browser):
    """Without a provider: whoever opens the link that `serve` prints is the local administrator, once for each link.

    The first is printed at the start, another when one is wanted: at a request with a link that was used or is too old.
    """

    def __init__(self, identity: Identity, database: Database, person: Viewer, say: Callable[[str], None]) -> None:
        super().__init__(identity, database, {}, LINK_HOURS * 60)
        self.person = person
        self.say = say
        self.renew()

    def renew(self) -> None:
        """Make a new link and say its path."""
        self.key = secrets.token_urlsafe(24)
        self.until = time.monotonic() + LINK_SECONDS
        self.say(f"/login/link?key={self.key}")

    async def login(self, request: Request) -> Response:
        """Begin the administrator's session by the link."""
        is_past = time.monotonic() > self.until
        if is_past or not hmac.compare_digest(request.query_params.get("key", "").encode(), self.key.encode()):
            if is_past:
                self.renew()
            raise Unauthorized(
                "This link was used already, is too old, or is not ours.",
                "The terminal of `yuanliu serve` shows the one that holds.",
            )
        self.until = 0.0
        now = time.time()
        return await self.begin(request, Believed(self.person, now, now))
