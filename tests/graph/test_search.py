"""Search finds and ranks characters of another width as what they stand for."""

import json

import pytest
from permissions.asking import write
from permissions.facts import TODAY, Making

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.permissions import LOCAL
from graph.search import matches

ASK = "query($text: String!) { search(text: $text) { nodes { rank node { id } matched { field text } } } }"


@pytest.mark.parametrize("text", ["tax", "ｔａｘ", "ＴＡＸ", "Ｔａｘ"])
async def test_characters_of_another_width_match_and_rank_alike(empty_database, text):
    making = Making(0)
    making.node("Resource:wide", name="Ｔａｘ")
    making.node("Resource:plain", name="tax")
    making.node("Resource:word", name="名录", keywords=["ｔａｘ"])
    making.node("Resource:inside", name="名录", abstract="什么ｔａｘ什么")
    await write(empty_database, making.facts)
    await empty_database.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    answerer = Answerer(SCHEMA, empty_database, lambda: TODAY)
    body = json.loads((await answerer.answer(Request(ASK, None, {"text": text}), LOCAL)).body)
    hits = body["data"]["search"]["nodes"]
    assert [hit["node"]["id"].partition(":")[2] for hit in hits] == ["plain", "wide", "word", "inside"]
    assert hits[0]["rank"] == hits[1]["rank"] > hits[2]["rank"] > hits[3]["rank"]
    assert [hit["matched"][0]["text"] for hit in hits] == ["tax", "Ｔａｘ", "ｔａｘ", "什么ｔａｘ什么"]


def test_where_the_places_move_the_text_is_shown_as_it_was_compared():
    assert matches(["公司"], {"name": "㈱㍿甲公司"}) == [{"field": "name", "text": "(株)株式会社甲公司"}]
