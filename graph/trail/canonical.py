"""Canonical JSON (RFC 8785) of what an event says: the same bytes for the same facts, on every machine.

Numbers are whole and exact: anything else becomes text first, so that no float is ever printed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import msgspec

EXACT = 2**53 - 1
"""The largest number that every reader of JSON holds exactly."""

encode = msgspec.json.Encoder().encode
"""The bytes of what is `plain` already."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value; TypeError for what has no place in an event."""
    return encode(plain(value))


def plain(value: Any) -> Any:
    """The value in JSON's own types, the names of objects in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    if isinstance(value, str):
        found: Any = str(value)
    elif isinstance(value, bool | None):
        found = value
    elif isinstance(value, int | float):
        found = value if isinstance(value, int) and -EXACT <= value <= EXACT else str(value)
    elif isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        found = {name: plain(named[name]) for name in sorted(named, key=code_units)}
    elif isinstance(value, list | tuple):
        found = [plain(each) for each in cast("list[Any]", value)]
    elif isinstance(value, date):
        found = value.isoformat()
    elif hasattr(value, "iso_format"):  # the engine's own days and instants, finer than Python's
        found = value.iso_format()
    else:
        raise TypeError(f"{type(value).__name__} has no place in an event")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON; to Python 1 and true are."""
    return one == other and encode(one) == encode(other)


def code_units(name: str) -> bytes:
    """The order of names."""
    return name.encode("utf-16-be")
