"""How the door is set, as the environment says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from api.door.documents import ONLY
from api.door.protocol import Bounds
from graph.errors import BadInput
from graph.lanes import PAGE, POINT, WALK

REQUEST_SECONDS = 30.0
"""How long a request may take, with all its questions and their waiting."""
RATE, PUBLIC_RATE, DRAIN_SECONDS = 1000.0, 100.0, 1.0


@dataclass(frozen=True, slots=True)
class Door:
    """What a viewer may ask for, how much at once, and how the service ends.

    `statements` is how many run at once by lane. `rate` and `public_rate` are units a second, 0 for no bound: a thing by its
    id costs one. `proxies` are the addresses or networks whose `X-Forwarded-For` is believed. `documents` is the file of the
    persisted documents, and `only_documents` says who may ask nothing else.
    """

    statements: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float = REQUEST_SECONDS
    rate: float = RATE
    public_rate: float = PUBLIC_RATE
    documents: Path | None = None
    only_documents: str = ""
    tells_schema: bool = False
    metrics: tuple[str, int] | None = None
    drain: float = DRAIN_SECONDS
    logs_all: bool = False
    proxies: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Door":
        """The options from the environment; BadInput names the variable that is wrong.

        YUANLIU_STATEMENTS how many statements run at once: things by id, lists, walks (default 64,16,2);
        YUANLIU_REQUEST_SECONDS how long a request may take; YUANLIU_RATE and YUANLIU_PUBLIC_RATE what a viewer may ask for;
        YUANLIU_DOCUMENTS a file of persisted documents, YUANLIU_DOCUMENTS_ONLY `public` or `everyone`;
        YUANLIU_PUBLIC_INTROSPECTION=1 tells the schema to the public; YUANLIU_METRICS `host:port` of the metrics;
        YUANLIU_PROXIES the addresses or networks of our proxies;
        YUANLIU_DRAIN_SECONDS how long requests are still taken after SIGTERM; YUANLIU_LOG=all logs every request.
        """
        documents = environment.get("YUANLIU_DOCUMENTS")
        only = environment.get("YUANLIU_DOCUMENTS_ONLY", "")
        if only not in ONLY or (only and not documents):
            raise BadInput(
                f"YUANLIU_DOCUMENTS_ONLY is {only!r}.",
                "Set it to `public` or `everyone`, and YUANLIU_DOCUMENTS to a file.",
            )
        return cls(
            statements=statements(environment.get("YUANLIU_STATEMENTS", "")),
            seconds=number(environment, "YUANLIU_REQUEST_SECONDS", REQUEST_SECONDS, least=1.0),
            rate=number(environment, "YUANLIU_RATE", RATE),
            public_rate=number(environment, "YUANLIU_PUBLIC_RATE", PUBLIC_RATE),
            documents=Path(documents) if documents else None,
            only_documents=only,
            tells_schema=one_of(environment, "YUANLIU_PUBLIC_INTROSPECTION", "1"),
            metrics=host_and_port(environment.get("YUANLIU_METRICS", "")),
            drain=number(environment, "YUANLIU_DRAIN_SECONDS", DRAIN_SECONDS),
            logs_all=one_of(environment, "YUANLIU_LOG", "all"),
            proxies=networks(environment.get("YUANLIU_PROXIES", "")),
        )


def one_of(environment: Mapping[str, str], name: str, word: str) -> bool:
    """Whether a variable says the one word that it may say; BadInput if it says another."""
    text = environment.get(name, "")
    if text not in ("", word):
        raise BadInput(f"{name} is {text!r}.", f"Set it to `{word}`, or leave it out.")
    return bool(text)


def number(environment: Mapping[str, str], name: str, default: float, least: float = 0.0) -> float:
    """The number in a variable; BadInput if it is none, or less than it may be."""
    text = environment.get(name)
    if text is None:
        return default
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not least <= found < float("inf"):
        raise BadInput(f"{name} is {text!r}.", f"Set it to a number, {least:g} or more.")
    return found


def statements(text: str) -> dict[str, int]:
    """How many statements each lane lets run at once; BadInput if a text does not say three numbers."""
    if not text:
        return {}
    parts = [part.strip() for part in text.split(",")]
    lanes = (POINT, PAGE, WALK)
    if len(parts) != len(lanes) or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise BadInput(f"YUANLIU_STATEMENTS is {text!r}.", "Set it to three numbers, such as 64,16,2.")
    return {lane: int(part) for lane, part in zip(lanes, parts, strict=True)}


def networks(text: str) -> tuple[str, ...]:
    """The addresses and networks in a list with commas; BadInput if one of them is neither, or is everyone's."""
    parts = tuple(part for each in text.split(",") if (part := each.strip()))
    for part in parts:
        try:
            is_known = ip_network(part).prefixlen > 0
        except ValueError:
            is_known = False
        if not is_known:
            raise BadInput(f"YUANLIU_PROXIES is {text!r}.", "Set it to addresses such as 10.0.0.5,10.1.0.0/24.")
    return parts


def host_and_port(text: str) -> tuple[str, int] | None:
    """The address in `host:port`, or None for nothing; BadInput if it is neither."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004
        raise BadInput(f"YUANLIU_METRICS is {text!r}.", "Set it to an address such as 127.0.0.1:9464.")
    return host.strip("[]") or "127.0.0.1", int(port)
