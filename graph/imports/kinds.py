"""What a file lists, by its columns: resources, the items of resources that other files list, or both."""

from collections.abc import Iterable

from graph.imports import fields
from graph.imports.headers import Column


def kinds_of(columns: Iterable[Column]) -> tuple[str, ...]:
    """`resources`, `items` or both."""
    used = {column.field for column in columns if is_used(column)}
    if "item.name" not in used:
        return ("resources",)
    return ("items",) if used <= {*fields.ITEM_FIELDS, *fields.REFERENCE_FIELDS} else ("resources", "items")


def is_used(column: Column) -> bool:
    """Whether a column's cells fill its field; the region counts for the file as a whole."""
    return column.decision == "SURE" and bool(column.field) and column.field != "region"
