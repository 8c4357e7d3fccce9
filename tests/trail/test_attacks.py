"""Somebody who may do anything with the database alters the trail; an auditor with an export and a public key finds it."""

import asyncio
import json

import msgspec
import pytest

from graph.errors import TrailError
from graph.trail import checkpoint, merkle, witness
from graph.trail.canonical import canonical
from graph.trail.log import copies
from graph.trail.notes import PrivateKey
from graph.trail.sealing import Why
from graph.trail.verify import verify

from .conftest import ALICE, BOB

LOG = "Log:410299/县民政局"
OTHER = "Log:410299/县公安局"


def event(seq):
    return f"Event:410299/县民政局/{seq:010}"


async def faults(trail, **rest):
    found = await trail.verify(**rest)
    assert found.is_sound == (not found.faults)
    return "\n".join(found.faults)


async def test_nothing_is_wrong_with_what_nobody_altered(trail):
    found = await trail.verify()
    assert (found.faults, found.remarks) == ([], [])
    assert (found.events, found.logs, found.checkpoints) == (13, 3, 3)  # with the event of the first key
    assert found.covered == 11
    assert found.last.number == 3


async def test_one_byte_flipped(trail):
    statement = "MATCH (e:Event {id: $id}) SET e.payload = replace(e.payload, '新2', '新9')"
    await trail.run(statement, id=event(1))
    said = await faults(trail)
    assert f"{event(1)}: its payload is not what its hash says." in said
    assert f"{LOG}: its first 3 events are not those that checkpoint 1 signed." in said
    assert OTHER not in said


@pytest.mark.parametrize(
    "copy", ["actor", "action", "at", "targets", "request", "department", "onBehalfOf", "sortAt", "subtrees"]
)
async def test_an_indexed_copy_edited(trail, copy):
    value = {"at": "datetime('2020-01-01T00:00:00Z')", "targets": "['x']", "subtrees": "['00']"}.get(copy, "'LOGIN'")
    await trail.run(f"MATCH (e:Event {{id: $id}}) SET e.{copy} = {value}", id=event(1))
    said = await faults(trail)
    assert said.count("\n") == 0
    assert said.startswith(event(1))
    assert copy in said


async def test_a_copy_that_no_event_has(trail):
    await trail.run("MATCH (e:Event {id: $id}) SET e.approvedBy = 'me', e.where = point({x: 1, y: 2})", id=event(1))
    assert await faults(trail) == f"{event(1)}: not as its payload says: approvedBy, where."


async def test_an_event_deleted_in_the_middle(trail):
    await trail.run("MATCH (e:Event {id: $id}) DELETE e", id=event(1))
    assert f"{event(2)}: what came before it, from 1 on, is missing." in await faults(trail)


async def test_events_deleted_at_the_end(trail):
    await trail.run("MATCH (e:Event) WHERE e.id >= $id AND e.log = $log DELETE e", id=event(4), log=LOG)
    said = await faults(trail)
    assert f"{LOG}: its head counts 6 events; there are 4." in said
    assert f"{LOG} ends after 4 events, but checkpoint 2 covers 5." in said


async def cut(trail, log, size):
    """Shorten a log as somebody would who knows how heads are made."""
    await trail.run("MATCH (e:Event {log: $log}) WHERE e.seq >= $size DELETE e", log=log, size=size)
    rows = await trail.run("MATCH (e:Event {log: $log}) RETURN e.payload AS payload ORDER BY e.seq", log=log)
    frontier, hashed = [], b""
    for number, row in enumerate(rows):
        hashed = merkle.leaf(row["payload"].encode())
        merkle.append(frontier, number, hashed)
    await trail.run(
        "MATCH (l:Log {id: $log}) SET l.size = $size, l.hash = $hash, l.frontier = $frontier",
        log=log, size=size, hash=hashed.hex(), frontier=[each.hex() for each in frontier],
    )  # fmt: skip


async def test_events_deleted_at_the_end_with_the_head_in_order(trail):
    await cut(trail, LOG, 4)
    assert await faults(trail) == f"{LOG} ends after 4 events, but checkpoint 2 covers 5."
    with pytest.raises(TrailError, match="Events that checkpoint 3 covers are gone"):
        await trail.seal()


