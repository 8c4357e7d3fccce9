"""The schema: as committed, described in Chinese and English, and nothing of the core contract narrowed."""

import re
from itertools import chain
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    parse,
    validate_schema,
)
from graphql.utilities import find_breaking_changes

from api.schema import SCHEMA, sdl
from graph.words import Word

ROOT = Path(__file__).parent.parent
OURS = build_schema(sdl())
CORE = build_schema((ROOT / "tests" / "core.graphql").read_text(encoding="utf-8"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def own(schema):
    return [
        kind
        for name, kind in schema.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(kind)
    ]


def described():
    """(where, description) of everything that a reader of the schema sees."""
    for kind in own(SCHEMA):
        yield kind.name, kind.description
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description
                for argument, definition in field.args.items():
                    yield f"{kind.name}.{name}({argument})", definition.description
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
        elif isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())


def test_the_committed_schema_is_the_one_that_is_served():
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == sdl()


def test_the_schema_is_valid():
    assert validate_schema(SCHEMA) == []
    parse(sdl())


def test_everything_is_described_beginning_with_the_chinese_term():
    without = [where for where, text in described() if not text or not CHINESE.match(text)]
    assert without == []


def test_descriptions_are_one_or_two_sentences():
    long = {where: text for where, text in described() if len(text) > 200 or "\n\n" in text}
    assert long == {}


@pytest.mark.parametrize("kind", own(CORE), ids=lambda kind: kind.name)
def test_nothing_of_the_core_is_narrowed(kind):
    ours = SCHEMA.type_map.get(kind.name)
    assert type(ours) is type(kind), f"{kind.name} is {ours!r}"
    if isinstance(kind, GraphQLScalarType):
        return
    if isinstance(kind, GraphQLEnumType):
        assert set(kind.values) <= set(ours.values)
        return
    for name, field in kind.fields.items():
        assert name in ours.fields
        assert str(ours.fields[name].type) == str(field.type), f"{kind.name}.{name}"
        if isinstance(kind, GraphQLInputObjectType):
            continue
        for argument, wanted in field.args.items():
            given = OURS.type_map[kind.name].fields[name].args[argument]
            assert str(given.type) == str(wanted.type), f"{kind.name}.{name}({argument})"
            assert given.default_value == wanted.default_value, f"{kind.name}.{name}({argument})"
        for argument, given in ours.fields[name].args.items():
            if argument not in field.args:
                assert not isinstance(given.type, GraphQLNonNull), f"a new argument is required: {name}({argument})"
    if isinstance(kind, GraphQLObjectType):
        assert {each.name for each in kind.interfaces} <= {each.name for each in ours.interfaces}


def test_graphql_core_finds_no_breaking_change_either():
    """What stands in the core alone, measured with the library's own notion of a breaking change."""
    names = {kind.name for kind in own(CORE)}
    breaking = [change.description for change in find_breaking_changes(CORE, SCHEMA)]
    assert [text for text in breaking if any(text.startswith((name + ".", name + " ")) for name in names)] == []


def test_the_members_of_output_enums_are_their_values():
    """A row holds the word as the graph does, and it is written as it is."""
    output = {
        named.name: named
        for kind in own(SCHEMA)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
        for field in kind.fields.values()
        if isinstance(named := get_named_type(field.type), GraphQLEnumType)
    }
    assert {"Regulated", "ShareType", "HoldingWay"} <= set(output)
    for kind in output.values():
        for name, value in kind.values.items():
            assert isinstance(value.value, Word)
            assert name == value.value.name == str(value.value)


def test_every_list_of_nodes_is_bounded():
    """A list without a page would let one question fetch everything."""
    nodes = {kind.name for kind in own(SCHEMA) if isinstance(kind, GraphQLObjectType) and kind.interfaces}
    unbounded = [
        f"{kind.name}.{name}"
        for kind in own(SCHEMA)
        if isinstance(kind, GraphQLObjectType) and (kind.name in nodes or kind.name == "Query")
        for name, field in kind.fields.items()
        if "[" in str(field.type) and get_named_type(field.type).name in nodes
    ]
    assert unbounded == []
    connections = [kind for kind in own(SCHEMA) if kind.name.endswith("Connection")]
    assert len(connections) > 10
    for kind in chain(connections):
        assert [*kind.fields] == ["edges", "nodes", "pageInfo", "totalCount"]
