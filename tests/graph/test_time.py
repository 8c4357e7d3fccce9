"""Deadlines: of a statement in the engine, and of a walk that takes fewer hops instead."""

import asyncio
import json
import time

import pytest

from api.answer import Request
from graph.database import Database
from graph.errors import TooSlow
from graph.permissions import LOCAL

COUNT = "UNWIND range(1, 1000000000) AS n WITH n WHERE n % 2 = 3 RETURN count(n) AS n"
RUNNING = "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND range' RETURN count(*) AS n"
LINEAGE = """{ lineage(of: "Resource:410299/WJ001", direction: DOWNSTREAM, hops: 5) {
  nodes { distance } truncated { reason frontier } } }"""


async def test_a_statement_ends_at_its_deadline(town):
    began = time.monotonic()
    with pytest.raises(TooSlow, match="too long"):
        await town.read(COUNT, {}, seconds=0.5)
    assert time.monotonic() - began < 15
    # The engine ends it at its next check, and lists it until then.
    while (await town.run(RUNNING))[0]["n"]:
        assert time.monotonic() - began < 15
        await asyncio.sleep(0.1)
    assert await town.is_ready()


async def test_a_walk_without_time_for_all_hops_takes_fewer_and_says_so(answerer, monkeypatch):
    read = Database.read

    async def slow(self, statement, *rest):
        if "{1,5}" in statement:
            raise TooSlow("The question took too long.")
        return await read(self, statement, *rest)

    monkeypatch.setattr(Database, "read", slow)
    data = json.loads((await answerer.answer(Request(LINEAGE), LOCAL)).body)["data"]["lineage"]
    assert max(node["distance"] for node in data["nodes"]) == 2
    assert data["truncated"]["reason"] == "TIME"
    assert data["truncated"]["frontier"] == ["Resource:410299/GA001"]


async def test_a_walk_without_time_for_one_hop_is_an_error(answerer, monkeypatch):
    async def slow(*_, **__):
        raise TooSlow("The question took too long.", "Ask for less.")

    monkeypatch.setattr(Database, "read", slow)
    body = json.loads((await answerer.answer(Request(LINEAGE), LOCAL)).body)
    assert body["data"] == {"lineage": None}
    assert body["errors"][0]["extensions"]["code"] == "TooSlow"
