"""How a record of the graph is declared: once, with its label, its properties, its edges and their docs.

A record is a class with annotated fields. Each annotation carries what stands behind the field:

* `Value`  a property, with the literal Cypher that reads it
* `One`    at most one neighbour, with the literal pattern that leads to it
* `Many`   a page of neighbours, likewise
* `Given`  a value that a question hands over itself

Fragments have holes that are filled with literal variable names only: `{n}` the node, `{s}` the state of the node that
is asked for (the node itself, or an earlier state), `{m}` the neighbour, `{e}` the edge. A pattern that names `{e}` is an
asserted edge with both clocks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, LiteralString, TypeVar, get_args, get_origin, get_type_hints

Record = TypeVar("Record", bound=type)


class Id(str):
    """A readable id, `Kind:key`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A property: `doc` starts with the Chinese term, `cypher` reads it."""

    doc: str
    cypher: LiteralString


@dataclass(frozen=True, slots=True)
class One:
    """At most one neighbour, reached by the literal pattern `match`."""

    doc: str
    match: LiteralString


@dataclass(frozen=True, slots=True)
class Many:
    """A page of neighbours, reached by the literal pattern `match`."""

    doc: str
    match: LiteralString


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the question hands over; `name` is the field's name where Python reserves the word."""

    doc: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort a list: the literal property that is unique, indexed and never null, and the direction."""

    doc: str
    key: LiteralString
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: its name in every language, its Python type, and what stands behind it."""

    name: str
    type: Any
    source: Value | One | Many | Given


@dataclass(slots=True, eq=False)
class Declared:
    """What is known of a record: label (empty for an answer that is no node), doc, interface, orders, fields."""

    name: LiteralString
    doc: str
    record: type
    is_node: bool
    orders: dict[str, Order]
    has_states: bool
    _fields: dict[str, Field] = field(default_factory=dict[str, Field])

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by name, read from the annotations at first use (records refer to each other)."""
        if not self._fields:
            hints = get_type_hints(self.record, include_extras=True, localns=RECORD_TYPES)
            for name, hint in hints.items():
                if get_origin(hint) is not Annotated:
                    continue
                kind, source = get_args(hint)[:2]
                spelled = source.name if isinstance(source, Given) and source.name else name
                self._fields[spelled] = Field(spelled, kind, source)
        return self._fields


RECORDS: dict[str, Declared] = {}
RECORD_TYPES: dict[str, Any] = {}


def node(label: LiteralString, orders: dict[str, Order], *, has_states: bool = False) -> Callable[[Record], Record]:
    """Declare a record that is a node; its doc is the class docstring."""
    return lambda cls: _declare(cls, Declared(label, cls.__doc__ or "", cls, True, orders, has_states))


def answer(name: LiteralString) -> Callable[[Record], Record]:
    """Declare a record that a question computes."""
    return lambda cls: _declare(cls, Declared(name, cls.__doc__ or "", cls, False, {}, False))


def _declare(cls: Record, declared: Declared) -> Record:
    if declared.name != cls.__name__:
        raise ValueError(f"{cls.__name__} is declared under the name {declared.name}")
    RECORDS[declared.name] = declared
    RECORD_TYPES[declared.name] = cls
    return cls
