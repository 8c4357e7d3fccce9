"""The keys of an identity provider, by discovery: fetched once for all who wait, renewed in passing, kept while it is down."""

import asyncio
import logging
import ssl
import time
from functools import cache
from typing import Any, Protocol, cast

import httpx2
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jwk import import_key as jwk
from joserfc.util import urlsafe_b64decode

from api.identity.errors import ProviderDown, Unauthorized
from api.identity.settings import is_secure, loopback

log = logging.getLogger("yuanliu")

TTL = 300.0
"""After so many seconds keys are renewed in the background; after twice as many, before they are used."""
STALE = 3600.0
"""For so long they are used while the provider is down."""
COOLDOWN = 10.0
"""An unknown key id makes us ask again, but not more often than this."""
TIMEOUT = 3.0
MAX_ANSWER = 1_000_000
MIN_RSA_BITS = 2048


class Keys(Protocol):
    """Where the public keys of an issuer come from."""

    async def holding(self, kid: str) -> KeySet:
        """The keys, one of which is `kid`; Unauthorized if there is no such key."""
        ...


class FixedKeys:
    """The keys of an issuer that is this installation itself."""

    def __init__(self, keys: KeySet) -> None:
        self.keys = keys

    async def holding(self, kid: str) -> KeySet:
        """The keys, one of which is `kid`; Unauthorized if there is no such key."""
        return known(self.keys, kid)


class Provider:
    """A provider as its discovery document describes it. `fetches` counts how often it was asked."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.options = options(issuer)
        self.fetches = 0
        self._metadata: dict[str, Any] = {}
        self._keys = KeySet([])
        self._fetched = self._tried = -float("inf")
        self._under_way: asyncio.Task[None] | None = None

    async def holding(self, kid: str) -> KeySet:
        """The keys, one of which is `kid`.

        Unauthorized if the provider has no such key; ProviderDown if that cannot be found out.
        """
        await self.metadata()
        if not has(self._keys, kid):
            await self._refresh()
            if not has(self._keys, kid) and self._fetched < self._tried:
                raise self._down()
        return known(self._keys, kid)

    async def metadata(self) -> dict[str, Any]:
        """The discovery document, its keys as `jwks`; ProviderDown if there is none, or none that is fresh enough."""
        age = time.monotonic() - self._fetched
        if age > STALE:
            await self._refresh()
            if time.monotonic() - self._fetched > STALE:
                raise self._down()
        elif age > 2 * TTL:  # nobody asked for a while: a key may have been withdrawn since
            await self._refresh()
        elif age > TTL and not self._is_cooling:
            self._begin()
        return self._metadata

    @property
    def _is_cooling(self) -> bool:
        return time.monotonic() - self._tried < COOLDOWN

    def _begin(self) -> asyncio.Task[None]:
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._fetch())
        return self._under_way

    async def _refresh(self) -> None:
        """Wait for the fetch that is under way, or for a new one if the last was long enough ago."""
        if self._under_way is not None and not self._under_way.done():
            await asyncio.shield(self._under_way)
        elif not self._is_cooling:
            # Who gives up waiting must not end it for the others.
            await asyncio.shield(self._begin())

    async def _fetch(self) -> None:
        self.fetches += 1
        try:
            async with asyncio.timeout(2 * TIMEOUT), httpx2.AsyncClient(**self.options) as http:
                metadata = await answer(http, self.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if metadata.get("issuer") != self.issuer:
                    raise ValueError("the discovery document is another issuer's")
                keys = usable(await answer(http, metadata.get("jwks_uri")))
        except Exception as error:  # noqa: BLE001 (whatever a provider sends, the next is asked after a while)
            # Its text may hold what the provider sent.
            log.warning("identity provider %s: %s", self.issuer, type(error).__name__)
            self._tried = time.monotonic()
            return
        self._metadata = metadata | {"jwks": keys.as_dict()}
        self._keys = keys
        self._tried = self._fetched = time.monotonic()

    def _down(self) -> ProviderDown:
        return ProviderDown(
            "The identity provider cannot be reached, so the token cannot be checked.",
            "Try again in a moment.",
            {"retry-after": str(int(COOLDOWN))},
        )


def options(url: str) -> dict[str, Any]:
    """Of a client for a provider: no redirects, short deadlines; a proxy of the environment is not for this machine itself."""
    return {"timeout": TIMEOUT, "follow_redirects": False, "trust_env": not loopback(url), "verify": authorities()}


@cache
def authorities() -> ssl.SSLContext:
    """Who signs the certificates of providers; read once, for that takes a tenth of a second."""
    return httpx2.create_ssl_context()


async def answer(http: httpx2.AsyncClient, url: object) -> dict[str, Any]:
    """The JSON object at an address; ValueError or an error of the client if there is none, or one that is too long."""
    if not is_secure(url):
        raise ValueError("an address of the provider is not https")
    body = bytearray()
    async with http.stream("GET", cast("str", url)) as response:
        response.raise_for_status()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MAX_ANSWER:
                raise ValueError("the provider's answer is too long")
    return msgspec.json.decode(body, type=dict[str, Any])


def usable(listed: dict[str, Any]) -> KeySet:
    """The keys of a list that may sign: public, named, strong enough. What else it holds does not concern us."""
    keys: list[Key] = []
    for each in cast("list[object]", listed.get("keys") or []):
        match each:
            case {"kty": "RSA" | "EC" | "OKP", "kid": str()}:
                data = cast("dict[str, Any]", each)
            case _:
                continue
        if data.get("use", "sig") != "sig":
            continue
        public = {name: value for name, value in data.items() if name not in ("d", "p", "q", "dp", "dq", "qi", "oth")}
        try:
            if data["kty"] == "RSA" and bits(data["n"]) < MIN_RSA_BITS:
                continue
            keys.append(jwk(public))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(keys)


def bits(number: str) -> int:
    """How long a number of a key is."""
    return int.from_bytes(urlsafe_b64decode(number.encode())).bit_length()


def has(keys: KeySet, kid: str) -> bool:
    """Whether a key has this id."""
    return any(key.kid == kid for key in keys)


def known(keys: KeySet, kid: str) -> KeySet:
    """The keys, one of which has this id; Unauthorized otherwise."""
    if not has(keys, kid):
        raise Unauthorized("The token is signed with a key that its issuer does not have.")
    return keys
