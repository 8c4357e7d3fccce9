"""Nouns: pages that neither repeat nor lose a row, filters against Python, and earlier states by both dates."""

import json
import random
from datetime import date

import pytest

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.permissions import LOCAL
from graph.sorting import sort_keys

TODAY = date(2024, 6, 1)
WRITE = """UNWIND $rows AS row CREATE (r:Resource) SET r = row, r.recordedAt = datetime('2020-01-01T00:00:00Z'),
r.lastUpdatedAt = date(row.lastUpdatedAt)"""
ORDERS = ["NAME_ASC", "NAME_DESC", "ID_ASC", "ID_DESC", "UPDATED_ASC", "UPDATED_DESC"]
WALK = """query($o: ResourceOrder, $first: Int, $after: String, $last: Int, $before: String) {
  resources(orderBy: $o, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""


async def ask(database, query, today=TODAY, **variables):
    body = json.loads(
        (await Answerer(SCHEMA, database, lambda: today).answer(Request(query, None, variables), LOCAL)).body
    )
    assert "errors" not in body, body
    return next(iter(body["data"].values()))


def resource(number, rng):
    row = {"id": f"Resource:t/{number:03}", "name": rng.choice("甲乙丙ab"), "lastUpdatedAt": rng.choice([None,
        "2024-01-01", "2024-01-02"]),
           "theme": rng.choice([None, "税务", "教育", "税"]), "recordCount": rng.choice([None, 0, 5, 2**40]),
           "madeUp": rng.choice([None, True, False]),
           "shareType": rng.choice([None, "CONDITIONAL", "NOT_SHARED"]), "keywords": rng.choice([None, [], ["a"],
           ["a", "b"]])}  # fmt: skip
    return {key: value for key, value in (row | sort_keys("Resource", row)).items() if value is not None}


@pytest.fixture
async def resources(empty_database):
    rng = random.Random(7)
    rows = [resource(number, rng) for number in range(37)]
    await empty_database.run(WRITE, rows=rows)
    return rows


def ordered(rows, order):
    key = {"NAME": "sortName", "ID": "id", "UPDATED": "sortUpdated"}[order.partition("_")[0]]
    return [row["id"] for row in sorted(rows, key=lambda row: row[key], reverse=order.endswith("DESC"))]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4, 36, 37, 38])
async def test_walking_the_pages_gives_the_list(empty_database, resources, order, size):
    wanted = ordered(resources, order)
    for bound, cursor, end, more, other in (
        ("first", "after", "endCursor", "hasNextPage", "hasPreviousPage"),
        ("last", "before", "startCursor", "hasPreviousPage", "hasNextPage"),
    ):
        found, at = [], None
        while True:
            given = {"first": None} if bound == "last" else {}
            page = await ask(empty_database, WALK, o=order, **given | {bound: size, cursor: at})
            ids = [edge["node"]["id"] for edge in page["edges"]]
            found = found + ids if bound == "first" else ids + found
            info = page["pageInfo"]
            assert page["totalCount"] == len(wanted)
            assert info[other] == (at is not None)
            assert (info["startCursor"], info["endCursor"]) == (page["edges"][0]["cursor"], page["edges"][-1]["cursor"])
            at = info[end]
            if not info[more]:
                break
        assert found == wanted


@pytest.mark.parametrize("order", ORDERS)
async def test_what_is_added_between_two_pages_repeats_no_row(empty_database, resources, order):
    first = await ask(empty_database, WALK, o=order, first=10)
    rng = random.Random(8)
    added = [resource(number, rng) for number in range(100, 120)]
    await empty_database.run(WRITE, rows=added)
    rest = await ask(empty_database, WALK, o=order, first=1000, after=first["pageInfo"]["endCursor"])
    seen = [edge["node"]["id"] for page in (first, rest) for edge in page["edges"]]
    assert len(seen) == len(set(seen))
    assert set(seen) >= {row["id"] for row in resources}
    everything = ordered(resources + added, order)
    last = everything.index(seen[9])
    assert seen[10:] == everything[last + 1 :]
    assert rest["totalCount"] == 57


async def test_both_cursors_bound_a_page(empty_database, resources):
    wanted = ordered(resources, "NAME_ASC")
    whole = await ask(empty_database, WALK, o="NAME_ASC", first=100)
    cursors = [edge["cursor"] for edge in whole["edges"]]
    for bound in ({"first": 100}, {"last": 100}):
        page = await ask(empty_database, WALK, o="NAME_ASC", after=cursors[3], before=cursors[9], **bound)
        assert [edge["node"]["id"] for edge in page["edges"]] == wanted[4:9]
    empty = await ask(empty_database, WALK, o="NAME_ASC", first=0)
    assert empty["edges"] == []
    assert empty["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}


def compare(operator, value, wanted):
    if wanted is None:
        return value is None
    if value is None:
        return False
    return {
        "eq": lambda: value == wanted, "in": lambda: value in wanted, "contains": lambda: wanted in value,
        "startsWith": lambda: value.startswith(wanted), "gte": lambda: value >= wanted, "lt": lambda: value < wanted,
        "has": lambda: wanted in value,
    }[operator]()  # fmt: skip


def fits(row, where):
    """Whether a row fits a filter: a comparison with what is missing does not hold, so its negation does."""
    for name, inner in where.items():
        if name == "and":
            holds = all(fits(row, each) for each in inner)
        elif name == "or":
            holds = any(fits(row, each) for each in inner)
        elif name == "not":
            holds = not fits(row, inner)
        else:
            value = row.get(name, {"keywords": [], "madeUp": False}.get(name))
            holds = all(compare(operator, value, wanted) for operator, wanted in inner.items())
        if not holds:
            return False
    return True


def condition(rng, depth):
    draw = rng.random()
    if depth and draw < 0.5:
        word = rng.choice(["and", "or", "not"])
        return {
            word: condition(rng, depth - 1)
            if word == "not"
            else [condition(rng, depth - 1) for _ in range(rng.randrange(4))]
        }
    kinds = {
        "theme": {"eq": [None, "税务"], "in": [[], ["税", "教育"]], "contains": ["税", ""], "startsWith": ["教", "税务"]},
        "recordCount": {"eq": [None, 5.0], "gte": [1.0, 2.0**33], "lt": [5.0]}, "madeUp": {"eq": [True, False]},
        "shareType": {"eq": ["CONDITIONAL", None], "in": [["NOT_SHARED"], ["CONDITIONAL", "NOT_SHARED"]]},
        "lastUpdatedAt": {"eq": ["2024-01-01", None], "gte": ["2024-01-02"], "lt": ["2024-01-02", "2000-01-01"]},
        "keywords": {"has": ["a", "z"]}, "id": {"eq": ["Resource:t/003"], "in": [["Resource:t/001", "Resource:t/002"]]},
    }  # fmt: skip
    names = rng.sample(sorted(kinds), rng.choice([1, 1, 2]))
    return {
        name: {
            op: rng.choice(kinds[name][op])
            for op in rng.sample(sorted(kinds[name]), rng.choice([1, min(2, len(kinds[name]))]))
        }
        for name in names
    }


@pytest.mark.parametrize("seed", range(60))
async def test_filters_mean_what_they_say(empty_database, seed):
    rng = random.Random(seed)
    rows = [resource(number, rng) for number in range(30)]
    await empty_database.run(WRITE, rows=rows)
    query = "query($w: ResourceWhere) { resources(where: $w, first: 100, orderBy: ID_ASC) { nodes { id } totalCount } }"
    where = condition(rng, 3)
    page = await ask(empty_database, query, w=where)
    assert [node["id"] for node in page["nodes"]] == [row["id"] for row in rows if fits(row, where)], where
    assert page["totalCount"] == len(page["nodes"])


# Two changes of one resource: recorded in 2021 and 2023. What it was, by what was known.
HISTORY = """
CREATE (r:Resource {id: 'Resource:h', name: 'third', sortName: 'third', sortUpdated: '',
  since: date('2023-03-01'), recordedAt: datetime('2023-03-01T00Z')})
