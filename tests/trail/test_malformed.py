"""What has not even the form of a trail, in an export or in the database, is found and said, and breaks nothing."""

from types import SimpleNamespace

import msgspec
import pytest

from graph.errors import TrailError
from graph.trail import proving, witness
from graph.trail.canonical import canonical, same
from graph.trail.files import CHECKPOINTS, DATABASE, EVENTS, LISTED, LOGS
from graph.trail.log import event_id
from graph.trail.verify import verify

from .conftest import ALICE, BOB

LOG = "Log:410299/县民政局"
EVENT = event_id(LOG, 1)
DEEP = b"[" * 100_000


async def found(trail):
    """The faults of an export made now."""
    return "\n".join((await trail.verify()).faults)


@pytest.mark.parametrize("name", [EVENTS, CHECKPOINTS, DATABASE, LOGS, LISTED])
@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b'{"payload": "\xff"}', b"5", b"null", b"{}", b"[]", DEEP, b'{"note": 5, "moved": []}']
)
async def test_a_line_that_is_none_is_a_finding(trail, name, line):
    folder = await trail.export()
    with (folder / name).open("ab") as file:
        file.write(line + b"\n")
    assert verify(folder, trail.ring.public()).faults


@pytest.mark.parametrize(
    "head",
    [
        {"id": None, "size": 1, "hash": "", "frontier": []},
        {"id": LOG},
        {"id": LOG, "size": "6", "hash": "", "frontier": []},
        {"id": LOG, "size": True, "hash": "", "frontier": []},
        {"id": LOG, "size": 6, "hash": "", "frontier": 5},
    ],
)
async def test_a_head_that_is_none_is_a_finding(trail, head):
    folder = await trail.export()
    with (folder / LOGS).open("ab") as file:
        file.write(canonical(head) + b"\n")
    assert any(f"of {LOGS} is no head of a log" in fault for fault in verify(folder, trail.ring.public()).faults)


@pytest.mark.parametrize("moved", [[[LOG, "5", "00"]], [[LOG, True, "00"]], [[LOG]], 5, [5], None])
async def test_a_checkpoint_that_is_none_is_a_finding(trail, moved):
    folder = await trail.export()
    lines = (folder / CHECKPOINTS).read_bytes().splitlines()
    lines[1] = canonical(msgspec.json.decode(lines[1]) | {"moved": moved})
    (folder / CHECKPOINTS).write_bytes(b"\n".join(lines) + b"\n")
    assert f"Line 2 of {CHECKPOINTS} is no checkpoint." in verify(folder, trail.ring.public()).faults


@pytest.mark.parametrize(
    ("payload", "at"), [({"seq": True}, None), ({"seq": "1"}, None), ({"log": 5}, None), ({}, "2026-11-22T08:00:00")]
)
async def test_an_event_that_says_no_place_or_time_is_a_finding(trail, payload, at):
    folder = await trail.export()
    lines = (folder / EVENTS).read_bytes().splitlines()
    said = msgspec.json.decode(lines[1])
    facts = msgspec.json.decode(said["payload"]) | payload | ({"at": at} if at else {})
    lines[1] = canonical(said | {"payload": canonical(facts).decode()})
    (folder / EVENTS).write_bytes(b"\n".join(lines) + b"\n")
    assert any(
        fault.startswith(f"Line 2 of {EVENTS} is no event") for fault in verify(folder, trail.ring.public()).faults
    )


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE (:Log {size: 1})",
        "CREATE (:Log {id: 7, size: 1})",
        "CREATE (:Log {id: ['a'], size: 1})",
        "CREATE (:Log {id: 'Log:x', size: 'many'})",
        "MATCH (l:Log) SET l.size = 'many'",
        "MATCH (l:Log) SET l.frontier = 5",
        "MATCH (l:Log) SET l.frontier = [], l.where = point({x: 1, y: 2})",
        "MATCH (e:Event {id: $event}) SET e.subtrees = 5",
        "MATCH (e:Event {id: $event}) SET e.at = ['never']",
        "MATCH (e:Event {id: $event}) SET e.payload = point({x: 1, y: 2})",
        "MATCH (e:Event {id: $event}) SET e.seq = true",
        "MATCH (c:Checkpoint {number: 2}) SET c.note = 5",
        'MATCH (c:Checkpoint {number: 2}) SET c.moved = [\'["Log:x", "1", "00"]\']',
        "MATCH (c:Checkpoint {number: 2}) SET c.number = 20",
        "MATCH (c:Checkpoint {number: 1}) SET c.number = true",
        "MATCH (h:CheckpointHead) SET h.number = 2",
        "MATCH (h:CheckpointHead) SET h.number = 'last'",
        "MATCH (h:CheckpointHead) SET h.key = 'another'",
        "MATCH (h:CheckpointHead) SET h.logs = h.logs[1..]",
        "MATCH (h:CheckpointHead) SET h.logs = 5",
        "MATCH (h:CheckpointHead) DELETE h",
        "CREATE (:CheckpointHead {number: 3})",
    ],
)
async def test_what_is_altered_in_the_database_is_a_finding(trail, statement):
    assert await found(trail) == ""
    await trail.run(statement.replace("$event", f"'{EVENT}'"))
    assert await found(trail)


