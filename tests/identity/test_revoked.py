"""What revocations void: of whom, until when by whose clock, and for a session for good."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from api.identity.errors import Unauthorized
from api.identity.revoked import Revoked
from api.identity.tokens import Believed
from graph import migrate, revocation
from graph.permissions import LOCAL, Viewer
from graph.revocation import revocations, revoke

ALICE = "idp|alice"
STEP = migrate.FOLDER / "0006_revocations.cypher"


def believed(viewer, **more):
    return Believed(viewer, time.time(), time.time() + 100, **more)


def clock(ahead):
    """The clock of another machine."""

    class Clock:
        @staticmethod
        def now(zone):
            return datetime.now(zone) + timedelta(seconds=ahead)

    return Clock


async def test_who_revokes_a_person_voids_a_machine_that_acts_for_him(empty_database):
    listed = Revoked(empty_database)
    machine = believed(Viewer("idp|machine", on_behalf_of=ALICE))
    await listed.refuse(machine)
    await revoke(empty_database, LOCAL, ALICE)
    await listed.reload()
    with pytest.raises(Unauthorized) as refused:
        await listed.refuse(machine)
    assert refused.value.viewer == machine.viewer
    await listed.refuse(believed(Viewer("idp|machine")))


@pytest.mark.parametrize("ahead", [-3600, 3600])
async def test_of_two_clocks_the_one_that_is_ahead_counts(empty_database, monkeypatch, ahead):
    """A token was issued by the clock of the machine that revokes, or by one that goes with the engine's."""
    monkeypatch.setattr(revocation, "datetime", clock(ahead))
    await revoke(empty_database, LOCAL, ALICE)
    until = (await revocations(empty_database))[ALICE]
    assert abs(until - time.time() - max(ahead, 0)) < 60
    monkeypatch.undo()
    await revoke(empty_database, LOCAL, ALICE)
    assert (await revocations(empty_database))[ALICE] >= until, "what is void stays void"


async def test_a_session_that_ended_is_void_whatever_the_clocks_say(empty_database):
    listed = Revoked(empty_database)
    await listed.reload()
    listed.until = {"session|one": 0, "session|": 0}
    with pytest.raises(Unauthorized):
        await listed.refuse(believed(LOCAL, session="one"))
    await listed.refuse(believed(LOCAL, session="other"))
    await listed.refuse(believed(LOCAL))


async def test_a_key_is_revoked_once_and_the_latest_of_several_counts(empty_database):
    """Before the constraint two processes could write one each."""
    await empty_database.run("DROP CONSTRAINT revocation_key IF EXISTS")
    await empty_database.run(
        """UNWIND [['a', 100], ['a', 300], ['a', 200], ['b', 400]] AS each
        CREATE (:Revocation {key: each[0], at: datetime({epochSeconds: each[1]})})"""
    )
    for _ in range(2):
        for statement in migrate.statements(STEP):
            await empty_database.run(statement)
    assert await revocations(empty_database) == {"a": 300, "b": 400}
    [count] = await empty_database.run("MATCH (r:Revocation) RETURN count(r) AS count")
    assert count["count"] == 2
    [constraint] = await empty_database.run("SHOW CONSTRAINTS YIELD name WHERE name = 'revocation_key' RETURN name")
    assert constraint == {"name": "revocation_key"}


async def test_the_event_has_the_instant_of_the_revocation(empty_database):
    await revoke(empty_database, LOCAL, ALICE)
    [row] = await empty_database.run(
        "MATCH (r:Revocation), (e:Event {action: 'REVOKE'}) RETURN r.at = e.at AS isSame, toString(e.at) AS at"
    )
    assert row["isSame"]
    assert abs(datetime.fromisoformat(row["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
