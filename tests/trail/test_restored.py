"""What a note that says `restored` may and may not do, and what else a junk checkpoint could."""

import asyncio
import time
from datetime import timedelta

import pytest

from graph.errors import TrailError
from graph.permissions import LOCAL
from graph.trail import heads, merkle, witness
from graph.trail import sealing as module
from graph.trail import verify as verifying
from graph.trail.checkpoint import Checkpoint
from graph.trail.findings import Findings
from graph.trail.notes import PrivateKey
from graph.trail.restoring import kept
from graph.trail.sealing import Why, sealing
from graph.trail.signed import signed
from graph.trail.verify import verify

from .conftest import ALICE, BOB
from .test_attacks import LOG, cut, rechain
from .test_sealing import eventually

JUNK = "o\n0\nr\nnumber 900000000\nrestored 0\n\n— x y\n"


async def test_what_a_witness_kept_is_not_voided_by_a_note_unless_he_says_so(trail, tmp_path):
    state = tmp_path / "seen"
    witness.keep(state, await trail.export())
    await rechain(trail, 2, {"actor": "idp|mallory"})
    await trail.run("MATCH (h:CheckpointHead) SET h.number = 0")
    noted = await trail.seal(Why.RESTORED)
    assert noted.words["restored"] == "0"
    target, keys, seen = await trail.export(), trail.ring.public()[:1], witness.kept(state)
    assert verify(target, keys).is_sound  # as the docs say: a remark, for who kept nothing
    found = verify(target, keys, seen)
    assert sum("which a witness kept" in fault for fault in found.faults) == 3
    assert verify(target, keys, seen, [1, 2, 3]).faults == []
    assert len(verify(target, keys, seen, [1, 3]).faults) == 1


async def test_what_is_kept_is_found_from_the_events_and_not_from_what_the_database_says(trail):
    await trail.run("MATCH (h:CheckpointHead) SET h.number = 0")
    assert await kept(trail.database, trail.ring) == (3, 3)
    await cut(trail, LOG, 3)
    assert await kept(trail.database, trail.ring) == (1, 3)
    noted = await trail.seal(Why.RESTORED)
    assert (noted.number, noted.words["restored"]) == (4, "1")
    found = await trail.verify()
    assert found.faults == []
    assert [remark.split(" covers")[0] for remark in found.remarks] == ["Checkpoint 2", "Checkpoint 3"]


@pytest.mark.parametrize("moved", [[], ["junk"]])
async def test_what_is_not_signed_never_reaches_the_file(trail, moved):
    await trail.run("CREATE (:Checkpoint {number: 900000000, note: $note, moved: $moved})", note=JUNK, moved=moved)
    with pytest.raises(TrailError, match="as checkpoint 900000000 was not signed here"):
        await trail.seal()
    assert trail.ring.last().number == 4  # the genuine one is there all the same
    assert not (await trail.verify()).is_sound


async def test_a_row_with_another_number_than_its_note_never_reaches_the_file(trail):
    await trail.run("MATCH (c:Checkpoint {number: 3}) CREATE (d:Checkpoint) SET d = c {.*, number: 9}")
    with pytest.raises(TrailError, match="as checkpoint 9 was not signed here"):
        await trail.seal()


async def test_a_note_that_nobody_signed_says_nothing_of_losses(trail):
    target = await trail.export()
    with (target / "database.ndjson").open("a") as file:
        file.write(Checkpoint(JUNK, ()).line() + "\n")
    lines = (target / "database.ndjson").read_text().splitlines(keepends=True)
    (target / "database.ndjson").write_text("".join(line for line in lines if "number 2\\n" not in line))
    began = time.monotonic()
    faults = verify(target, trail.ring.public()).faults
    assert time.monotonic() - began < 2
    assert "Checkpoint 900000000 is not signed by a key that may sign it." in faults
    assert any(fault.startswith("Checkpoints 2 were signed, but are not in the database") for fault in faults)


async def test_a_lost_key_signs_no_more_once_the_later_one_has(trail):
    old = trail.ring.key()
    await trail.seal(Why.KEY_LOST)
    keys = trail.ring.public()
    assert len(keys) == 2
    assert (await trail.verify()).faults == ["Checkpoint 4 is not signed by a key that may sign it."]
    await trail.append(ALICE, 20)
    fifth = await trail.seal()
    target = await trail.export()
    assert verify(target, keys).faults == []
    text = fifth.note.rpartition("\n\n")[0] + "\n"
    rows = dict(enumerate(trail.ring.all(), start=1))
    findings = Findings()
    signed(rows | {5: Checkpoint(old.sign(text), fifth.moved)}, keys, findings)
    assert findings.faults == ["Checkpoint 5 is not signed by a key that may sign it."]
    assert isinstance(old, PrivateKey)


async def test_half_of_a_commit_is_not_signed_and_read_again(trail, monkeypatch):
    [head] = await trail.run("MATCH (l:Log {id: $log}) RETURN l.frontier AS frontier", log=LOG)
    assert merkle.root(module.hashes(head["frontier"]))
    await trail.run("MATCH (l:Log {id: $log}) SET l.frontier = l.frontier[..-1]", log=LOG)
    monkeypatch.setattr(heads, "PAUSE", 0.001)
    with pytest.raises(TrailError, match="The head of a log is not that of its events"):
        await trail.seal()
    monkeypatch.setattr(heads, "PAUSE", 0.3)
    sealed = asyncio.create_task(trail.seal())
    exported = asyncio.create_task(trail.export())
    await asyncio.sleep(0.1)
    await trail.run("MATCH (l:Log {id: $log}) SET l.frontier = $frontier", log=LOG, frontier=head["frontier"])
    assert (await sealed).number == 4
    assert verify(await exported, trail.ring.public()).faults == []


async def test_sealing_that_stopped_is_remarked_on(trail, monkeypatch):
    assert (await trail.verify()).remarks == []
    monkeypatch.setattr(verifying, "LATE", timedelta(0))
    [remark] = (await trail.verify()).remarks
    assert "sealing seems to have stopped" in remark
    await trail.seal()
    assert (await trail.verify()).remarks == []


async def test_how_long_events_wait_is_known(bare, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.02)
    async with sealing(bare.database, bare.ring, LOCAL) as sealed:
        first = sealed.at
        await bare.append(BOB, 1)
        await eventually(lambda: bare.ring.last() is not None)
        await asyncio.sleep(0.2)
        assert sealed.at > first
        await bare.append(BOB, 2)  # not due for a minute
        await asyncio.sleep(0.2)
        before = sealed.at
        await asyncio.sleep(0.2)
        assert sealed.at == before
