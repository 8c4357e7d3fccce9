"""The parts of identity put together: with providers, or without one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import Route

from api.identity import Identify, Remembers, Still, local
from api.identity.browser import Browser, LinkBrowser
from api.identity.code import Code
from api.identity.denials import Denials
from api.identity.identify import Identity
from api.identity.keys import session_key
from api.identity.provider import Provider
from api.identity.revoked import Revoked
from api.identity.session import Sessions
from api.identity.settings import LOOPBACK, Providers
from api.identity.tokens import Tokens
from graph.database import Database


@dataclass(frozen=True, slots=True)
class Assembled:
    """Who asks and whether he still counts, the routes of login and logout, the names of the service, what to do at the end."""

    identify: Identify
    still: Still
    remembers: Remembers
    routes: list[Route]
    hosts: Sequence[str]
    close: Callable[[], Awaitable[None]]


def assemble(home: Path, providers: Providers | None, database: Database, say: Callable[[str], None]) -> Assembled:
    """Identity as `providers` want it; without them local tokens, and `say` is told the path of each one-time link.

    BadInput where a key or a secret cannot be used.
    """
    denials = Denials(database)
    if providers is None:
        sessions = Sessions(session_key(home), is_https=False)
        identity = Identity(local.tokens(home), sessions, Revoked(database), "", denials.add)
        browser = LinkBrowser(identity, database, local.person(), say)
        return Assembled(identity.identify, identity.still, identity.remembers, browser.routes, LOOPBACK, denials.close)
    believed = {issuer.issuer: (issuer, Provider(issuer.issuer)) for issuer in providers.issuers.values()}
    sessions = Sessions(session_key(home, providers.session_key_file), is_https=providers.url.startswith("https:"))
    identity = Identity(Tokens(believed), sessions, Revoked(database), providers.url, denials.add)
    codes = {
        name: Code(issuer, issuer.login, believed[issuer.issuer][1], f"{providers.url.rstrip('/')}/auth/{name}")
        for name, issuer in providers.issuers.items()
        if issuer.login is not None
    }
    browser = Browser(identity, database, codes, providers.session_minutes)
    return Assembled(
        identity.identify, identity.still, identity.remembers, browser.routes, providers.allowed_hosts, denials.close
    )
