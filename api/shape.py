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

from graph.selection import Selection, pages, wants_cursor, wants_total

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
    cursor = str if wants_cursor(selection, member.name) else str | None
    row = msgspec.defstruct(
        "Row",
        [("cursor", cursor), *((f"r{i}", r) for i, r in enumerate(records))],
        array_like=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    total = LEAVES[GraphQLInt] if wants_total(selection, member.name) else None
    return msgspec.defstruct(
        "Page", [("rows", list[row]), ("total", total)], array_like=True, forbid_unknown_fields=True, gc=False
    )


def is_page(kind: GraphQLObjectType) -> bool:
    """Whether an object type is a Relay connection."""
    return kind.name.endswith("Connection")


def page_member(kind: GraphQLObjectType) -> GraphQLObjectType:
    """The type of the nodes of a connection."""
    member = get_named_type(kind.fields["nodes"].type)
    assert isinstance(member, GraphQLObjectType)  # noqa: S101  # lists of interfaces are wrapped in records
    return member


def writer(schema: GraphQLSchema, kind: Any, selection: Selection) -> Name:
    """A function from a row that has passed its check (and the values of the arguments) to what is written as the answer.

    A record becomes a struct with the response keys as field names: made and written several times as fast as a dict. The
    row stays as it is, for it may stand in several places.
    """
    nullable = not isinstance(kind, GraphQLNonNull)
    inner = kind if nullable else kind.of_type
    if isinstance(inner, GraphQLList):
        each = writer(schema, inner.of_type, selection)
        if each is unchanged:
            return unchanged
        write = every(each)
    elif isinstance(inner, GraphQLObjectType):
        make = page_writer if is_page(inner) else record_writer
        write = make(schema, inner, selection)
    elif is_abstract_type(inner):
        write = tagged_writer(schema, schema.get_possible_types(inner), selection)
    else:
        return unchanged
    return or_null(write) if nullable else write


def unchanged(row: Any, _: Sequence[Any]) -> Any:
    """A leaf, or a list of them."""
    return row


def every(write: Name) -> Name:
    """The writer of a list."""
    return lambda rows, values: [write(row, values) for row in rows]


def or_null(write: Name) -> Name:
    """The writer of what may be null."""
    return lambda row, values: None if row is None else write(row, values)


def tagged_writer(schema: GraphQLSchema, kinds: Sequence[GraphQLObjectType], selection: Selection) -> Name:
    """The writer of a record whose type only the row knows."""
    if all(is_plain(kind, selection) for kind in kinds):
        made = {kind.name: struct(kind, selection) for kind in kinds}
        return lambda row, _: made[row[0]](*row[1:])
    members = {kind.name: record_writer(schema, kind, selection, start=1) for kind in kinds}
    return lambda row, values: members[row[0]](row, values)


def is_plain(kind: GraphQLObjectType, selection: Selection) -> bool:
    """Whether nothing but leaves is asked of a record."""
    return not any(child.on or child.field == "__typename" for child in selection.on.get(kind.name, ()))


def struct(kind: GraphQLObjectType, selection: Selection) -> Callable[..., Any]:
    """The type of what is written of a record: the response keys in request order."""
    keys = {f"f{place}": child.key for place, child in enumerate(selection.on.get(kind.name, ()))}
    return msgspec.defstruct(kind.name, [(name, Any) for name in keys], rename=keys, gc=False)


def record_writer(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection, start: int = 0) -> Name:
    """The writer of a record whose fields begin at `start`."""
    made = struct(kind, selection)
    if is_plain(kind, selection):
        return (lambda row, _: made(*row[start:])) if start else lambda row, _: made(*row)
    typenames = [place for place, child in enumerate(selection.on.get(kind.name, ())) if child.field == "__typename"]
    fields = enumerate(selection.fields(kind.name))
    nested = [(place, writer(schema, kind.fields[child.field].type, child)) for place, child in fields if child.on]

    def write(row: Any, values: Sequence[Any]) -> Any:
        parts = row[start:]
        for place, inner in nested:
            parts[place] = inner(parts[place], values)
        for place in typenames:
            parts.insert(place, kind.name)
        return made(*parts)

    return write


def page_writer(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection) -> Name:
    """The writer of a page."""
    return page(kind, selection, lambda member, child: record_writer(schema, member, child), hidden=False)


def namer(schema: GraphQLSchema, kind: Any, selection: Selection) -> Name:
    """A function from a row (and the values of the arguments) to the answer as graphql-core executes over it.

    Records are dicts by response keys with their type under `HIDDEN`. Wrong values pass as they are, so that graphql-core
    finds the same fault in the same place.
    """
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return listed(namer(schema, kind.of_type, selection))
    if isinstance(kind, GraphQLObjectType):
        return (page_namer if is_page(kind) else record_namer)(schema, kind, selection)
    if is_abstract_type(kind):
        members = {
            member.name: record_namer(schema, member, selection, start=1) for member in schema.get_possible_types(kind)
        }

        def tagged(row: Any, values: Sequence[Any]) -> Any:
            if row.__class__ is not list or not row:
                return row
            member = members.get(row[0]) if isinstance(row[0], str) else None
            return {HIDDEN: row[0]} if member is None else member(row, values)

        return tagged
    return unchanged


def listed(inner: Name) -> Name:
    """The namer of a list."""
    return lambda row, values: [inner(each, values) for each in row] if row.__class__ is list else row


def record_namer(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection, start: int = 0) -> Name:
    """The namer of a record whose fields begin at `start`."""
    asked = selection.on.get(kind.name, ())
    constants = {child.key: kind.name for child in asked if child.field == "__typename"} | {HIDDEN: kind.name}
    fields = selection.fields(kind.name)
    keys = tuple(child.key for child in fields)
    nested = tuple((child.key, namer(schema, kind.fields[child.field].type, child)) for child in fields if child.on)

    def name(row: Any, values: Sequence[Any]) -> Any:
        if row.__class__ is not list:
            return row
        named = dict(zip(keys, row[start:], strict=False))
        for key, inner in nested:
            if key in named:
                named[key] = inner(named[key], values)
        return named | constants

    return name


def page_namer(schema: GraphQLSchema, kind: GraphQLObjectType, selection: Selection) -> Name:
    """The namer of a page; one that cannot be taken apart passes as it is."""
    name = page(kind, selection, lambda member, child: record_namer(schema, member, child), hidden=True)
    width = 1 + len(pages(selection, page_member(kind).name))
    return lambda row, values: name(row, values) if is_sound(row, width) else row


def page(
    kind: GraphQLObjectType,
    selection: Selection,
    record: Callable[[GraphQLObjectType, Selection], Name],
    *,
    hidden: bool,
) -> Name:
    """What makes a page from its row: rows, cursors, and where the page stands in the list."""
    member = page_member(kind)
    records = {
        id(child): (index, record(member, child)) for index, child in enumerate(pages(selection, member.name), start=1)
    }
    parts = tuple((child.key, page_part(kind, child, records, hidden=hidden)) for child in selection.on[kind.name])
    is_placed = any(child.field == "pageInfo" for child in selection.on[kind.name])
    slots = selection.slots

    def make(row: Any, values: Sequence[Any]) -> Any:
        last: int | None = values[slots["last"]] if "last" in slots else None
        limit: int = values[slots["first"]] if last is None else last
        rows = row[0][:limit] if last is None else row[0][:limit][::-1]
        stand: dict[str, Any] = {"totalCount": row[1]}
        if is_placed:
            stand |= standing(rows, {name: values[slot] for name, slot in slots.items()}, rest=len(row[0]) - len(rows))
        made = {key: part(rows, stand, values) for key, part in parts}
        return made | {HIDDEN: kind.name} if hidden else made

    return make


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


def standing(rows: list[list[Any]], given: Mapping[str, Any], *, rest: int) -> dict[str, Any]:
    """Where the rows of a page stand in the list; `rest` further ones were found in the direction of reading."""
    is_backward = given.get("last") is not None
    return {
        "hasNextPage": given.get("before") is not None if is_backward else rest > 0,
        "hasPreviousPage": rest > 0 if is_backward else given.get("after") is not None,
        "startCursor": rows[0][0] if rows else None,
        "endCursor": rows[-1][0] if rows else None,
    }


def is_sound(row: Any, width: int) -> bool:
    """Whether a page is `[rows, total]`, its rows lists with a cursor and every record, so that it can be taken apart."""
    if row.__class__ is not list or len(row) != 2 or row[0].__class__ is not list:  # noqa: PLR2004
        return False
    return all(each.__class__ is list and len(each) >= width for each in row[0])
