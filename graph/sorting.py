"""Sort keys: one property for each way to sort a list, unique and never null, so that a page starts with an index seek."""

from typing import Any

BETWEEN = "\u0001"
"""Sorts before every character that a name may hold."""
LAST = "999999999"
"""Sorts after every position that an item may have."""


def sort_keys(kind: str, properties: dict[str, Any]) -> dict[str, str]:
    """The sort keys of a node of `kind` with these properties (`id` and `name` among them)."""
    key = str(properties["id"])
    keys = {"sortName": sort_key(properties["name"], key)}
    if kind == "Resource":
        keys["sortUpdated"] = sort_key(properties.get("lastUpdatedAt"), key)
    if kind == "DataItem":
        keys["sortPosition"] = sort_position(properties.get("position"), key)
    return keys


def sort_key(value: object, key: str) -> str:
    """The sort key of a node with the id `key` by one value; a missing one comes first."""
    return f"{value or ''}{BETWEEN}{key}"


def sort_position(position: object, key: str) -> str:
    """The sort key of an item with the id `key` by its position in the resource; a missing one comes last."""
    return sort_key(LAST if position is None else f"{position:09}", key)