CREATE (r)-[:WAS]->(:ResourceState {name: 'first', recordedAt: datetime('2020-01-01T00Z'),
  withdrawnAt: datetime('2021-02-01T00Z')})
CREATE (r)-[:WAS]->(:ResourceState {name: 'first', until: date('2021-02-01'), recordedAt: datetime('2021-02-01T00Z')})
CREATE (r)-[:WAS]->(:ResourceState {name: 'second', since: date('2021-02-01'), recordedAt: datetime('2021-02-01T00Z'),
  withdrawnAt: datetime('2023-03-01T00Z')})
CREATE (r)-[:WAS]->(:ResourceState {name: 'second', since: date('2021-02-01'), until: date('2023-03-01'),
  recordedAt: datetime('2023-03-01T00Z')})
CREATE (d:Department {id: 'Department:h', name: 'now', sortName: 'now', since: date('2022-01-01'),
  recordedAt: datetime('2022-01-01T00Z')})
CREATE (d)-[:WAS]->(:DepartmentState {name: 'then', until: date('2022-01-01'), recordedAt: datetime('2022-01-01T00Z')})
CREATE (d)-[:WAS]->(:DepartmentState {name: 'then', recordedAt: datetime('2020-01-01T00Z'),
  withdrawnAt: datetime('2022-01-01T00Z')})
CREATE (d)-[:PROVIDES {recordedAt: datetime('2020-01-01T00Z')}]->(r)
"""


@pytest.mark.parametrize(("on", "known", "name", "provider"), [
    (None, None, "third", "now"), ("2023-03-01", None, "third", "now"), ("2023-02-28", None, "second", "now"),
    ("2021-02-01", None, "second", "then"),
    ("2021-01-31", None, "first", "then"), ("1999-01-01", None, "first", "then"), ("2099-01-01", None, "third", "now"),
    (None, "2023-02-28T00:00:00Z", "second", "now"), (None, "2021-12-31T00:00:00Z", "second", "then"), (None,
    "2021-01-31T00:00:00Z", "first", "then"),
    ("2021-01-31", "2021-06-01T00:00:00Z", "first", "then"), ("2023-06-01", "2023-03-01T00:00:00Z", "third", "now"),
    ("2021-01-31", "2020-06-01T00:00:00Z", "first", "then"),
    (None, "2019-12-31T00:00:00Z", None, None),
])  # fmt: skip
async def test_a_noun_is_as_it_was_on_a_day_and_as_it_was_known(empty_database, on, known, name, provider):
    await empty_database.run(HISTORY)
    shown = "{ id name provider { name } }"
    query = f'query($on: Date, $known: DateTime) {{ resource(id: "Resource:h", on: $on, knownAt: $known) {shown} }}'
    found = await ask(empty_database, query, on=on, known=known)
    assert found == (name and {"id": "Resource:h", "name": name, "provider": {"name": provider}})
    assert (await ask(empty_database, '{ resource(id: "Resource:h") { name } }'))["name"] == "third"
