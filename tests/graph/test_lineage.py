"""Lineage against networkx, on random graphs with both clocks; cut answers; whether an answer can still change."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph.lineage import Found, distances, nearest
from graph.permissions import LOCAL

DAY = date(2024, 6, 1)
DAYS = [None, *(date(year, 1, 1) for year in (2020, 2023, 2024, 2025))]
INSTANTS = [datetime(year, 1, 1, tzinfo=UTC) for year in (2021, 2022, 2023, 2024)]
ASK = """query($of: ID!, $direction: Direction!, $hops: Int, $nodes: Int, $origins: [FlowOrigin!],
  $on: Date, $knownAt: DateTime) {
  lineage(of: $of, direction: $direction, hops: $hops, nodes: $nodes, origins: $origins, on: $on, knownAt: $knownAt) {
    start { id name } nodes { distance node { id } } edges { from { id } to { id } origin job since until recordedAt }
    truncated { reason frontier } on knownAt settled } }"""
NODES = """UNWIND $ids AS id
CREATE (n:Resource {id: id, name: id, sortName: id, sortUpdated: id, recordedAt: datetime('2020-01-01T00:00:00Z')})"""
EDGES = """UNWIND $edges AS edge MATCH (a:Resource {id: edge.a}) MATCH (b:Resource {id: edge.b})
CREATE (a)-[e:FLOWS_TO]->(b) SET e = edge.p"""
GRAPHS = itertools.count()
PLAIN = {"origin": "DECLARED", "since": None, "until": None, "recordedAt": INSTANTS[0], "withdrawnAt": None}


@st.composite
def graphs(draw):
    """(number of nodes, edges), with parallel edges, loops and cycles."""
    size = draw(st.integers(1, 9))
    node = st.integers(0, size - 1)
    edges = draw(st.lists(st.fixed_dictionaries({
        "a": node, "b": node, "origin": st.sampled_from(["DECLARED", "OBSERVED"]), "since": st.sampled_from(DAYS),
        "until": st.sampled_from(DAYS), "recordedAt": st.sampled_from(INSTANTS),
        "withdrawnAt": st.sampled_from([None, None, *INSTANTS]),
    }), max_size=25))  # fmt: skip
    return size, edges


ASKED = st.fixed_dictionaries({
    "direction": st.sampled_from(["UPSTREAM", "DOWNSTREAM", "BOTH"]), "hops": st.sampled_from([1, 2, 3, 20]),
    "nodes": st.sampled_from([1, 2, 3, 1000]), "origins": st.sampled_from([None, None, ["DECLARED"], ["OBSERVED"],
    ["DECLARED", "OBSERVED"]]),
    "on": st.sampled_from([None, None, *DAYS[1:]]), "knownAt": st.sampled_from([None, None, *INSTANTS]),
})  # fmt: skip


def holds(edge, asked):
    on, known = asked["on"] or DAY, asked["knownAt"]
    begun = edge["since"] is None or edge["since"] <= on
    over = edge["until"] is not None and edge["until"] <= on
    if known is None:
        is_known = edge["withdrawnAt"] is None
    else:
        is_known = edge["recordedAt"] <= known and (edge["withdrawnAt"] is None or edge["withdrawnAt"] > known)
    return begun and not over and is_known and (not asked["origins"] or edge["origin"] in asked["origins"])


def walked(names, edges, asked, way):
    """(distance of each kept node, its frontier, whether a bound on nodes cut it) in one direction."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from((names[edge["a"]], names[edge["b"]]) for edge in edges)
    graph = graph.reverse() if way == "UPSTREAM" else graph
    reach = nx.single_source_shortest_path_length(graph, names[0], cutoff=asked["hops"])
    kept = sorted(reach, key=lambda node: (reach[node], node))[: asked["nodes"] + 1]
    frontier = {near for near in kept for far in graph.successors(near) if far not in kept}
    return {node: reach[node] for node in kept}, frontier, any(reach[near] < asked["hops"] for near in frontier)


def expected(names, edges, asked):
    edges = [edge for edge in edges if holds(edge, asked)]
    ways = ["UPSTREAM", "DOWNSTREAM"] if asked["direction"] == "BOTH" else [asked["direction"]]
    walks = [walked(names, edges, asked, way) for way in ways]
    distance = {}
    for kept, _, _ in walks:
        for node, hops in kept.items():
            distance[node] = min(hops, distance.get(node, hops))
    flows = [edge for edge in edges if any({names[edge["a"]], names[edge["b"]]} <= kept.keys() for kept, _, _ in walks)]
    frontier = set().union(*(found for _, found, _ in walks))
    reason = "NODES" if any(cut for _, _, cut in walks) else "HOPS"
    return {
        "nodes": [(distance[node], node) for node in sorted(distance, key=lambda node: (distance[node], node))],
        "edges": sorted((names[e["a"]], names[e["b"]], e["origin"], e["job"]) for e in flows),
        "truncated": {"reason": reason, "frontier": sorted(frontier)} if frontier else None,
    }


