"""What the environment says, read once."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from platformdirs import user_cache_path, user_data_path

from api.door.options import Door
from api.identity.settings import Providers
from api.identity.settings import read as read_providers
from graph.database import Address
from graph.engine import Installation
from graph.errors import BadInput

CURRENT = "2026.09.0"
LTS = "5.26.28"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process runs.

    `address` is the Neo4j to use, or None for the embedded one; `home` holds its data, `cache` what was downloaded from
    `mirror`, without one from Maven Central; `door` is what stands before the service; `providers` say who asks, without them
    only this machine does.
    """

    home: Path
    cache: Path
    address: Address | None
    version: str
    zone: ZoneInfo
    door: Door = field(default_factory=Door)
    providers: Providers | None = None
    mirror: str | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings from the environment; BadInput names the variable that is wrong.

        YUANLIU_HOME moves data and cache; YUANLIU_TIMEZONE decides what today is (default Asia/Shanghai);
        YUANLIU_NEO4J_VERSION takes the embedded engine of the other release line, YUANLIU_MAVEN_MIRROR says from where;
        YUANLIU_IDENTITY is the file that names the identity providers; NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD, NEO4J_DATABASE
        point at another Neo4j. What `Door.read` says comes on top.
        """
        home = environment.get("YUANLIU_HOME")
        identity = environment.get("YUANLIU_IDENTITY")
        zone = environment.get("YUANLIU_TIMEZONE", "Asia/Shanghai")
        if identity == "":
            raise BadInput("YUANLIU_IDENTITY is empty.", "Name the file with the identity providers, or unset it.")
        version = environment.get("YUANLIU_NEO4J_VERSION", CURRENT)
        if version not in (CURRENT, LTS):
            raise BadInput(f"YUANLIU_NEO4J_VERSION is {version!r}.", f"Set it to {CURRENT} or {LTS}.")
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput(f"YUANLIU_TIMEZONE is {zone!r}.", "Set it to a name such as Asia/Shanghai.") from error
        return cls(
            home=Path(home) if home else user_data_path("yuanliu"),
            cache=Path(home) / "cache" if home else user_cache_path("yuanliu"),
            address=address(environment),
            version=version,
            zone=known,
            door=Door.read(environment),
            providers=read_providers(Path(identity)) if identity else None,
            mirror=mirror(environment),
        )

    @property
    def installation(self) -> Installation:
        """The embedded engine of these settings."""
        return Installation(home=self.home, cache=self.cache, version=self.version, repository=self.mirror)

    @property
    def trail(self) -> Path:
        """The folder with the key that signs the trail, outside the database."""
        return self.home / "trail"

    @property
    def place(self) -> str:
        """From where this process serves: the machine and the folder."""
        return f"{platform.node()}{self.home.absolute()}"

    def told(self) -> dict[str, Any]:
        """What the trail keeps of these settings, in JSON's types: of secrets no more than in which file they are."""
        neo4j = self.address and {"uri": self.address.uri, "user": self.address.user, "database": self.address.database}
        said = {
            "version": self.version,
            "zone": self.zone.key,
            "neo4j": neo4j,
            "door": self.door,
            "providers": self.providers,
        }
        return msgspec.to_builtins(said, order="deterministic", enc_hook=str)

    def today(self) -> date:
        """The day in the configured time zone."""
        return datetime.now(self.zone).date()


def address(environment: Mapping[str, str]) -> Address | None:
    """The other Neo4j that the environment points at; BadInput if it says where but not how to get in."""
    uri = environment.get("NEO4J_URI")
    if not uri:
        return None
    password = environment.get("NEO4J_PASSWORD")
    if password is None:
        raise BadInput(
            "NEO4J_URI is set, but NEO4J_PASSWORD is not.", "Set both, or neither for the embedded database."
        )
    return Address(uri, environment.get("NEO4J_USER", "neo4j"), password, environment.get("NEO4J_DATABASE", "neo4j"))


def mirror(environment: Mapping[str, str]) -> str | None:
    """The mirror of Maven Central that the environment names; BadInput if it is no address."""
    said = environment.get("YUANLIU_MAVEN_MIRROR")
    if said is not None and not said.startswith(("https://", "http://")):
        raise BadInput(
            f"YUANLIU_MAVEN_MIRROR is {said!r}.", "Set it to the address of a Maven repository, https://…, or unset it."
        )
    return said
