"""Without an identity provider: tokens signed by a key of this installation, and the person at this machine."""

import os
import time
import uuid
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from api.identity.claims import WHOLE_REGION, is_unbound
from api.identity.keys import token_key
from api.identity.provider import FixedKeys
from api.identity.settings import Issuer
from api.identity.tokens import Tokens
from graph.permissions import Viewer
from graph.words import Role

LOCAL = Issuer(issuer="local", audience="yuanliu")
HOURS = 8.0


def person() -> Viewer:
    """Who runs this command: the local administrator, by the name of the OS user."""
    return Viewer(f"{LOCAL.issuer}|{os_user()}", frozenset({Role.ADMINISTRATOR}))


def os_user() -> str:
    """The name of the OS user, from the user database where there is one: the environment may say anything."""
    if os.name == "posix":
        import pwd  # noqa: PLC0415 (Windows has none)

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid-{os.getuid()}"
    return os.getlogin()


def issued(home: Path, viewer: Viewer, hours: float = HOURS) -> str:
    """A token of this installation for a viewer with a local subject, signed with the key in `home`."""
    key = token_key(home)
    now = int(time.time())
    claims = {
        "iss": LOCAL.issuer,
        "aud": LOCAL.audience,
        "sub": viewer.subject.removeprefix(f"{LOCAL.issuer}|"),
        "roles": sorted(viewer.roles),
        "department": WHOLE_REGION if is_unbound(viewer.roles, viewer.department) else viewer.department,
        "region": viewer.region,
        "iat": now,
        "exp": now + int(hours * 3600),
        "jti": str(uuid.uuid4()),
    }
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": key.thumbprint()}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


def tokens(home: Path) -> Tokens:
    """The check of the tokens of this installation."""
    public = OKPKey.import_key(token_key(home).as_dict(private=False))
    public.ensure_kid()
    return Tokens({LOCAL.issuer: (LOCAL, FixedKeys(KeySet([public])))}, ahead=0)