async def ask(database, of, **asked):
    texts = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in asked.items()}
    answer = await Answerer(SCHEMA, database, lambda: DAY).answer(Request(ASK, None, {"of": of} | texts), LOCAL)
    body = json.loads(answer.body)
    assert "errors" not in body, body
    return body["data"]["lineage"]


def told(lineage):
    return {
        "nodes": [(each["distance"], each["node"]["id"]) for each in lineage["nodes"]],
        "edges": [(e["from"]["id"], e["to"]["id"], e["origin"], e["job"]) for e in lineage["edges"]],
        "truncated": lineage["truncated"],
    }


async def write(database, size, edges):
    """Write a graph under ids that no other graph has; the names of its nodes."""
    number = next(GRAPHS)
    names = [f"Resource:{number:05}/{node}" for node in range(size)]
    await database.run(NODES, ids=names)
    for job, edge in enumerate(edges):
        edge["job"] = f"job{job:02}"
    rows = [
        {"a": names[e["a"]], "b": names[e["b"]], "p": {key: e[key] for key in e if key not in ("a", "b")}}
        for e in edges
    ]
    await database.run(EDGES, edges=rows)
    return names


@settings(max_examples=30, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(graph=graphs(), questions=st.lists(ASKED, min_size=3, max_size=3))
async def test_lineage_is_what_networkx_finds(empty_database, graph, questions):
    size, edges = graph
    names = await write(empty_database, size, edges)
    for asked in questions:
        lineage = await ask(empty_database, names[0], **asked)
        assert told(lineage) == expected(names, edges, asked), asked
        assert lineage["start"] == {"id": names[0], "name": names[0]}
        assert lineage["on"] == (asked["on"] or DAY).isoformat()


@given(st.randoms(use_true_random=False), st.integers(2, 12))
def test_distances_are_the_same_for_edges_in_any_order(chance, size):
    drawn = nx.gnp_random_graph(size, 0.3, seed=chance.randrange(1000), directed=True)
    edges = [[*edge] for edge in drawn.edges(nx.descendants(drawn, 0) | {0})]
    chance.shuffle(edges)
    assert distances(0, edges) == nx.single_source_shortest_path_length(drawn, 0)


def test_what_was_hidden_between_the_walk_and_its_edges_is_left_out():
    walk = Found({0: [0, "a"], 1: [1, "b"], 2: [2, "c"]}, [[0, 1, 9]], "", settled=False)
    assert list(nearest(walk, distances(0, walk.edges), 10)) == [0, 1]
    assert list(nearest(walk, distances(0, walk.edges), 1)) == [0]


async def test_more_flows_than_can_be_told_are_refused(empty_database, monkeypatch):
    names = await write(empty_database, 5, [PLAIN | {"a": 0, "b": far} for far in range(1, 5)])
    answerer = Answerer(SCHEMA, empty_database, lambda: DAY)
    given = {"of": names[0], "direction": "DOWNSTREAM", "nodes": 1}
    for most, refused in ((4, False), (3, True)):
        monkeypatch.setattr("graph.lineage.MAX_FLOWS", most)
        body = json.loads((await answerer.answer(Request(ASK, None, given), LOCAL)).body)
        assert [error["extensions"]["code"] for error in body.get("errors", [])] == ["BadInput"] * refused


async def test_something_without_flows_is_its_own_lineage(empty_database):
    [name] = await write(empty_database, 1, [])
    for direction in ("UPSTREAM", "DOWNSTREAM", "BOTH"):
        lineage = await ask(empty_database, name, direction=direction)
        assert told(lineage) == {"nodes": [(0, name)], "edges": [], "truncated": None}
        assert lineage["settled"] is True


@pytest.mark.parametrize("limit", [1, 4, 5, 6, 11, 12, 29, 30, 31])
async def test_a_cut_answer_is_the_first_by_distance_and_id_whatever_was_written_first(empty_database, limit):
    """Thirty nodes in three levels of ten; the order in which the edges were written is in the engine's chains."""
    pairs = [(0, node) for node in range(1, 11)] + [(node, node + 10) for node in range(1, 21)] + [(11, 0)]
    answers = []
    for order in (pairs, pairs[::-1], sorted(pairs, key=lambda pair: str(pair[1])[::-1])):
        names = await write(empty_database, 31, [PLAIN | {"a": a, "b": b} for a, b in order])
        lineage = await ask(empty_database, names[0], direction="DOWNSTREAM", hops=20, nodes=limit)
        short = {name: name.split("/")[1] for name in names}
        answers.append((
            [(distance, short[node]) for distance, node in told(lineage)["nodes"]],
            sorted((short[a], short[b]) for a, b, _, _ in told(lineage)["edges"]),
            lineage["truncated"] and [short[node] for node in lineage["truncated"]["frontier"]],
        ))  # fmt: skip
    assert answers[0] == answers[1] == answers[2]
    everything = [
        (0, "0"),
        *((level + 1, str(node)) for level in range(3) for node in range(1 + 10 * level, 11 + 10 * level)),
    ]
    assert answers[0][0] == sorted(everything)[: limit + 1]
    assert (answers[0][2] is None) == (limit >= 30)


OPEN = """CREATE (:Write {id: 'Write:' + randomUUID(), registeredAt: datetime.realtime(),
  until: datetime.realtime() + duration({minutes: $minutes})})"""
KNOWN = """CREATE (:Write {id: 'Write:' + randomUUID(), registeredAt: datetime.realtime(), until: datetime.realtime(),
  at: datetime.realtime() + duration({seconds: $later})})"""


async def settled(database, of, **asked):
    return (await ask(database, of, direction="DOWNSTREAM", **asked))["settled"]


async def test_an_answer_is_settled_when_no_write_can_come_before_its_instant(empty_database):
    [name] = await write(empty_database, 1, [])
    now = datetime.now(UTC)
    assert await settled(empty_database, name)
    assert not await settled(empty_database, name, knownAt=now + timedelta(hours=1)), "the instant is still to come"
    await empty_database.run(OPEN, minutes=-5)
    assert await settled(empty_database, name), "an expired write can no longer come"
    await empty_database.run(OPEN, minutes=5)
    assert not await settled(empty_database, name), "an open write may get an instant before the answer's"
    assert await settled(empty_database, name, knownAt=now - timedelta(minutes=1)), "but not one before it began"
    await empty_database.run("MATCH (w:Write) SET w.at = datetime.realtime()")
    assert await settled(empty_database, name), "its instant is fixed, and it is seen"
    await empty_database.run(KNOWN, later=3600)
    assert not await settled(empty_database, name), "a write became known after the statement began"
    assert await settled(empty_database, name, knownAt=now), "which cannot touch an answer about an earlier instant"


async def test_the_same_two_dates_give_the_same_answer_after_later_changes(empty_database):
    """A change closes the old flow and opens the new one; what was known before is still answered (contract of both clocks)."""
    plain = {
        "origin": "DECLARED",
        "since": date(2020, 1, 1),
        "until": None,
        "recordedAt": INSTANTS[0],
        "withdrawnAt": None,
    }
    names = await write(empty_database, 4, [plain | {"a": 0, "b": 1}, plain | {"a": 1, "b": 2}])
    [then] = await empty_database.run("RETURN toString(datetime.realtime()) AS at")
    asked = {"direction": "DOWNSTREAM", "on": DAY, "knownAt": then["at"]}
    before = await ask(empty_database, names[0], **asked)
    await empty_database.run(
        """MATCH (a {id: $a})-[e:FLOWS_TO]->(b) WITH a, b, e, datetime.realtime() AS at
        SET e.withdrawnAt = at
        CREATE (a)-[f:FLOWS_TO]->(b) SET f = properties(e), f.until = date('2024-05-01'), f.recordedAt = at, f.withdrawnAt = null
        WITH a, at MATCH (c {id: $c}) CREATE (a)-[g:FLOWS_TO]->(c)
        SET g = {origin: 'OBSERVED', since: date('2024-05-01'), recordedAt: at, job: 'later'}""",
        a=names[0], c=names[3],
    )  # fmt: skip
    assert await ask(empty_database, names[0], **asked) == before
    assert [node for _, node in told(before)["nodes"]] == names[:3]
    now = await ask(empty_database, names[0], direction="DOWNSTREAM", on=DAY)
    assert [node for _, node in told(now)["nodes"]] == [names[0], names[3]]
    earlier = await ask(empty_database, names[0], direction="DOWNSTREAM", on=date(2024, 4, 30))
    assert [node for _, node in told(earlier)["nodes"]] == names[:3]


async def test_an_instant_is_exact_to_the_nanosecond(empty_database):
    """The instant at which a flow was recorded, as it is shown, is an instant at which it was known."""
    names = await write(empty_database, 2, [])
    await empty_database.run(
        """MATCH (a {id: $a}), (b {id: $b}) CREATE (a)-[:FLOWS_TO {origin: 'DECLARED', job: 'exact',
        recordedAt: datetime('2024-01-01T00:00:00.123456789Z')}]->(b)""", a=names[0], b=names[1],
    )  # fmt: skip
    [flow] = (await ask(empty_database, names[0], direction="DOWNSTREAM"))["edges"]
    assert flow["recordedAt"] == "2024-01-01T00:00:00.123456789Z"
    at = await ask(empty_database, names[0], direction="DOWNSTREAM", knownAt=flow["recordedAt"])
    assert len(at["edges"]) == 1
    before = await ask(empty_database, names[0], direction="DOWNSTREAM", knownAt="2024-01-01T00:00:00.123456788Z")
    assert before["edges"] == []