async def test_a_copy_is_compared_as_json_has_it(trail):
    """To Python true is 1."""
    assert not same(True, 1)
    await trail.run("MATCH (e:Event {id: $id}) SET e.seq = true", id=EVENT)
    assert await found(trail) == f"{EVENT}: not as its payload says: seq."


async def test_what_is_no_log_does_not_stop_sealing(trail):
    await trail.run("CREATE (:Log {size: 1}), (:Log {id: 7, size: 'x'})")
    assert (await trail.seal()).number == 4
    assert await trail.seal() is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (l:Log) SET l.size = 'many'", "head of a log"),
        ("MATCH (l:Log) SET l.frontier = 5", "head of a log"),
        ("MATCH (h:CheckpointHead) SET h.number = 'last'", "list of the last checkpoint"),
        ("MATCH (h:CheckpointHead) SET h.logs = 5", "list of the last checkpoint"),
    ],
)
async def test_what_cannot_be_gone_on_from_is_said_by_who_seals(trail, statement, said):
    await trail.run(statement)
    with pytest.raises(TrailError, match=said):
        await trail.seal()


async def test_a_head_that_cannot_be_gone_on_from_is_said_by_who_appends(trail):
    await trail.run("MATCH (l:Log) SET l.size = 'many'")
    with pytest.raises(TrailError, match="head of a log was altered"):
        await trail.append(ALICE, 20)


async def test_a_torn_line_is_none(trail, tmp_path):
    """What a crash left at the end of a file that is appended to: of a witness, and beside the key."""
    state = tmp_path / "seen"
    witness.keep(state, await trail.export())
    for path in (state, trail.ring.checkpoints):
        with path.open("ab") as file:
            file.write(b'{"moved":[["Log:\xe5')
    assert [each.number for each in witness.kept(state)] == [1, 2, 3]
    assert [each.number for each in trail.ring.all()] == [1, 2, 3]
    assert await found(trail) == ""
    await trail.append(BOB, 20)
    await trail.seal()
    assert witness.keep(state, await trail.export()) == 1
    assert [each.number for each in witness.kept(state)] == [1, 2, 3, 4]


async def test_a_proof_is_not_made_of_half_a_checkpoint(trail, monkeypatch):
    """The list is that of the next checkpoint already when the note is still the last one's."""
    [before] = await trail.run("MATCH (h:CheckpointHead) RETURN h.logs AS logs")
    await trail.run("MATCH (h:CheckpointHead) SET h.logs = h.logs[1..]")
    reads = []

    async def mended(seconds):
        reads.append(seconds)
        await trail.run("MATCH (h:CheckpointHead) SET h.logs = $logs", **before)

    monkeypatch.setattr(proving, "asyncio", SimpleNamespace(sleep=mended))  # the driver sleeps, too
    proof, checkpoint = await proving.prove(trail.database, EVENT)
    [row] = await trail.run("MATCH (e:Event {id: $id}) RETURN e.payload AS payload", id=EVENT)
    assert proving.check(proof, row["payload"], checkpoint.note, trail.ring.public()) == []
    assert reads


async def test_a_list_that_stays_wrong_proves_nothing(trail, monkeypatch):
    monkeypatch.setattr(proving, "PAUSE", 0.0)
    await trail.run("MATCH (h:CheckpointHead) SET h.logs = h.logs[1..]")
    with pytest.raises(TrailError, match="list of the last checkpoint"):
        await proving.prove(trail.database, EVENT)