async def test_what_no_checkpoint_covers_can_be_lost_unseen(trail):
    """As the docs say."""
    await cut(trail, LOG, 5)
    assert await faults(trail) == ""


async def test_a_whole_log_deleted(trail):
    await trail.run("MATCH (e:Event {log: $log}) DELETE e", log=LOG)
    await trail.run("MATCH (l:Log {id: $log}) DELETE l", log=LOG)
    assert f"{LOG} ends after 0 events, but checkpoint 2 covers 5." in await faults(trail)
    with pytest.raises(TrailError, match="are gone"):
        await trail.seal()


async def test_two_events_swapped(trail):
    await trail.run(
        """MATCH (a:Event {id: $a}), (b:Event {id: $b})
        WITH a, b, properties(a) AS one, properties(b) AS two
        SET a.id = 'away' SET b = one SET a = two""",
        a=event(1), b=event(3),
    )  # fmt: skip
    assert (await faults(trail)) == ""  # the nodes are others, what they say is as it was
    await trail.run(
        """MATCH (a:Event {id: $a}), (b:Event {id: $b})
        WITH a, b, a.payload AS one, b.payload AS two, a.hash AS first, b.hash AS second
        SET a.payload = two, a.hash = second, b.payload = one, b.hash = first""",
        a=event(1), b=event(3),
    )  # fmt: skip
    said = await faults(trail)
    assert f"{event(3)}: what came before it, from 1 on, is missing." in said
    assert f"{event(1)}: it stands there twice, or not in its place." in said


async def test_two_events_swapped_with_their_places(trail):
    """Each says now that it stands where the other stood, and its copies agree; the chain does not."""
    rows = await trail.run("MATCH (e:Event {log: $log}) RETURN e.payload AS payload ORDER BY e.seq", log=LOG)
    said = [msgspec.json.decode(row["payload"]) for row in rows]
    said[1], said[2] = said[2] | {"seq": 1}, said[1] | {"seq": 2}
    await rewrite(trail, said[1:3])
    found = await faults(trail)
    assert f"{event(1)}: it does not follow the event before it." in found
    assert "are not those that checkpoint 1 signed" in found


async def rewrite(trail, said):
    """Write events anew, payload, hash and copies agreeing; subtrees stay as they were."""
    for facts in said:
        payload = canonical(facts)
        values = copies(facts) | {"payload": payload.decode(), "hash": merkle.leaf(payload).hex()}
        await trail.run(
            "MATCH (e:Event {id: $id}) SET e += $values, e.at = datetime($values.at)", id=values["id"], values=values
        )


async def rechain(trail, start, change):
    """Alter an event and recompute everything after it: hashes, copies, subtrees, the head."""
    rows = await trail.run("MATCH (e:Event {log: $log}) RETURN e.payload AS payload ORDER BY e.seq", log=LOG)
    frontier, last = [], ""
    for seq, row in enumerate(rows):
        facts = msgspec.json.decode(row["payload"]) | {"previous": last} | (change if seq == start else {})
        payload = canonical(facts)
        hashed = merkle.leaf(payload)
        subtrees = [each.hex() for each in merkle.append(frontier, seq, hashed)]
        last = hashed.hex()
        values = copies(facts) | {"payload": payload.decode(), "hash": last, "subtrees": subtrees}
        await trail.run(
            "MATCH (e:Event {id: $id}) SET e += $values, e.at = datetime($values.at)", id=event(seq), values=values
        )
    await trail.run(
        "MATCH (l:Log {id: $log}) SET l.hash = $hash, l.frontier = $frontier",
        log=LOG, hash=last, frontier=[each.hex() for each in frontier],
    )  # fmt: skip


async def test_the_chain_recomputed_from_an_event_on(trail):
    await rechain(trail, 2, {"actor": "idp|mallory"})
    assert await faults(trail) == f"{LOG}: its first 3 events are not those that checkpoint 1 signed."


