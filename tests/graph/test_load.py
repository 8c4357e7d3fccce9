"""The loader of seeds: once, never over what is there; structure is refreshed; what does not fit is refused whole."""

import asyncio
import json
from pathlib import Path

import pytest

from graph.errors import ImportRefused
from graph.load import load

SEEDS = Path(__file__).parents[2] / "seeds"
COUNTS = """MATCH (n) WHERE NOT n:Catalog WITH count(n) AS nodes, sum(size(keys(n))) AS properties
RETURN nodes, properties, COUNT { ()-->() } AS edges"""
SEED = {
    "source": "test", "madeUp": True,
    "nodes": {"Department": [{"id": "Department:1/a", "name": "a"}],
              "Resource": [{"id": "Resource:1/r", "name": "r", "lastUpdatedAt": "2024-01-02", "abstract": None}]},
    "edges": {"PROVIDES": [{"from": "Department:1/a", "to": "Resource:1/r", "since": "2020-01-01",
    "recordedAt": "2021-01-01T08:00:00+08:00"}]},
}  # fmt: skip


def seed(folder, content):
    folder.mkdir(exist_ok=True)
    (folder / "1.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


async def test_loading_twice_changes_nothing(empty_database):
    assert await load(empty_database, SEEDS / "base", structure=True)
    assert await load(empty_database, SEEDS / "town")
    before = await empty_database.run(COUNTS)
    assert before[0]["nodes"] > 1000
    assert not await load(empty_database, SEEDS / "base", structure=True)
    assert not await load(empty_database, SEEDS / "town")
    assert await empty_database.run(COUNTS) == before


async def test_structure_is_refreshed_when_it_changes_and_assertions_are_not(empty_database, tmp_path):
    regimes = {"nodes": {"Regime": [{"id": "Regime:T", "name": "T"}], "Rule": [{"id": f"Rule:T-{i}",
        "name": f"T-{i}"} for i in (1, 2)]},
               "edges": {"CONTAINS": [{"from": "Regime:T", "to": "Rule:T-1"}, {"from": "Regime:T",
               "to": "Rule:T-2"}]}}  # fmt: skip
    folder = seed(tmp_path / "structure", regimes)
    assert await load(empty_database, folder, structure=True)
    regimes["edges"]["CONTAINS"].pop()
    regimes["nodes"]["Regime"][0]["name"] = "T again"
    assert await load(empty_database, seed(folder, regimes), structure=True)
    found = await empty_database.run("MATCH (g:Regime)-[:CONTAINS]->(r) RETURN g.name AS name, collect(r.id) AS rules")
    assert found == [{"name": "T again", "rules": ["Rule:T-1"]}]
    assert await load(empty_database, seed(tmp_path / "facts", SEED))
    SEED["nodes"]["Department"][0]["name"] = "changed"
    try:
        assert not await load(empty_database, seed(tmp_path / "facts", SEED))
    finally:
        SEED["nodes"]["Department"][0]["name"] = "a"
    assert await empty_database.run("MATCH (d:Department) RETURN d.name AS name") == [{"name": "a"}]


async def test_values_get_their_types_clocks_and_sort_keys(empty_database, tmp_path):
    await load(empty_database, seed(tmp_path / "types", SEED))
    [row] = await empty_database.run(
        """MATCH (d:Department)-[p:PROVIDES]->(r:Resource) RETURN r.sortName AS name, r.sortUpdated AS updated,
        r.source AS source, r.madeUp AS madeUp, r.abstract IS NULL AS missing, toString(p.since) AS since,
        toString(p.recordedAt) AS recorded, p.source AS edge, r.recordedAt IS NOT NULL AND d.since IS NULL AS clocks,
        valueType(r.lastUpdatedAt) STARTS WITH 'DATE' AS isDate"""
    )
    assert row == {
        "name": "r\u0001Resource:1/r", "updated": "2024-01-02\u0001Resource:1/r", "source": "test", "madeUp": True,
        "missing": True,
        "since": "2020-01-01", "recorded": "2021-01-01T00:00:00Z", "edge": "test", "clocks": True, "isDate": True,
    }  # fmt: skip


async def test_two_at_once_load_a_set_once(empty_database, tmp_path):
    folder = seed(tmp_path / "twice", SEED)
    assert sorted(await asyncio.gather(*(load(empty_database, folder) for _ in range(4)))) == [False] * 3 + [True]
    assert await empty_database.run("MATCH ()-[p:PROVIDES]->() RETURN count(p) AS edges") == [{"edges": 1}]
    assert await empty_database.run("MATCH (e:Event) RETURN count(e) AS events") == [{"events": 1}]


@pytest.mark.parametrize("to", ["Resource:1/none", "Nothing:1", "Department:1/a"])
@pytest.mark.parametrize("kind", ["PROVIDES", "CONTAINS"])
async def test_an_edge_to_a_node_that_is_not_there_is_refused(empty_database, tmp_path, kind, to):
    content = SEED | {"edges": {kind: [*SEED["edges"]["PROVIDES"], {"from": "Resource:1/none", "to": to}]}}
    with pytest.raises(ImportRefused, match=f"{kind} from Resource:1/none to {to}"):
        await load(empty_database, seed(tmp_path / "loose", content))
    assert await empty_database.run("MATCH (n) WHERE NOT n:Catalog RETURN count(n) AS n") == [{"n": 0}]


@pytest.mark.parametrize("wrong", [
    {"nodes": {"Person": [{"id": "Person:1", "name": "x"}]}}, {"nodes": {"Basis": [{"id": "Basis:1", "name": "x"}]}},
    {"edges": {"KNOWS": [{"from": "Department:1/a", "to": "Resource:1/r"}]}},
])  # fmt: skip
async def test_a_seed_that_does_not_fit_changes_nothing(empty_database, tmp_path, wrong):
    with pytest.raises(ImportRefused, match="which is no"):
        await load(empty_database, seed(tmp_path / "wrong", {"source": "test", "nodes": {}, "edges": {}} | wrong))
    assert await empty_database.run("MATCH (n) WHERE NOT n:Catalog RETURN count(n) AS n") == [{"n": 0}]
