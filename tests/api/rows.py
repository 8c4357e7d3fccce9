"""Random rows for a document, twice: as the positional rows of the planned path, and as a resolver for graphql-core.

Both ask the same oracle what stands at a path of the answer, so the reference shares no code with `api/shape.py`: it knows
neither selections nor layouts.
"""

import random
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from graph.selection import pages, wants_total

TEXTS = ["", "县公安局", "a", "x\u0001y", 'quote " and \\', "é", "😀", "null"]
BAD_LEAVES = [
    None,
    True,
    False,
    0,
    7,
    5.0,
    1.5,
    2**31,
    -(2**31) - 1,
    2**70,
    float("nan"),
    float("inf"),
    "NOPE",
    "5",
    [],
    {},
    [1],
]
BAD_RECORDS = [None, "x", 5, {}, []]


@dataclass
class Thing:
    """A record in the reference: where it stands and what it is; a broken one has no fields."""

    tag: Any
    is_broken: bool = False


@dataclass
class Sheet:
    """A page in the reference."""

    path: tuple
    rows: list
    limit: int
    last: bool
    arguments: dict


class Oracle:
    """What stands at each path, for one seed; `rate` of it is broken."""

    def __init__(self, schema, seed, rate):
        self.schema, self.seed, self.rate = schema, seed, rate

    def at(self, *path):
        return random.Random(f"{self.seed}{path!r}")

    def leaf(self, kind, path, nullable):
        rng = self.at("leaf", *path)
        if rng.random() < self.rate:
            return rng.choice(BAD_LEAVES)
        if nullable and rng.random() < 0.2:
            return None
        if isinstance(kind, GraphQLEnumType):
            return str(rng.choice(list(kind.values.values())).value)
        if kind is GraphQLInt:
            return rng.choice([0, 1, -1, 2**31 - 1, -(2**31), rng.randrange(10**6)])
        if kind is GraphQLFloat:
            return rng.choice([0.0, -1.5, 1e300, 3.0])
        return rng.random() < 0.5 if kind is GraphQLBoolean else rng.choice(TEXTS)

    def record(self, kind, path, nullable):
        """(tag, what stands there instead of a record or Ellipsis, whether the row is too long)."""
        rng = self.at("record", *path)
        tag = rng.choice(self.schema.get_possible_types(kind)).name if is_abstract_type(kind) else kind.name
        if rng.random() < self.rate:
            if is_abstract_type(kind) and rng.random() < 0.4:
                return rng.choice(["Nope", "Query", 5, None, ""]), ..., False
            if rng.random() < 0.3:
                return tag, ..., True
            return tag, rng.choice(BAD_RECORDS), False
        return tag, None if nullable and rng.random() < 0.2 else ..., False

    def length(self, path):
        """How long a list is, or what stands there instead."""
        rng = self.at("list", *path)
        return rng.choice([None, "x", 5]) if rng.random() < self.rate else rng.randrange(4)

    def rows(self, path, limit):
        return self.at("page", *path).randrange(min(limit, 4) + 2)

    def cursor(self, path, index):
        rng = self.at("cursor", *path, index)
        return rng.choice([5, None, True]) if rng.random() < self.rate / 3 else f"c{rng.randrange(100)}"

    # As the planned path gets them.

    def positional(self, kind, selection, path, values):
        nullable = not isinstance(kind, GraphQLNonNull)
        kind = kind if nullable else kind.of_type
        if isinstance(kind, GraphQLList):
            length = self.length(path) if not nullable or self.at("null", *path).random() > 0.2 else None
            if length.__class__ is not int or length > 3:
                return length
            return [self.positional(kind.of_type, selection, (*path, i), values) for i in range(length)]
        if is_leaf_type(kind):
            return self.leaf(kind, path, nullable)
        if kind.name.endswith("Connection"):
            return self.page(kind, selection, path, values)
        tag, instead, is_long = self.record(kind, path, nullable)
        if instead is not ...:
            return instead
        concrete = self.schema.get_type(tag) if isinstance(tag, str) else None
        fields = selection.fields(tag) if concrete and tag in selection.on else ()
        row = [self.positional(concrete.fields[f.field].type, f, (*path, f.key), values) for f in fields]
        return ([tag] if is_abstract_type(kind) else []) + row + (["more"] if is_long else [])

    def page(self, kind, selection, path, values):
        given = {name: values[slot] for name, slot in selection.slots.items()}
        last = given.get("last") is not None
        limit = given["last"] if last else given["first"]
        count = self.rows(path, limit)
        member = get_named_type(kind.fields["nodes"].type)
        kept = min(count, limit)
        rows = []
        for raw in range(count):
            index = raw if raw >= kept or not last else kept - 1 - raw
            row = [self.cursor(path, index)]
            for asked in pages(selection, member.name):
                row.append(
                    self.positional(GraphQLNonNull(member), asked, self.place(selection, asked, path, index), values)
                )
            rows.append(row)
        total = self.leaf(GraphQLInt, (*path, "total"), nullable=False) if wants_total(selection, member.name) else None
        return [rows, total]

    @staticmethod
    def place(selection, asked, path, index):
        """The path of a record in a page, whichever field of the page asks for it."""
        for children in selection.on.values():
            for child in children:
                if child is asked:
                    return (*path, child.key, index)
                if any(asked is inner for inners in child.on.values() for inner in inners):
                    return (*path, child.key, index, asked.key)
        raise AssertionError

    # As graphql-core gets them.

    def resolve(self, source, info, **arguments):
        path = tuple(info.path.as_list())
        if isinstance(source, Sheet):
            return self.of_page(source, info, path)
        if isinstance(source, tuple):
            return self.of_edge(source, info, path)
        if isinstance(source, dict):
            return source.get(info.field_name)
        if not isinstance(source, Thing) or source.is_broken:
            return None
        return self.value(info.return_type, path, arguments)

    def value(self, kind, path, arguments):
        nullable = not isinstance(kind, GraphQLNonNull)
        kind = kind if nullable else kind.of_type
        if isinstance(kind, GraphQLList):
            length = self.length(path) if not nullable or self.at("null", *path).random() > 0.2 else None
            if length.__class__ is not int or length > 3:
                return length
            return [self.value(kind.of_type, (*path, i), {}) for i in range(length)]
        if is_leaf_type(kind):
            return self.leaf(kind, path, nullable)
        if kind.name.endswith("Connection"):
            last = arguments.get("last") is not None
            limit = arguments["last"] if last else arguments["first"]
            return Sheet(path, list(range(self.rows(path, limit))), limit, last, arguments)
        tag, instead, _ = self.record(kind, path, nullable)
        if instead is None:
            return None
        if instead is ...:
            return Thing(tag)
        # What is no row has no fields; an empty row has no tag either.
        return Thing(None if is_abstract_type(kind) else tag, is_broken=True)

    def of_page(self, page, info, path):
        kept = page.rows[: page.limit]
        if info.field_name == "totalCount":
            return self.leaf(GraphQLInt, (*page.path, "total"), nullable=False)
        if info.field_name == "nodes":
            member = get_named_type(info.return_type)
            return [self.value(GraphQLNonNull(member), (*path, i), {}) for i in range(len(kept))]
        if info.field_name == "edges":
            return [(page, i) for i in range(len(kept))]
        more = len(page.rows) > page.limit
        return {
            "hasNextPage": page.arguments.get("before") is not None if page.last else more,
            "hasPreviousPage": more if page.last else page.arguments.get("after") is not None,
            "startCursor": self.cursor(page.path, 0) if kept else None,
            "endCursor": self.cursor(page.path, len(kept) - 1) if kept else None,
        }

    def of_edge(self, edge, info, path):
        page, index = edge
        return self.cursor(page.path, index) if info.field_name == "cursor" else self.value(info.return_type, path, {})

    def kind_of(self, value, *_):
        return value.tag if isinstance(value, Thing) else None
