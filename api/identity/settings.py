"""Who is believed: the identity providers, and where their tokens say what the bearer may do. Read from one TOML file."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from api.identity.keys import guarded
from graph.errors import BadInput
from graph.words import Role

LOOPBACK = ("127.0.0.1", "localhost")
"""The names under which this machine, and no other, is reached."""
ANY_HOST = "*"
"""Among `hosts`: the service answers under every name, because something before it looks at them."""

Where = str | tuple[str, ...]
"""Where a claim stands: its name, or the names that lead to it."""


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How browsers log in at a provider: the client that this service is there."""

    client: str
    secret_file: Path | None = None
    scope: str = "openid"

    @property
    def secret(self) -> str | None:
        """The secret of the client, None for a public one; BadInput if its file cannot be read, or everybody can."""
        if self.secret_file is None:
            return None
        try:
            return guarded(self.secret_file, 0o007).decode().strip()
        except OSError as error:
            raise BadInput(f"The client secret {self.secret_file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise BadInput(f"The client secret {self.secret_file} is not text in UTF-8.") from error


class Issuer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One provider: its name in tokens, the audience that means this service, and where its claims stand.

    A claim value that `role_names` does not lead to a role, and `ignored_roles` does not name, is refused with its token.
    Without `role_names` the values are the names of the roles.
    """

    issuer: str
    audience: str
    roles: Where = "roles"
    department: Where = "department"
    region: Where = "region"
    acting: Where = ("act", "sub")
    role_names: dict[str, Role] = {}
    ignored_roles: frozenset[str] = frozenset()
    login: Login | None = None


class Providers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole file: the address under which browsers reach the service, and the providers by a short name."""

    url: str
    issuers: dict[str, Issuer]
    hosts: tuple[str, ...] = ()
    session_minutes: Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)] = 60
    session_key_file: Path | None = None

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The host names under which the service answers."""
        return (urlsplit(self.url).hostname or "", *self.hosts, *LOOPBACK)


def read(path: Path) -> Providers:
    """The providers in a file; BadInput says what is wrong with it."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Providers, dec_hook=lambda kind, said: kind(said))
    except OSError as error:
        raise BadInput(f"YUANLIU_IDENTITY: {path} cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInput(f"YUANLIU_IDENTITY: {path}: {error}.", "docs/identity.md shows such a file.") from error
    if not found.issuers or any(not name.isidentifier() for name in found.issuers):
        raise BadInput(f"{path} names no provider as [issuers.NAME].", "NAME is a short word that stands in addresses.")
    for name, url in {
        "url": found.url,
        **{f"{key}.issuer": each.issuer for key, each in found.issuers.items()},
    }.items():
        if not is_secure(url):
            raise BadInput(
                f"{path}: {name} is {url!r}.", "Write https://… without a password; http:// is for loopback only."
            )
    if len({each.issuer for each in found.issuers.values()}) < len(found.issuers):
        raise BadInput(f"{path} names an issuer twice.")
    for name, each in found.issuers.items():
        if "|" in each.issuer:
            raise BadInput(f"{path}: {name}.issuer has a |, which separates issuer and subject.")
        if each.login is not None and each.login.client == each.audience:
            raise BadInput(
                f"{path}: the audience of {name} is its login client, for which ID tokens are made as well.",
                "Give the access tokens for this service an audience of their own.",
            )
    return found


def is_secure(url: object) -> bool:
    """Whether secrets may be sent to an address: https, or this machine itself; none stands in it."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or (parts.scheme == "http" and loopback(url))


def loopback(url: str) -> bool:
    """Whether an address is one of this machine itself."""
    return urlsplit(url).hostname in LOOPBACK
