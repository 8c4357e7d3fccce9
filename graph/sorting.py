"""Sort keys: one property for each way to sort a list, unique and never null, so that a page starts with an index seek."""

from typing import Any

BETWEEN = "\u0001"
"""Sorts before every character that a name may hold."""


def sort_keys(kind: str, properties: dict[str, Any]) -> dict[str, str]:
    """The sort keys of a node of `kind` with these properties (`id` and `name` among them)."""
    key = str(properties["id"])
    keys = {"sortName": sort_key(properties["name"], key)}
    if kind == "Resource":
        keys["sortUpdated"] = sort_key(properties.get("lastUpdatedAt"), key)
    if kind == "DataItem":
        keys["sortPosition"] = sort_key(f"{properties.get('position') or 0:06}", key)
    return keys


def sort_key(value: object, key: str) -> str:
    """The sort key of a node with the id `key` by one value; a missing one comes first."""
    return f"{value or ''}{BETWEEN}{key}"
