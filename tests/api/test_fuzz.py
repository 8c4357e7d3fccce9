"""The planned path says what graphql-core says: random documents over random rows, sound and broken, answered by both.

YUANLIU_FUZZ=N runs N cases instead of the usual number.
"""

import json
import os
import random
import re
from datetime import date

import msgspec
import pytest
from documents import Documents
from graphql import GraphQLError, GraphQLSchema, build_schema, execute, parse, specified_rules, validate
from rows import Oracle, Thing

from api.answer import Answerer, Prepared, Request
from api.plan import Unanswerable
from api.schema import SCHEMA
from graph.permissions import LOCAL

CASES = int(os.environ.get("YUANLIU_FUZZ", "3000"))
ROWS = 6
"""Sets of rows for one document."""
BATCHES = 10
# What our schema does not have: lists of lists, floats that may be null, interfaces in lists that may hold null, unions.
OTHER: GraphQLSchema = build_schema("""
  interface Thing { id: ID! weight: Float }
  interface Heavy implements Thing { id: ID! weight: Float grid: [[Int]!] }
  type Box implements Thing { id: ID! weight: Float inside: [Thing] colour: Colour names: [String] box(n: Int = 2): Box }
  type Rock implements Thing & Heavy { id: ID! weight: Float grid: [[Int]!] pairs: [[Float!]!]! flags: [[[Boolean]]] }
  union Any = Box | Rock
  enum Colour { RED GREEN }
  type Query { thing(id: ID): Thing things: [Thing!]! any: Any box: Box! rocks: [[Rock]] heavy: Heavy number: Int }
""")
VALUE = re.compile(r" with value .*", re.DOTALL)


class Rowed(Answerer):
    """An answerer without a database."""

    def prepared(self, root, variables, viewer, until, *, is_change=False):
        try:
            return Prepared(root, root.values(variables))
        except GraphQLError as error:
            return Prepared(root, [], error=error)


class Planned(Rowed):
    """An answerer whose rows come from an oracle."""

    oracle: Oracle
    broken = 0

    async def row(self, prepared):
        root, values, _, _, error, _ = prepared
        if error is not None:
            return values, error
        kind = self.schema.query_type.fields[root.name].type
        return values, self.oracle.positional(kind, root.selection, (root.selection.key,), values)


def reference(schema, document, name, variables, oracle):
    result = execute(
        schema,
        document,
        Thing("Query"),
        variable_values=variables,
        operation_name=name,
        field_resolver=oracle.resolve,
        type_resolver=oracle.kind_of,
    )
    answer = {"data": result.data}
    return {"errors": [error.formatted for error in result.errors]} | answer if result.errors else answer


def number(text):
    """JSON has one kind of number: 5.0 is 5."""
    value = float(text)
    return int(value) if value.is_integer() else value


def comparable(body):
    """Errors in any order and without the representation of the value; data as text, for the order of its keys."""
    answer = json.loads(body, parse_float=number)
    errors = [error | {"message": VALUE.sub("", error["message"])} for error in answer.get("errors", [])]
    errors.sort(key=lambda error: json.dumps(error, sort_keys=True))
    return errors, json.dumps(answer["data"])


async def compare(planned, schema, rng, cases):
    """How many cases were compared, and how many of them were answered without graphql-core."""
    documents, done, fast = Documents(schema, rng), 0, 0
    while done < cases:
        text, name, variables = documents.document()
        try:
            plan, _ = planned.planner.plan(text, name, variables)
        except Unanswerable:
            continue
        node = parse(text)
        for _ in range(ROWS):
            oracle = planned.oracle = Oracle(schema, rng.random(), rng.choice([0, 0, 0.005, 0.03, 0.15]))
            before = planned.fallbacks
            answer = await planned.answer(Request(text, name, variables), LOCAL)
            expected = reference(schema, node, name, variables, oracle)
            told = f"\n{text}\n{name} {variables} seed {oracle.seed} rate {oracle.rate}"
            assert comparable(answer.body) == comparable(msgspec.json.encode(expected)), told
            if "errors" not in expected and oracle.rate == 0 and plan.is_planned:
                assert planned.fallbacks == before, "a sound row was not answered as planned" + told
            fast += planned.fallbacks == before
            done += 1
    return done, fast


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("which", ["ours", "other"])
async def test_the_planned_path_says_what_graphql_core_says(which, batch):
    schema = SCHEMA if which == "ours" else OTHER
    share = CASES // BATCHES * (2 if which == "ours" else 1) // 3
    planned = Planned(schema, None, date.today)
    done, fast = await compare(planned, schema, random.Random(f"{which}{batch}"), share)
    assert done >= share
    assert 0.2 * done < fast < done


@pytest.mark.parametrize(
    "page",
    [
        None, "x", 5, {}, [], [[]], [[], 0, 1], [None, 0], ["x", 0], [[None], 0], [["x"], 0], [[[]], 0], [[["c"]], 0],
        [[["c", ["Region:1"], "more"]], 0], [[[5, ["Region:1"]]], 0], [[["c", "x"]], 0], [[["c", None]], 0], [[["c", []]], 0],
        [[["c", ["Region:1"]]]], [[["c", ["Region:1"]]], "0"], [[["c", ["Region:1"]]], None], [[["c", ["Region:1"]], ["d"]], 0],
    ],
)  # fmt: skip
async def test_a_page_that_is_no_page_is_never_an_answer(page):
    class Fixed(Rowed):
        async def row(self, prepared):
            return prepared.values, page

    for text in (
        "{regions {nodes {id} totalCount}}",
        "{regions {edges {cursor node {id}} totalCount}}",
        "{regions {edges {node {id}} pageInfo {startCursor hasNextPage} totalCount}}",
    ):
        answerer = Fixed(SCHEMA, None, date.today)
        body = json.loads((await answerer.answer(Request(text), LOCAL)).body)
        assert answerer.fallbacks == 1
        # What graphql-core can still make of it is an answer; whatever it cannot is an error at its place.
        assert body.get("errors") or body["data"]["regions"]["totalCount"] == 0
        assert all(error["path"][0] == "regions" for error in body.get("errors", []))


def test_the_fuzz_covers_what_it_should():
    rng = random.Random(1)
    documents = Documents(SCHEMA, rng)
    texts = []
    while len(texts) < 300:
        text, _, _ = documents.document()
        if not validate(SCHEMA, parse(text), specified_rules):
            texts.append(text)
    for feature in ("... on Named", "fragment F", "@skip(if: $", "@include(if: t", "__typename", "pageInfo", "edges", "nodes",
                    "query Q2", " = true", "last:", "search(", "lineage(", "... {"):  # fmt: skip
        assert any(feature in text for text in texts), feature
