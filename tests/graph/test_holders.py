"""Holders: a page that begins after any row loses none and repeats none, however many edges lead to one thing."""

import json

import pytest
from permissions.asking import write
from permissions.facts import DAYS, EARLY, LATE, TODAY, Making

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.permissions import LOCAL

ASK = """query($of: ID!, $first: Int!, $after: String) { holders(of: $of, first: $first, after: $after) {
  totalCount edges { cursor node { department { id } of { id } way through { id } since until grant } }
  pageInfo { hasNextPage endCursor } } }"""
TWICE = ({"recordedAt": EARLY}, {"recordedAt": LATE}, {"recordedAt": LATE, "since": DAYS[1]})
"""An edge that stands three times, twice with the same days."""


@pytest.fixture
async def held(empty_database):
    """A resource with an item and a copy, each edge of which stands three times."""
    making = Making(0)
    making.node("Region:1", code="1", level="CITY", recordedAt=None)
    for department in ("Department:1/甲", "Department:1/乙"):
        making.node(department)
        making.edge("LOCATED_IN", department, "Region:1", clocks=False)
    making.node("DataElement:元")
    making.node("System:s", name="s")
    making.node("Grant:g")
    for key in ("r", "copy"):
        making.node(f"Resource:{key}")
        making.node(f"DataItem:{key}/项", position=1)
    for clocks in TWICE:
        for start, edge, end in (
            ("Resource:r", "HAS_ITEM", "DataItem:r/项"), ("DataItem:r/项", "MEANS", "DataElement:元"),
            ("Resource:copy", "HAS_ITEM", "DataItem:copy/项"), ("Resource:r", "FLOWS_TO", "Resource:copy"),
            ("DataItem:r/项", "FLOWS_TO", "DataItem:copy/项"), ("Department:1/甲", "PROVIDES", "Resource:r"),
            ("Department:1/乙", "PROVIDES", "Resource:copy"), ("Department:1/甲", "OPERATES", "System:s"),
            ("System:s", "STORES", "Resource:r"), ("Grant:g", "OF", "Resource:r"), ("Grant:g", "TO", "Department:1/乙"),
        ):  # fmt: skip
            making.edge(edge, start, end, clocks=False, origin="DECLARED", **clocks)
        for source in ("PUBLIC", "SHARING"):
            making.edge("COLLECTS", "Department:1/甲", "DataItem:r/项", clocks=False, **{"from": source}, **clocks)
    await write(empty_database, making.facts)
    return Answerer(SCHEMA, empty_database, lambda: TODAY)


@pytest.mark.parametrize(
    ("of", "ways"),
    [
        ("Resource:r", {"COLLECTED": 4, "STORED": 2, "GRANTED": 2, "FLOWED": 1}),
        ("DataItem:r/项", {"COLLECTED": 4, "STORED": 2, "GRANTED": 2, "FLOWED": 1}),
        ("DataElement:元", {"COLLECTED": 4, "STORED": 2, "GRANTED": 2, "FLOWED": 1}),
    ],
)
async def test_row_by_row_is_the_whole_list(held, of, ways):
    async def page(first, after=None):
        asked = {"of": of, "first": first, "after": after}
        return json.loads((await held.answer(Request(ASK, None, asked), LOCAL)).body)["data"]["holders"]

    whole = await page(100)
    rows = [edge["node"] for edge in whole["edges"]]
    assert {way: sum(row["way"] == way for row in rows) for way in ways} == ways
    assert len(rows) == whole["totalCount"] == sum(ways.values())
    assert len({edge["cursor"] for edge in whole["edges"]}) == len(rows)
    found, after = [], None
    for _ in rows:
        one = await page(1, after)
        found += [edge["node"] for edge in one["edges"]]
        after = one["pageInfo"]["endCursor"]
    assert found == rows
    assert not one["pageInfo"]["hasNextPage"]
