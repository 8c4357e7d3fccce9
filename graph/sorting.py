"""Sort keys: one property for each way to sort a list, unique and never null, so that a page starts with an index seek."""

from typing import Any

BETWEEN = "\u0001"
"""Sorts before every character that a name may hold."""


def sort_keys(kind: str, properties: dict[str, Any]) -> dict[str, str]:
    """The sort keys of a node of `kind` with these properties (`id` and `name` among them)."""
    end = BETWEEN + str(properties["id"])
    keys = {"sortName": str(properties["name"]) + end}
    if kind == "Resource":
        keys["sortUpdated"] = str(properties.get("lastUpdatedAt") or "") + end
    if kind == "DataItem":
        keys["sortPosition"] = f"{properties.get('position') or 0:06}" + end
    return keys
