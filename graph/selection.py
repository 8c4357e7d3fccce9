"""What is asked of a question: a neutral tree, and the layout of the rows that answer it.

Rows are positional, so that response keys never enter Cypher:

* a leaf is its value
* a record is the list of its asked fields, in the order of the selection (`__typename` is left out)
* a record whose type only the row knows (an interface) is the same list with the record's name in front
* a page is `[rows, totalCount]`, each row `[cursor, record, …]` with one record for each selection of `pages()`; the
  cursor may be null where nobody asks for it; there may be one row more than asked: then there is a further page
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any


@dataclass(slots=True, eq=False)
class Selection:
    """One asked field.

    `field` is its name in the schema, `key` its name in the answer, `slots` says for each argument where its value stands
    among the values of the request, `on` has the asked fields for each type that the value may have, and `memo` keeps what
    a question worked out for this selection alone.
    """

    field: str
    key: str
    slots: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    on: "dict[str, tuple[Selection, ...]]" = dataclasses.field(default_factory=dict[str, "tuple[Selection, ...]"])
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict[Any, Any])

    def fields(self, record: str) -> "tuple[Selection, ...]":
        """The asked fields for a value of type `record`, `__typename` left out."""
        return tuple(child for child in self.on.get(record, ()) if child.field != "__typename")

    def size(self) -> int:
        """How many fields are asked, with this one, counted once more for each type that a value may have."""
        return 1 + sum(child.size() for asked in self.on.values() for child in asked)


FIELD_BYTES = 3000
"""What a selection takes in memory for each of its fields, with all that is made of it; measured, the larger ones."""


def page_name(record: str) -> str:
    """What stands before `Connection` and `Edge`: the record's name, except that a page of hits is that of a search."""
    return "Search" if record == "SearchHit" else record


def pages(selection: Selection, record: str) -> list[Selection]:
    """The selections of single nodes inside a page of `record`: those of `nodes`, and of `node` in `edges`."""
    found: list[Selection] = []
    name = page_name(record)
    for child in selection.fields(name + "Connection"):
        if child.field == "nodes":
            found.append(child)
        elif child.field == "edges":
            found += [edge for edge in child.fields(name + "Edge") if edge.field == "node"]
    return found


def wants_rows(selection: Selection, record: str) -> bool:
    """Whether a page of `record` is asked for its rows, or where they stand: not for its total count alone."""
    return any(child.field != "totalCount" for child in selection.fields(page_name(record) + "Connection"))


def wants_total(selection: Selection, record: str) -> bool:
    """Whether a page of `record` is asked for its total count."""
    return any(child.field == "totalCount" for child in selection.fields(page_name(record) + "Connection"))


class Choice(str):
    """A word that chooses a fragment and is in no closed vocabulary: the name of an order."""

    __slots__ = ()


def wants_cursor(selection: Selection, record: str) -> bool:
    """Whether a page of `record` is asked where its rows stand."""
    name = page_name(record)
    return any(
        inner.field in ("cursor", "startCursor", "endCursor")
        for child in selection.fields(name + "Connection")
        for inner in (*child.fields(name + "Edge"), *child.fields("PageInfo"))
    )


def wants_more(selection: Selection, record: str) -> bool:
    """Whether a page of `record` is asked if there is a further one."""
    return any(
        inner.field in ("hasNextPage", "hasPreviousPage")
        for child in selection.fields(page_name(record) + "Connection")
        for inner in child.fields("PageInfo")
    )


def skeleton(value: Any) -> Any:
    """The shape of an argument: what decides on the text of a statement, but not the value itself.

    Words, choices and booleans choose fragments and stand for themselves; every other value is a parameter.
    """
    if value is None or isinstance(value, (bool, Enum, Choice)):
        return value
    if isinstance(value, dict):
        return tuple((key, skeleton(inner)) for key, inner in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return ("list", *(skeleton(inner) for inner in value if isinstance(inner, dict)))  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (date, datetime)):
        return "date"
    return "value"


def skeletons(values: Sequence[Any]) -> tuple[Any, ...]:
    """The shapes of all arguments of a request."""
    return tuple(skeleton(value) for value in values)
