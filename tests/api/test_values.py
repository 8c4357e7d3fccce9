"""Argument values are those of graphql-core, however often a document is asked and whatever is given."""

import pytest
from graphql import FieldNode, get_variable_values, parse
from graphql.execution.values import get_argument_values

from api.plan import Planner, Unanswerable
from api.schema import SCHEMA
from api.values import Arguments

PAGE = "{ totalCount } }"
DOCUMENTS = [
    ("query($n: Int = 3, $c: String) { resources(first: $n, after: $c) " + PAGE,
     [{}, {"n": 5}, {"n": 6, "c": "x"}, {"n": 7, "c": None}, {"c": "y"}, {}]),
    ("query($t: String) { resources(where: {name: {contains: $t}}) " + PAGE, [{"t": "a"}, {"t": "b"}, {}, {"t": None}]),
    ("query($k: ShareType!) { resources(where: {shareType: {in: [$k, NOT_SHARED]}}) " + PAGE,
     [{"k": "SPECIAL"}, {"k": "CONDITIONAL"}]),
    ("{ resources(first: 7, orderBy: NAME_DESC) " + PAGE, [{}, {"first": 1}, {}]),
    ("query($id: ID!, $on: Date) { resource(id: $id, on: $on) { id } }",
     [{"id": "a"}, {"id": 7}, {"id": "b", "on": "2024-01-01"}]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "given"), DOCUMENTS)
def test_values_are_those_of_the_request(document, given):
    """Also where the same plan has answered another request before."""
    planner = Planner(SCHEMA)
    operation = parse(document).definitions[0]
    node = operation.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    definition = SCHEMA.query_type.fields[node.name.value]
    arguments = Arguments(definition, node)
    for inputs in [*given, *given]:
        variables = get_variable_values(SCHEMA, operation.variable_definitions or (), inputs)
        wanted = get_argument_values(definition, node, variables)
        assert arguments.values(variables) == [wanted.get(name) for name in definition.args]
        plan, coerced = planner.plan(document, None, inputs)
        assert plan.roots[0].values(coerced)[: len(definition.args)] == [wanted.get(name) for name in definition.args]


TEXTS = "query($id: ID!) { resource(id: $id) { id } }"


@pytest.mark.parametrize("inputs", [{}, {"id": None}, {"id": 1.5}, {"id": True}, {"id": ["a"]}, {"id": {"a": "b"}}])
def test_what_is_no_text_is_refused_where_a_text_was_taken_as_it_is(inputs):
    planner = Planner(SCHEMA)
    assert planner.plan(TEXTS, None, {"id": "a", "more": 1})[1].coerced == {"id": "a"}
    with pytest.raises(Unanswerable, match=r"\$id"):
        planner.plan(TEXTS, None, inputs)