async def test_the_chain_recomputed_behind_the_last_checkpoint_is_not_found(trail):
    """As the docs say."""
    await rechain(trail, 5, {"actor": "idp|mallory"})
    assert await faults(trail) == ""
    await trail.seal()
    await rechain(trail, 5, {"actor": "idp|alice"})
    assert await faults(trail) == f"{LOG}: its first 6 events are not those that checkpoint 4 signed."


async def test_the_chain_recomputed_and_every_checkpoint_signed_anew_with_another_key(trail, tmp_path):
    own = PrivateKey.new((await trail.seal()).words["origin"])
    await trail.run("MATCH (c:Checkpoint) DELETE c")
    await trail.run("MATCH (h:CheckpointHead) DELETE h")
    genuine = trail.ring.public()
    for path in trail.ring.folder.iterdir():
        path.unlink()
    (trail.ring.folder / "key").write_text(own.written())
    (trail.ring.folder / "public").write_text(f"{own.public}\n")
    await rechain(trail, 2, {"actor": "idp|mallory"})
    await trail.seal()
    target = await trail.export()
    assert verify(target, [own.public]).is_sound
    assert "Checkpoint 1 is not signed by a key that may sign it." in verify(target, genuine).faults


async def test_an_event_put_in(trail):
    await trail.run("MATCH (e:Event {id: $id}) CREATE (f:Event) SET f = e {.*, id: e.id + 'x', seq: 99}", id=event(5))
    assert "it stands there twice, or not in its place" in await faults(trail)


async def test_an_event_without_an_id_or_a_log(trail):
    await trail.run("CREATE (:Event {payload: '{}'}), (:Event {id: 7}), (:Event)")
    assert len((await faults(trail)).splitlines()) == 3
    assert "is no event" in await faults(trail)


async def test_a_head_edited(trail):
    await trail.run("MATCH (l:Log {id: $log}) SET l.frontier = l.frontier[1..]", log=LOG)
    assert await faults(trail) == f"{LOG}: its head is not that of its events."


async def test_a_checkpoint_deleted_or_edited(trail):
    await trail.run("MATCH (c:Checkpoint {number: 2}) DELETE c")
    assert "Checkpoints 2 were signed, but are not in the database" in await faults(trail)
    await trail.run('MATCH (c:Checkpoint {number: 3}) SET c.moved = [\'["Log:x",1,"00"]\']')
    assert "Checkpoint 3 is not the same in all places that have it." in await faults(trail)
    await trail.run("MATCH (c:Checkpoint {number: 3}) SET c.note = 'nothing', c.moved = 5")
    assert "is no checkpoint" in await faults(trail)


async def test_the_list_of_heads_edited(trail):
    await trail.run("MATCH (h:CheckpointHead) SET h.logs = h.logs[1..]")
    assert await faults(trail) == "The list of the last checkpoint was altered in the database: logs."
    with pytest.raises(TrailError, match="list of the last checkpoint was altered"):
        await trail.seal()


async def test_the_file_beside_the_key_cut(trail):
    lines = trail.ring.checkpoints.read_text().splitlines(keepends=True)
    trail.ring.checkpoints.write_text("".join([lines[0], lines[2]]))
    assert "Checkpoints 2 are not in the file beside the key." in await faults(trail)


async def test_file_and_database_cut_together_are_found_by_a_witness_alone(trail, tmp_path):
    state = tmp_path / "witnessed"
    assert witness.keep(state, await trail.export()) == 3
    assert witness.keep(state, await trail.export()) == 0
    await cut(trail, LOG, 3)
    await cut(trail, OTHER, 2)
    await cut(trail, "Log:system", 1)
    await trail.run("MATCH (c:Checkpoint) WHERE c.number > 1 DELETE c")
    listed = checkpoint.listed(witness.kept(state)[0].heads({}))
    await trail.run("MATCH (h:CheckpointHead) SET h.number = 1, h.logs = $listed", listed=listed)
    trail.ring.checkpoints.write_text(trail.ring.checkpoints.read_text().splitlines(keepends=True)[0])
    assert await faults(trail) == ""
    said = await faults(trail, witnessed=witness.kept(state))
    assert "Checkpoints 2-3 are not in the file beside the key." in said
    assert f"{LOG} ends after 3 events, but checkpoint 2 covers 5." in said


