"""What counts as a duplicate: several departments, each with its parts as one, in however many items; and whose the source is."""

import json

import pytest
from permissions.asking import write
from permissions.facts import TODAY, Making

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.permissions import LOCAL, Viewer
from graph.words import Role

ASK = "{ duplicateCollection(first: 9) { totalCount nodes { kind departments { id } items { id } source { id } } } }"
SOMEONE = Viewer("i|someone", frozenset({Role.DEPARTMENT_VIEWER}), "Department:11/甲")


@pytest.fixture
def making():
    """A county in a city, departments of both, and one item that means one element."""
    making = Making(0)
    for code in ("1", "11", "111"):
        making.node(f"Region:{code}", code=code, level="CITY", recordedAt=None)
        if code[:-1]:
            making.edge("WITHIN", f"Region:{code}", f"Region:{code[:-1]}", clocks=False)
    for department in ("1/市局", "11/甲", "11/乙", "11/丙", "11/丁"):
        making.node(f"Department:{department}")
        making.edge("LOCATED_IN", f"Department:{department}", f"Region:{department.partition('/')[0]}", clocks=False)
    making.node("DataElement:元")
    making.node("Resource:r", publication="PUBLISHED")
    making.node("DataItem:r/项", position=1)
    making.edge("HAS_ITEM", "Resource:r", "DataItem:r/项", clocks=False)
    making.edge("MEANS", "DataItem:r/项", "DataElement:元", clocks=False)
    making.edge("PROVIDES", "Department:11/甲", "Resource:r", clocks=False)
    return making


def collects(making, *departments):
    """Let departments collect the one item."""
    for each in departments:
        making.edge("COLLECTS", f"Department:11/{each}", "DataItem:r/项", clocks=False, **{"from": "PUBLIC"})


async def duplicates(database, making, viewer=LOCAL):
    """(kind, departments, source) of each duplicate, as one is told."""
    await write(database, making.facts)
    body = json.loads((await Answerer(SCHEMA, database, lambda: TODAY).answer(Request(ASK), viewer)).body)
    page = body["data"]["duplicateCollection"]
    assert page["totalCount"] == len(page["nodes"])
    return [
        (
            one["kind"],
            "".join(sorted(each["id"].partition("/")[2] for each in one["departments"])),
            one["source"] and one["source"]["id"].partition("/")[2],
        )
        for one in page["nodes"]
    ]


@pytest.mark.parametrize("viewer", [LOCAL, SOMEONE])
async def test_one_item_that_two_collect_is_a_duplicate(empty_database, making, viewer):
    collects(making, "甲", "乙")
    assert await duplicates(empty_database, making, viewer) == [("COLLECTED_BY_SEVERAL", "乙甲", None)]


@pytest.mark.parametrize("viewer", [LOCAL, SOMEONE])
async def test_one_resource_that_two_provide_is_a_duplicate(empty_database, making, viewer):
    making.edge("PROVIDES", "Department:11/乙", "Resource:r", clocks=False)
    assert await duplicates(empty_database, making, viewer) == [("PROVIDED_BY_SEVERAL", "乙甲", None)]


async def test_what_one_collects_twice_is_none(empty_database, making):
    collects(making, "甲", "甲")
    assert await duplicates(empty_database, making) == []


@pytest.mark.parametrize(
    ("above", "is_found"),
    [
        ({"甲": "乙", "乙": "丙"}, False),  # the part of the part, the part and the whole
        ({"甲": "丁", "丁": "乙", "丙": "乙"}, False),  # 丁, in between, collects nothing
        ({"甲": "丁", "丁": "乙"}, True),
        ({"甲": "丁", "乙": "丁", "丙": "丁"}, False),  # parts of one
    ],
)
async def test_a_department_counts_as_one_with_its_parts_however_deep(empty_database, making, above, is_found):
    collects(making, "甲", "乙", "丙")
    for part, whole in above.items():
        making.edge("PART_OF", f"Department:11/{part}", f"Department:11/{whole}", clocks=False)
    assert bool(await duplicates(empty_database, making)) is is_found


async def test_who_is_no_part_any_more_counts_for_himself(empty_database, making):
    collects(making, "甲", "乙")
    making.edge("PART_OF", "Department:11/甲", "Department:11/丙", clocks=False)
    making.edge("PART_OF", "Department:11/丙", "Department:11/乙", clocks=False, until=TODAY)
    assert await duplicates(empty_database, making) == [("COLLECTED_BY_SEVERAL", "乙甲", None)]


@pytest.mark.parametrize(("named", "source"), [(("1/市局",), "市局"), (("1/市局", "11/丁"), "丁"), ((), None)])
async def test_the_source_is_the_nearest_authority(empty_database, making, named, source):
    collects(making, "甲", "乙")
    for each in named:
        making.edge("AUTHORITY_FOR", f"Department:{each}", "DataElement:元", clocks=False)
    assert await duplicates(empty_database, making) == [("COLLECTED_BY_SEVERAL", "乙甲", source)]
