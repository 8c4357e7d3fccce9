"""What a request costs, in which lane it waits, and where its answer is laid out: before any database is asked."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from content import TODAY
from graphql import GraphQLError

from api.answer import CHANGE, Answerer, Request, price
from api.plan import NEW, Planner, Unanswerable
from api.schema import SCHEMA
from graph.errors import Overloaded
from graph.lanes import POINT, WALK, Lanes
from graph.permissions import LOCAL
from graph.questions import LAYING_LANE, laid_out

ITEMS = "items(first: 1000) { nodes { element { items(first: $n) { nodes { id } } } } }"
PUBLISH = f"""mutation($n: Int = 1) {{ publishResource(resource: "Resource:x", idempotencyKey: "k") {{
  ... on ResourceChanged {{ resource {{ id {ITEMS} }} }} }} }}"""


@pytest.fixture
def answerer():
    return Answerer(SCHEMA, SimpleNamespace(lanes=Lanes()), lambda: TODAY)


def planned(answerer, text, **variables):
    return answerer.planned(Request(text, None, variables), LOCAL, 1e12, is_get=False)


@pytest.mark.parametrize(("n", "lane", "least"), [(0, POINT, CHANGE), (98, WALK, CHANGE + 900)])
async def test_what_a_change_answers_has_the_lane_and_the_price_of_a_question(answerer, n, lane, least):
    _, [change] = planned(answerer, PUBLISH, n=n)
    assert (change.asked.lane.name, price(change) >= least) == (lane, True)


async def test_a_number_below_nothing_takes_nothing_off(answerer):
    pages = " ".join(
        f"p{i}: resources(first: 1000) {{ nodes {{ items(first: 90) {{ nodes {{ id }} }} }} }}" for i in range(3)
    )
    items = "... on Resource { items(first: 1000) { totalCount } }"
    lineage = f'lineage(of: "x", direction: BOTH, nodes: $n) {{ nodes {{ node {{ {items} }} }} }}'
    with pytest.raises(Unanswerable, match="273000 rows"):
        planned(answerer, f"query($n: Int) {{ {lineage} {pages} }}", n=-2_000_000_000)


def test_a_plan_without_questions_weighs_something():
    planner = Planner(SCHEMA)
    document = (
        "query($a: Boolean!, $b: Boolean!) { x: __typename @skip(if: $a) y: __typename @skip(if: $b) z: __typename }"
    )
    sizes = []
    for a in (True, False):
        for b in (True, False):
            planner.plan(document, None, {"a": a, "b": b})
            sizes.append(planner.size)
    assert len(set(sizes)) == 4


async def test_what_is_refused_pays_for_what_it_made(answerer):
    spent = []
    purse = SimpleNamespace(spend=spent.append, owe=spent.append)
    roots = " ".join(
        f"r{i}: resources(first: $n) {{ nodes {{ id items {{ nodes {{ id name }} }} }} }}" for i in range(40)
    )
    answer = await answerer.answer(Request(f"query($n: Int) {{ {roots} }}", None, {"n": 900}), LOCAL, purse)
    assert not answer.executed
    assert spent == [answerer.planner.made]
    assert spent[0] > 2 * NEW


async def test_the_schema_is_told_beside_the_loop(answerer, monkeypatch):
    threads = []
    written = answerer.written
    monkeypatch.setattr(answerer, "written", lambda *given: threads.append(threading.get_ident()) or written(*given))
    answer = await answerer.answer(Request("{ __schema { types { name } } }"), LOCAL)
    assert answer.executed
    assert threads != [threading.get_ident()]


async def test_a_change_that_was_made_is_told_although_no_thread_is_free(answerer):
    plan, prepared = planned(answerer, PUBLISH, n=98)
    rows = [(prepared[0].values, GraphQLError("It cannot be read."))]
    ends = threading.Event()
    busy = [asyncio.create_task(laid_out(10**9, ends.wait)) for _ in range(LAYING_LANE.most + LAYING_LANE.queue)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(Overloaded):
            await laid_out(10**9, ends.wait)
        answer = await answerer.told_in_time(plan, Request(PUBLISH, None, {"n": 98}), prepared, rows)
    finally:
        ends.set()
        await asyncio.gather(*busy)
    assert b"It cannot be read." in answer.body