async def test_an_export_is_verified_offline_and_any_line_of_it_counts(trail):
    target = await trail.export()
    whole = (target / "events.ndjson").read_text().splitlines()
    for number in range(len(whole)):
        kept = whole[:number] + whole[number + 1 :]
        (target / "events.ndjson").write_text("".join(f"{line}\n" for line in kept))
        assert not verify(target, trail.ring.public()).is_sound
        altered = json.loads(whole[number])
        altered["payload"] = altered["payload"].replace('"v":1', '"v":2')
        kept = [*whole[:number], json.dumps(altered), *whole[number + 1 :]]
        (target / "events.ndjson").write_text("".join(f"{line}\n" for line in kept))
        assert not verify(target, trail.ring.public()).is_sound


async def test_a_rotated_key_is_followed_and_the_old_one_signs_no_more(trail):
    [first] = trail.ring.public()
    rotated = await trail.seal(Why.ROTATED)
    [_, second] = trail.ring.public()
    assert rotated.words["next"] == str(second)
    assert f"— {first.name} " in rotated.note
    await trail.append(BOB, 20)
    await trail.seal()
    found = await trail.verify()
    assert found.faults == []
    assert found.checkpoints == 5
    [row] = await trail.run("MATCH (e:Event {action: 'KEY_ROTATION'}) WHERE e.seq > 0 RETURN e.payload AS payload")
    facts = msgspec.json.decode(row["payload"])
    assert (facts["before"], facts["after"]) == (str(first), str(second))
    found = verify(await trail.export(), [second])
    assert "Checkpoint 1 is not signed by a key that may sign it." in found.faults


async def test_a_rotation_that_was_interrupted_is_brought_to_its_end(trail, monkeypatch):
    monkeypatch.setattr(type(trail.ring), "adopt", lambda *_: None)
    await trail.seal(Why.ROTATED)
    monkeypatch.undo()
    assert len(trail.ring.public()) == 1
    await trail.append(BOB, 20)
    await trail.seal()
    assert len(trail.ring.public()) == 2
    assert (await trail.verify()).is_sound


async def test_a_lost_key_is_replaced_and_who_verifies_must_be_told(trail, tmp_path):
    old = trail.ring.public()
    for name in ("key", "public", "checkpoints.ndjson"):
        (trail.ring.folder / name).unlink()
    with pytest.raises(TrailError, match="signed by another key"):
        await trail.seal()
    await trail.seal(Why.KEY_LOST)
    target = await trail.export()
    assert "Checkpoint 4 is not signed by a key that may sign it." in verify(target, old).faults
    assert verify(target, [*old, *trail.ring.public()]).faults == []


async def test_two_who_sign_at_once_make_one_sequence(trail):
    made = await asyncio.gather(*(trail.seal() for _ in range(6)))
    assert sum(each is not None for each in made) == 1
    assert (await trail.verify()).is_sound


async def test_a_torn_line_at_the_end_of_the_file_is_dropped(trail):
    with trail.ring.checkpoints.open("a") as file:
        file.write('{"moved":[["Log:x",1')
    assert trail.ring.last().number == 3
    await trail.append(ALICE, 30)
    await trail.seal()
    assert (await trail.verify()).is_sound


async def test_the_key_is_private(trail):
    assert (trail.ring.folder / "key").stat().st_mode & 0o777 == 0o600
    assert trail.ring.folder.stat().st_mode & 0o777 == 0o700


async def test_a_new_catalog_begins_with_a_new_key_and_the_old_one_is_kept(trail):
    old = trail.ring.public()
    kept = trail.ring.set_aside()
    assert (kept / "key").exists()
    assert trail.ring.public() == []
    assert trail.ring.set_aside() is None
    await trail.run("MATCH (n:Event|Log|Checkpoint|CheckpointHead) DELETE n")
    await trail.append(ALICE, 1)
    assert (await trail.seal()).number == 1
    assert trail.ring.public() != old
    assert (await trail.verify()).is_sound
