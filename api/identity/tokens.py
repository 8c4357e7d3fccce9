"""Access tokens: JWTs of the issuers that this service believes (RFC 9068, RFC 8725), and of no other.

The algorithms are fixed here: neither a token nor a provider chooses one. A valid token is remembered for a minute.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from api.identity.claims import viewer
from api.identity.errors import Unauthorized
from api.identity.kept import Kept
from api.identity.provider import Keys
from api.identity.settings import Issuer
from graph.permissions import Viewer

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
LEEWAY = 30
REMEMBERED = 60.0
LONGEST = 16_384
LONGEST_DAYS = 90
"""A token that holds longer could outlive the record of its revocation."""


class Algorithms(JWSRegistry):
    """The fixed algorithms; without the warning for "EdDSA", an older name of Ed25519 that most providers still write."""

    # A certificate chain (x5c) in the header is common, and ignored.
    max_header_length = 8192

    def get_alg(self, name: str) -> Any:
        """The algorithm of a name; UnsupportedAlgorithmError for every other than ours."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


REGISTRY = Algorithms(strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Believed:
    """Who asks, since when at the earliest that was so (`issued_at`, seconds of the epoch), and until when it holds."""

    viewer: Viewer
    issued_at: float
    until: float
    session: str = ""


class Header(msgspec.Struct):
    """What is read of a token's header before its signature is checked."""

    kid: str
    typ: str


class Payload(msgspec.Struct):
    """What is read of its claims before then: whose keys to ask for."""

    iss: str


class Tokens:
    """Checks tokens of some issuers, each with where its keys come from. Their clocks may be ahead by `ahead` seconds."""

    def __init__(self, issuers: Mapping[str, tuple[Issuer, Keys]], ahead: int = LEEWAY) -> None:
        self.issuers = issuers
        self.ahead = ahead
        self._kept = Kept[Believed]()

    def remembers(self, token: str) -> bool:
        """Whether a token was checked a moment ago."""
        return self._kept.get(token) is not None

    async def believed(self, token: str) -> Believed:
        """Who the bearer of a token is; Unauthorized if it does not hold, ProviderDown if that cannot be found out."""
        now = time.time()
        kept = self._kept.get(token)
        if kept is not None and now < kept.until:
            return kept
        issuer, claims = await self.claims(token)
        believed = Believed(viewer(issuer, claims), claims["iat"] - self.ahead, claims["exp"] + LEEWAY)
        self._kept.put(token, believed, min(now + REMEMBERED, believed.until))
        return believed

    async def claims(self, token: str) -> tuple[Issuer, dict[str, Any]]:
        """The issuer and the claims of a token that holds."""
        if len(token) > LONGEST:
            raise refused("it is too long")
        header, payload = unverified(token)
        if payload.iss not in self.issuers:
            raise refused("its issuer is not one that this service believes")
        issuer, keys = self.issuers[payload.iss]
        known = await keys.holding(header.kid)
        try:
            claims = jwt.decode(token, known, registry=REGISTRY).claims
            registry(issuer).validate(claims)
        except ExpiredTokenError as error:
            raise refused("it has expired") from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise refused("its signature or its claims do not hold") from error
        if claims["exp"] - claims["iat"] > LONGEST_DAYS * 86_400:
            raise refused("it holds for too long")
        refuse_other_kinds(header.typ, claims)
        return issuer, claims


def unverified(token: str) -> tuple[Header, Payload]:
    """What a token says of itself, not to be believed yet; Unauthorized if it is no token."""
    parts = token.split(".")
    try:
        header, payload, _ = (urlsafe_b64decode(part.encode("ascii")) for part in parts)
        return msgspec.json.decode(header, type=Header), msgspec.json.decode(payload, type=Payload)
    except (ValueError, RecursionError) as error:
        raise refused("it is not a signed JWT with `kid`, `typ` and `iss`") from error


def registry(issuer: Issuer) -> JWTClaimsRegistry:
    """What the claims of an issuer's tokens must be."""
    return JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )


def refuse_other_kinds(kind: str, claims: Mapping[str, Any]) -> None:
    """Unauthorized for a JWT that is no access token: an ID token or a refresh token, say; or one bound to a key."""
    kind = kind.lower().removeprefix("application/")
    if kind == "jwt":
        # The older type is every JWT's. An access token says so itself (Keycloak), or has a scope and no marks of an ID token.
        marked = claims.keys() & {"nonce", "at_hash", "c_hash", "s_hash", "events"}
        is_access = claims["typ"] == "Bearer" if "typ" in claims else bool(claims.keys() & {"scope", "scp"})
        if marked or not is_access:
            raise refused("it is not an access token")
    elif kind != "at+jwt":
        raise refused("it is not an access token")
    if "cnf" in claims:
        # RFC 7800: whoever shows it must prove to hold a key, which this service cannot ask for.
        raise refused("it is bound to a key")


def refused(why: str) -> Unauthorized:
    """The refusal of a token, as RFC 6750 wants it said."""
    return Unauthorized(
        f"The access token is refused: {why}.",
        "Get a new one from your identity provider.",
        {"www-authenticate": f'Bearer realm="yuanliu", error="invalid_token", error_description="{why}"'},
    )
