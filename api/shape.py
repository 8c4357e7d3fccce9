# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false
"""Rows are positional; this checks them against the schema and gives the values their names.

`checker` makes, from a selection, a msgspec type for the row: a value that is not exactly what the schema promises does
not pass. `namer` makes the function that turns a row into the answer, in request order.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeAlias, Union

import msgspec
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

from graph.selection import Selection, pages, wants_total

Check: TypeAlias = Callable[[Any], object]
Name: TypeAlias = Callable[[Any, Sequence[Any]], Any]

LARGEST = 1.7976931348623157e308
INT: Any = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
FLOAT: Any = Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
HIDDEN = " type"
"""The key under which a row tells its type to graphql-core; no response key has a space."""


def checker(schema: GraphQLSchema, kind: GraphQLOutputType, selection: Selection) -> Check:
    """A function that raises msgspec.ValidationError for a row that is not what the schema promises."""
    wanted = row_type(schema, kind, selection)
    convert = msgspec.convert
    return lambda row: convert(row, wanted)


def row_type(schema: GraphQLSchema, kind: GraphQLOutputType, selection: Selection) -> Any:
    """The msgspec type of the rows of a field."""
    if isinstance(kind, GraphQLNonNull):
        return inner_type(schema, kind.of_type, selection)
    return inner_type(schema, kind, selection) | None


def inner_type(schema: GraphQLSchema, kind: Any, selection: Selection) -> Any:
    """The msgspec type without null."""
    if isinstance(kind, GraphQLList):
        return list[row_type(schema, kind.of_type, selection)]
    if isinstance(kind, GraphQLEnumType):
        return Literal[tuple(str(value.value) for value in kind.values.values())]
    if isinstance(kind, GraphQLObjectType):
        return page_type(schema, kind, selection) if is_page(kind) else record_type(schema, kind, selection, tag=None)
    if is_abstract_type(kind):
        members = [
            record_type(schema, member, selection, tag=member.name) for member in schema.get_possible_types(kind)
        ]
        return Union[tuple(members)]  # noqa: UP007
    if kind is GraphQLInt:
        return INT
    if kind is GraphQLFloat:
        return FLOAT
    return bool if kind is GraphQLBoolean else str


def record_type(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection, tag: str | None) -> Any:
    """A struct that is a list: the asked fields in order, behind the tag if the type is only known by the row."""
    fields = [
        (f"f{index}", row_type(schema, kind.fields[child.field].type, child))
        for index, child in enumerate(selection.fields(kind.name))
    ]
    return msgspec.defstruct(kind.name, fields, array_like=True, forbid_unknown_fields=True, tag=tag, gc=False)


def page_type(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection) -> Any:
    """`[rows, totalCount]`, each row `[cursor, record, …]`."""
    member = page_member(kind)
    records = [record_type(schema, member, child, tag=None) for child in pages(selection, member.name)]
    row = msgspec.defstruct(
        "Row",
        [("cursor", str), *((f"r{i}", r) for i, r in enumerate(records))],
        array_like=True,
        forbid_unknown_fields=True,
    )
    total = INT if wants_total(selection, member.name) else None
    return msgspec.defstruct(
        "Page", [("rows", list[row]), ("total", total)], array_like=True, forbid_unknown_fields=True
    )


def is_page(kind: GraphQLObjectType) -> bool:
    """Whether an object type is a Relay connection."""
    return kind.name.endswith("Connection")


def page_member(kind: GraphQLObjectType) -> GraphQLObjectType:
    """The type of the nodes of a connection."""
    member = get_named_type(kind.fields["nodes"].type)
    assert isinstance(member, GraphQLObjectType)  # noqa: S101  # lists of interfaces are wrapped in records
    return member


def namer(schema: GraphQLSchema, kind: Any, selection: Selection, *, hidden: bool) -> Name:
    """A function from a row (and the values of the arguments) to the named answer.

    With `hidden` it also puts the type of each record under `HIDDEN`, for graphql-core, and lets wrong values through as
    they are, so that graphql-core finds the same fault in the same place.
    """
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return listed(namer(schema, kind.of_type, selection, hidden=hidden))
    if isinstance(kind, GraphQLObjectType):
        if is_page(kind):
            return page_namer(schema, kind, selection, hidden=hidden)
        return record_namer(schema, kind, selection, hidden=hidden, start=0)
    if is_abstract_type(kind):
        members = {
            member.name: record_namer(schema, member, selection, hidden=hidden, start=1)
            for member in schema.get_possible_types(kind)
        }

        def tagged(row: Any, values: Sequence[Any]) -> Any:
            if row.__class__ is not list or not row:
                return row
            member = members.get(row[0]) if isinstance(row[0], str) else None
            return {HIDDEN: row[0]} if member is None else member(row, values)

        return tagged
    return lambda row, _: row


def listed(inner: Name) -> Name:
    """The namer of a list."""
    return lambda row, values: [inner(each, values) for each in row] if row.__class__ is list else row


def record_namer(
    schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection, *, hidden: bool, start: int
) -> Name:
    """The namer of a record whose fields begin at `start`."""
    asked = selection.on.get(kind.name, ())
    constants = {child.key: kind.name for child in asked if child.field == "__typename"}
    order = tuple(child.key for child in asked)
    fields = selection.fields(kind.name)
    keys = tuple(child.key for child in fields)
    nested = tuple(
        (child.key, namer(schema, kind.fields[child.field].type, child, hidden=hidden)) for child in fields if child.on
    )
    if hidden:
        constants[HIDDEN] = kind.name

    def name(row: Any, values: Sequence[Any]) -> Any:
        if row.__class__ is not list:
            return row
        named = dict(zip(keys, row[start:] if start else row, strict=False))
        for key, inner in nested:
            if key in named:
                named[key] = inner(named[key], values)
        if constants:
            named |= constants
            if not hidden:
                named = {key: named[key] for key in order}
        return named

    return name


def page_namer(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection, *, hidden: bool) -> Name:
    """The namer of a page: rows, cursors, and where the page stands in the list."""
    member = page_member(kind)
    edge: Any = get_named_type(kind.fields["edges"].type)
    info: Any = get_named_type(kind.fields["pageInfo"].type)
    column: dict[int, int] = {id(child): index for index, child in enumerate(pages(selection, member.name), start=1)}
    records = {
        id(child): record_namer(schema, member, child, hidden=hidden, start=0)
        for child in pages(selection, member.name)
    }
    slots = selection.slots

    def nodes(child: Selection, rows: list[Any], values: Sequence[Any]) -> list[Any]:
        at, record = column[id(child)], records[id(child)]
        return [record(row[at], values) for row in rows]

    def edges(child: Selection, rows: list[Any], values: Sequence[Any]) -> list[Any]:
        parts: list[tuple[str, Callable[[Any], Any]]] = []
        for each in child.on[edge.name]:
            if each.field == "__typename":
                parts.append((each.key, lambda _: edge.name))
            elif each.field == "cursor":
                parts.append((each.key, lambda row: row[0]))
            else:
                at, record = column[id(each)], records[id(each)]
                parts.append((each.key, lambda row, at=at, record=record: record(row[at], values)))
        extra = {HIDDEN: edge.name} if hidden else {}
        return [{key: part(row) for key, part in parts} | extra for row in rows]

    def name(page: Any, values: Sequence[Any]) -> Any:
        if page.__class__ is not list or len(page) != 2 or not sound(page[0]):  # noqa: PLR2004
            return page
        rows, total = page
        last = values[slots["last"]] if "last" in slots else None
        limit = last if last is not None else values[slots["first"]]
        more = len(rows) > limit
        rows = rows[:limit]
        if last is not None:
            rows.reverse()
        before, after = values[slots["before"]] if "before" in slots else None, values[slots["after"]]
        stand = {
            "hasNextPage": more if last is None else before is not None,
            "hasPreviousPage": more if last is not None else after is not None,
            "startCursor": rows[0][0] if rows else None,
            "endCursor": rows[-1][0] if rows else None,
            "__typename": info.name,
        }
        answer: dict[str, Any] = {}
        for child in selection.on[kind.name]:
            if child.field == "nodes":
                answer[child.key] = nodes(child, rows, values)
            elif child.field == "edges":
                answer[child.key] = edges(child, rows, values)
            elif child.field == "pageInfo":
                answer[child.key] = {each.key: stand[each.field] for each in child.on[info.name]}
            else:
                answer[child.key] = kind.name if child.field == "__typename" else total
        if hidden:
            answer[HIDDEN] = kind.name
        return answer

    return name


def sound(rows: Any) -> bool:
    """Whether the rows of a page are lists with a cursor, so that they can be taken apart."""
    return rows.__class__ is list and all(row.__class__ is list and row for row in rows)
