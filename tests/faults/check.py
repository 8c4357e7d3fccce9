"""What must hold after the faults: every acknowledged change is there once, every other at most once, the trail is whole, and
the state is what the trail says.
"""

import json
import tempfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from graph.database import instant
from graph.permissions import LOCAL
from graph.trail.export import export
from graph.trail.merkle import leaf
from graph.trail.sealing import seal
from graph.trail.verify import verify

CHANGES = ("DESCRIBE", "PUBLISH", "WITHDRAW", "NAME_AUTHORITY", "GRANT_ROLE", "END_ROLE")
EVENTS = """MATCH (e:Event)
RETURN e.id AS id, e.log AS log, e.seq AS seq, e.hash AS hash, e.previous AS previous, e.payload AS payload"""
LOGS = "MATCH (l:Log) RETURN l.id AS id, l.size AS size, l.hash AS hash"
DONE = "MATCH (d:Done) RETURN d.key AS key, d.event AS event, d.result AS result"
RESOURCES = """MATCH (r:Resource) RETURN r.id AS id, properties(r) AS values,
  COLLECT { MATCH (d)-[p:PROVIDES]->(r) WHERE p.withdrawnAt IS NULL AND p.until IS NULL RETURN d.id } AS providers,
  COLLECT { MATCH (r)-[:WAS]->(s) WHERE s.withdrawnAt IS NOT NULL
    RETURN [toString(s.recordedAt), toString(s.withdrawnAt)] ORDER BY s.recordedAt } AS states"""
AUTHORITIES = """MATCH (d:Department)-[a:AUTHORITY_FOR]->(e) WHERE a.withdrawnAt IS NULL AND a.until IS NULL
  RETURN e.id AS element, d.id AS department, a.basis AS basis"""
ROLES = "MATCH (a:RoleAssignment) RETURN a.id AS id, a.subject AS subject, toString(a.until) AS until"
ONLY_IN_THE_TRAIL = {"provider"}


async def check(database, sent, ring):
    """Assert all of it; `sent` are the changes as their clients know them, `ring` has signed. How many of each there were."""
    events = await database.run(EVENTS)
    for event in events:
        event["said"] = json.loads(event["payload"])
    check_chains(events, await database.run(LOGS))
    changes = [event for event in events if event["said"]["action"] in CHANGES]
    check_once(sent, changes, await database.run(DONE))
    await check_state(database, changes)
    checkpoints = await check_trail(database, ring)
    return Counter(each.state for each in sent) | {"events": len(events), "checkpoints": checkpoints}


async def check_trail(database, ring):
    """The service's own verifier finds nothing, from the first key on; how many checkpoints there are."""
    signed = ring.last()
    assert signed, "nothing was signed while things broke"
    await seal(database, ring, LOCAL, "", None)
    with tempfile.TemporaryDirectory() as folder:
        await export(database, ring, Path(folder) / "trail")
        found = verify(Path(folder) / "trail", ring.public()[:1])
    assert found.is_sound, found.faults
    assert found.covered >= found.events - 1, "but for the event of the export"
    return found.checkpoints


def check_chains(events, logs):
    """Every log is gapless, each event follows the one before, and the head is the last."""
    by_log = defaultdict(list)
    for event in events:
        by_log[event["log"]].append(event)
    assert {log["id"]: log["size"] for log in logs if log["size"]} == {log: len(each) for log, each in by_log.items()}
    for log in logs:
        last = ""
        for seq, event in enumerate(sorted(by_log[log["id"]], key=lambda each: each["seq"])):
            assert event["seq"] == event["said"]["seq"] == seq
            assert event["previous"] == event["said"]["previous"] == last
            last = event["hash"]
            assert leaf(event["payload"].encode()).hex() == last
        assert log["hash"] == last


def check_once(sent, changes, done):
    """Each acknowledged key has one event, the acknowledged one; a refused one none; any other one at most."""
    by_key = defaultdict(list)
    for event in changes:
        by_key[event["said"]["actor"], event["said"]["key"]].append(event["id"])
    for each in sent:
        found = by_key.pop((each.viewer.subject, each.key), [])
        if each.state == "acknowledged":
            assert found == [each.event], (each, found)
        elif each.state == "refused":
            assert found == [], (each, found)
        else:
            assert len(found) <= 1, (each, found)
    assert not by_key, "nobody sent these"
    assert sorted(each["event"] for each in done) == sorted(event["id"] for event in changes)


async def check_state(database, changes):
    """What the trail says, told anew from its beginning, is what is there."""
    resources, authorities, roles, times = {}, {}, {}, defaultdict(list)
    for event in sorted(changes, key=lambda each: instant(each["said"]["at"])):
        said = event["said"]
        target, after = said["targets"][0], said["after"]
        times[target].append(said["at"])
        if said["action"] == "NAME_AUTHORITY":
            authorities[target] = [(each["department"], each["basis"]) for each in after]
        elif said["action"] in ("GRANT_ROLE", "END_ROLE"):
            roles.setdefault(target, {}).update(after)
        else:
            before = said["before"] or {}
            held = resources.setdefault(target, {})
            assert all(held.get(name) == value for name, value in before.items()), (event["id"], before, held)
            held.update(after)
    rows = await database.run(RESOURCES)
    assert {row["id"] for row in rows} == set(resources)
    for row in rows:
        held = resources[row["id"]]
        assert row["providers"] == [held["provider"]]
        said = {name: value for name, value in held.items() if name not in ONLY_IN_THE_TRAIL}
        assert {name: plain(row["values"].get(name)) for name in said} == said, row["id"]
        ends = times[row["id"]]
        assert row["states"] == [list(pair) for pair in pairwise(ends)], "each state ends where the next begins"
        assert not any(name.startswith("_") for name in row["values"])
    found = defaultdict(list)
    for row in await database.run(AUTHORITIES):
        found[row["element"]].append((row["department"], row["basis"]))
    assert found == authorities
    rows = await database.run(ROLES)
    assert {row["id"]: row["until"] for row in rows} == {name: values["until"] for name, values in roles.items()}


def plain(value):
    """A property as the trail writes it."""
    return value.iso_format() if hasattr(value, "iso_format") else value
