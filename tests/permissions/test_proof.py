"""To a viewer, what he may not see does not exist.

For random catalogs and viewers every question gives the answer that an administrator gets on a copy from which the
invisible was deleted; only `scope` differs. YUANLIU_PROOF=N asks about N catalogs instead of the usual number.
"""

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.answer import Answerer
from api.schema import SCHEMA
from graph import sight
from graph.permissions import LOCAL, Viewer
from graph.words import Role
from permissions.asking import DUPLICATES, HOLDERS, LINEAGE, NODE, WIPE, answers, cut, questions, unscoped, write
from permissions.facts import TODAY, Making
from permissions.oracle import Oracle

REPLAN = "CYPHER replan=skip "
"""Each catalog has other numbers of everything, but the plans of the one before are as good."""
CASES = int(os.environ.get("YUANLIU_PROOF", "200"))
SEEDS = st.integers(0, 2**32), st.sampled_from([0.3, 0.6, 1.0, 1.0]), st.sampled_from([0, 5_000, 5_000])
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.generate], "database": None}


class Planned:
    """A database that plans each statement once, and has one answerer, which keeps what it composed."""

    def __init__(self, database):
        self.database, self.lanes = database, database.lanes
        self.answerer = Answerer(SCHEMA, self, lambda: TODAY)

    async def read(self, statement, *rest, **bounds):
        return await self.database.read(REPLAN + statement, *rest, **bounds)


PLANNED = {}


async def differences(database, seed, size, many):
    """What a random viewer is told of a random catalog, where it differs from what there is of it for him."""
    making = Making(seed, size)
    facts, viewer = making.catalog(), making.viewer()
    before, sight.MANY = sight.MANY, many
    try:
        async for found in compared(database, facts, viewer, seed):
            yield found
    finally:
        sight.MANY = before


async def compared(database, facts, viewer, seed, more=()):
    """What a viewer is told of a catalog, where it differs from what there is of it for him; asked by chance, and `more`."""
    asked = [*questions(facts, random.Random(seed)), *more]
    reader = PLANNED.setdefault(database, Planned(database))
    await database.run(WIPE)
    await write(database, facts)
    sight.forget(reader)
    told = [each async for each in answers(reader.answerer, asked, viewer)]
    await cut(database, Oracle(facts, viewer))
    true = [each async for each in answers(reader.answerer, asked, LOCAL)]
    if len(told) != len(true):
        yield viewer, "walks of other lengths", len(told), len(true)
    for (document, variables, mine), (_, _, copy) in zip(told, true, strict=False):
        if unscoped(mine) != copy:
            yield viewer, document, variables, mine, copy


@settings(max_examples=CASES, derandomize=True, **QUIET)
@given(*SEEDS)
async def test_what_may_not_be_seen_does_not_exist(empty_database, seed, size, many):
    found = [each async for each in differences(empty_database, seed, size, many)]
    assert not found, (seed, size, many, found[0])


@pytest.mark.parametrize("seen", [100, 1])
async def test_who_sees_one_in_a_hundred_or_ten_thousand_is_told_no_more(empty_database, seen):
    viewer = Viewer("issuer|alice", frozenset({Role.DEPARTMENT_VIEWER}), "Department:2/小")
    facts = Making(seen, 0.5).large(10_000, seen)
    oracle = Oracle(facts, viewer)
    shown = [one for one in facts.of("Resource") if oracle.sees(one)]
    assert len(shown) == seen
    about = list(about_what_is_seen(random.Random(seen).sample(shown, min(5, seen))))
    found = [each async for each in compared(empty_database, facts, viewer, seen, about)]
    assert not found, found[0]


def about_what_is_seen(ids):
    """Walks from what a viewer sees, cut and whole, who holds it, it itself: questions that have answers."""
    for one in ids:
        yield NODE, {"id": one}, ""
        yield HOLDERS, {"id": one, "first": 3}, "after"
        for direction in ("UPSTREAM", "DOWNSTREAM", "BOTH"):
            for nodes in (1, 2, 100):
                yield LINEAGE, {"id": one, "d": direction, "hops": 4, "nodes": nodes}, ""


def near_miss():
    """A datum that two departments collect in one item, and that an item means which they do not see: rare by chance."""
    making = Making(1)
    for region in ("1", "2"):
        making.node(f"Region:{region}", code=region, level="CITY", recordedAt=None)
    for department in ("1/a", "1/b", "2/c"):
        making.node(f"Department:{department}")
        making.edge("LOCATED_IN", f"Department:{department}", f"Region:{department[0]}", clocks=False)
    making.node("DataElement:元")
    for key, provider, share in (("shown", "1/a", "CONDITIONAL"), ("hidden", "2/c", "NOT_SHARED")):
        making.node(f"Resource:{key}", publication="PUBLISHED", shareType=share)
        making.node(f"DataItem:{key}/项", position=1)
        making.edge("PROVIDES", f"Department:{provider}", f"Resource:{key}", clocks=False)
        making.edge("HAS_ITEM", f"Resource:{key}", f"DataItem:{key}/项", clocks=False)
        making.edge("MEANS", f"DataItem:{key}/项", "DataElement:元", clocks=False)
    for collector in ("1/a", "1/b"):
        making.edge("COLLECTS", f"Department:{collector}", "DataItem:shown/项", clocks=False, **{"from": "PUBLIC"})
    return making.facts


async def test_a_hidden_item_makes_no_duplicate_and_a_shown_one_does(empty_database):
    viewer = Viewer("issuer|alice", frozenset({Role.DEPARTMENT_VIEWER}), "Department:1/b")
    for seed in range(3):
        found = [each async for each in compared(empty_database, near_miss(), viewer, seed)]
        assert not found, found[0]
    told = [
        each async for each in answers(PLANNED[empty_database].answerer, [(DUPLICATES, {"first": 9}, "after")], viewer)
    ]
    [(_, _, body)] = told
    kinds = [edge["node"]["kind"] for edge in body["data"]["duplicateCollection"]["edges"]]
    assert kinds == ["COLLECTED_BY_SEVERAL"], "what two collect in one item is one, whatever else there is"
