"""What the trail says of an import: every batch, with before and after; replayed, it is what the graph holds."""

import msgspec
from imports.conftest import REGIONS
from imports.files import PAGE, item, load, resource

from graph.permissions import LOCAL
from graph.trail.keyring import Keyring

from .conftest import Trail


async def replayed(trail: Trail):
    """For each kind of note and each id, what the events leave behind, in their order; and the summaries."""
    held, summaries = {}, []
    for row in await trail.run("MATCH (e:Event {action: 'IMPORT'}) RETURN e.payload AS payload ORDER BY e.id"):
        facts = msgspec.json.decode(row["payload"])
        if not isinstance(facts["after"], list):
            summaries.append(facts)
            continue
        before = facts["before"] or [{}] * len(facts["targets"])
        assert len(facts["targets"]) == len(before) == len(facts["after"])
        kind = held.setdefault(facts["note"], {})
        for id, was, now in zip(facts["targets"], before, facts["after"], strict=True):
            if isinstance(now, dict):
                known = kind.setdefault(id, {})
                assert {name: known.get(name) for name in was} == was, (id, was)
                if "waited" in now:  # an item that came: what it says was said when it began to wait
                    known |= held["WaitingItem"].pop(now["waited"])
                known |= now
            else:
                kind[id] = now
    return held, summaries


async def test_the_events_of_imports_replayed_are_the_graph(empty_database, tmp_path):
    trail = Trail(empty_database, Keyring(tmp_path / "trail"), tmp_path)
    rows = [{"id": f"Region:{code}", "code": code, "name": name, "level": level} for code, name, level in REGIONS]
    await trail.run("UNWIND $rows AS row CREATE (g:Region) SET g = row", rows=rows)
    await load(trail.database, tmp_path, [item(n, f"项{k}", k) for n in range(3) for k in (1, 2)], "items.csv")
    await load(trail.database, tmp_path, [resource(n) for n in range(4)])
    await load(trail.database, tmp_path, [resource(n) for n in range(4)])
    changed = [resource(0, 摘要="新的摘要"), resource(1, 来源部门="开封市财政局"), resource(2)]
    await load(trail.database, tmp_path, changed, complete=True)
    few = [item(0, "项1", 9), item(1, "项1", 1)]
    await load(trail.database, tmp_path, few, "items.csv", complete=True)
    await load(trail.database, tmp_path, [*few, item(1, "项2", 2)], "items.csv")
    held, summaries = await replayed(trail)
    assert [facts["targets"] for facts in summaries] == [["Region:410200"]] * 6
    assert [facts["after"]["resources"]["new"] for facts in summaries] == [0, 4, 0, 0, 0, 0]
    nodes = await trail.run("MATCH (r:Resource) RETURN r {.*} AS held")
    assert len(nodes) == 4
    for node in nodes:
        said = held["Resource"][node["held"]["id"]]
        for name, value in said.items():
            if name != "provider":
                assert trail_value(node["held"].get(name)) == value, (name, value)
    away = f"Resource:data.example.gov.cn/{PAGE}3"
    assert held["Resource"][away]["publication"] == "WITHDRAWN"
    assert held["PROVIDES"] == {
        f"Resource:data.example.gov.cn/{PAGE}1": "Department:410200/开封市财政局",
        away: None,
    }
    items = await trail.run("MATCH (i:DataItem) RETURN i {.*} AS held")
    assert {node["held"]["id"] for node in items} == set(held["DataItem"])
    for node in items:
        for name, value in held["DataItem"][node["held"]["id"]].items():
            if name not in ("resource", "element", "waited"):
                assert trail_value(node["held"].get(name)) == value, (name, value)
    edges = await trail.run("""MATCH (i:DataItem)
        OPTIONAL MATCH (r)-[h:HAS_ITEM]->(i) WHERE h.until IS NULL AND h.withdrawnAt IS NULL RETURN i.id AS id, r.id AS of""")
    closed = {id for id, is_there in held["HAS_ITEM"].items() if not is_there}
    assert {row["id"]: row["of"] for row in edges} == {
        id: None if id in closed else said["resource"] for id, said in held["DataItem"].items()
    }
    assert sorted(held["HAS_ITEM"].values()) == [False] * 3 + [True], (
        "what a complete file left out, and what came back"
    )
    assert not held["WaitingItem"]
    found = await trail.verify()
    assert found.is_sound
    assert {row["actor"] for row in await trail.run("MATCH (e:Event) RETURN e.actor AS actor")} == {LOCAL.subject}


def trail_value(value):
    return value.iso_format() if hasattr(value, "iso_format") else value
