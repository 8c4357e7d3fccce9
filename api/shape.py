# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false
"""Rows are positional; this checks them against the schema and gives the values their names.

`checker` makes, from a selection, a msgspec type for the row: a value that is not exactly what the schema promises does
not pass. `namer` makes the function that turns a row into the answer, in request order.
"""

from collections.abc import Callable, Mapping, Sequence
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
LEAVES: dict[Any, Any] = {
    GraphQLInt: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)],
    GraphQLFloat: Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)],
    GraphQLBoolean: bool,
}
"""What rows hold for the scalars; all others are text."""
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
    return LEAVES.get(kind, str)


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
    total = LEAVES[GraphQLInt] if wants_total(selection, member.name) else None
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
    records = {
        id(child): (index, record_namer(schema, member, child, hidden=hidden, start=0))
        for index, child in enumerate(pages(selection, member.name), start=1)
    }
    parts = tuple((child.key, page_part(kind, child, records, hidden=hidden)) for child in selection.on[kind.name])
    slots = selection.slots

    def name(page: Any, values: Sequence[Any]) -> Any:
        if page.__class__ is not list or len(page) != 2 or not sound(page[0], 1 + len(records)):  # noqa: PLR2004
            return page
        rows, stand = cut(page[0], {argument: values[slot] for argument, slot in slots.items()})
        stand["totalCount"] = page[1]
        named = {key: part(rows, stand, values) for key, part in parts}
        return named | {HIDDEN: kind.name} if hidden else named

    return name


Part: TypeAlias = Callable[[list[list[Any]], Mapping[str, Any], Sequence[Any]], Any]


def page_part(
    kind: GraphQLObjectType, child: Selection, records: Mapping[int, tuple[int, Name]], *, hidden: bool
) -> Part:
    """What names one field of a page, from the rows, where they stand, and the values of the arguments."""
    inner: Any = get_named_type(kind.fields[child.field].type) if child.field != "__typename" else None
    if child.field == "nodes":
        at, record = records[id(child)]
        return lambda rows, _, values: [record(row[at], values) for row in rows]
    if child.field == "edges":
        columns = tuple((each.key, edge_column(inner, each, records)) for each in child.on[inner.name])
        extra = {HIDDEN: inner.name} if hidden else {}
        return lambda rows, _, values: [{key: column(row, values) for key, column in columns} | extra for row in rows]
    if child.field == "pageInfo":
        asked = tuple((each.key, each.field) for each in child.on[inner.name])
        return lambda _, stand, __: {key: stand.get(field, inner.name) for key, field in asked}
    return lambda _, stand, __: stand.get(child.field, kind.name)


def edge_column(kind: GraphQLObjectType, child: Selection, records: Mapping[int, tuple[int, Name]]) -> Name:
    """What names one field of an edge, from its row."""
    if child.field == "__typename":
        return lambda _, __: kind.name
    if child.field == "cursor":
        return lambda row, _: row[0]
    at, record = records[id(child)]
    return lambda row, values: record(row[at], values)


def cut(rows: list[list[Any]], given: Mapping[str, Any]) -> tuple[list[list[Any]], dict[str, Any]]:
    """The rows that were asked for, in the order of the list, and where they stand in it."""
    last: int | None = given.get("last")
    limit: int = given["first"] if last is None else last
    more = len(rows) > limit
    kept = rows[:limit] if last is None else rows[:limit][::-1]
    stand = {
        "hasNextPage": more if last is None else given.get("before") is not None,
        "hasPreviousPage": given.get("after") is not None if last is None else more,
        "startCursor": kept[0][0] if kept else None,
        "endCursor": kept[-1][0] if kept else None,
    }
    return kept, stand


def sound(rows: Any, width: int) -> bool:
    """Whether the rows of a page are lists with a cursor and every record, so that they can be taken apart."""
    return rows.__class__ is list and all(row.__class__ is list and len(row) >= width for row in rows)
