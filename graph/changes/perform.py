"""Performing a mutation: one unit of work, done once however often it is sent.

Everything of it is one transaction: the idempotency key, the change, its event. It goes on to its end although the asker is
gone, and ends by a deadline. Where the answer of a COMMIT is lost, the same work is begun again under the same key: its
claim waits for the other transaction, and then finds what that one did, or does it.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, LiteralString, get_args

import msgspec

from graph.audience import stamp
from graph.database import Database, Transaction
from graph.errors import BadInput, EngineError, Interrupted, Refused, TooSlow
from graph.lanes import CHANGE, WAIT_SECONDS
from graph.model import RECORDS
from graph.mutations import Mutation, Work
from graph.permissions import Viewer
from graph.record import Id
from graph.sight import load_within, sight_of
from graph.sorting import BETWEEN
from graph.trail.log import Entry, in_force, record, record_alone
from graph.words import Action, RefusalCode
from graph.writing import write

SECONDS = 10.0
ATTEMPTS = 2
LONGEST_KEY = 200
LONGEST_TEXT = 1000
"""Of an id, a subject, a code, a reason: an event keeps them for good."""
DENIED = (RefusalCode.NOT_ALLOWED, RefusalCode.NEEDS_REVIEW, RefusalCode.NOT_FOUND)
"""What is refused for want of a role, or as if it were not there."""

DONE: LiteralString = """
MATCH (d:Done {key: $key})
RETURN d.mutation AS mutation, d.digest AS digest, d.result AS id, d.event AS event, toString(d.at) AS at
"""
# The key is a lock, too: who sends it a second time waits here until the first is done.
CLAIM: LiteralString = """
MERGE (d:Done {key: $key}) ON CREATE SET d.mutation = $mutation, d.digest = $digest
RETURN d.mutation AS mutation, d.digest AS digest, d.result AS id, d.event AS event, toString(d.at) AS at
"""
KEEP: LiteralString = "MATCH (d:Done {key: $key}) SET d.result = $id, d.event = $event, d.at = datetime($at)"
# Of two that change one thing, the second waits here, and then reads what the first has written.
LOCK: LiteralString = "MATCH (n:{label} {{id: $id}}) SET n._lock = 1 REMOVE n._lock"


@dataclass(frozen=True, slots=True)
class Asking:
    """A mutation as it is asked for: by whom, with which arguments, under which key, on which day, in which request."""

    mutation: Mutation
    viewer: Viewer
    arguments: Mapping[str, Any]
    key: str
    today: date
    request: str

    @property
    def owned(self) -> str:
        """The key as it is kept: each subject has its own, and a machine for each whom it acts for."""
        return BETWEEN.join((self.viewer.subject, self.viewer.on_behalf_of, self.key))

    @property
    def digest(self) -> str:
        """What tells whether the same key comes with the same arguments."""
        return hashlib.sha256(msgspec.json.encode(self.arguments, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered: the thing that was changed, the event that records it, the instant at which it became known."""

    id: str
    event: str
    at: str


async def perform(database: Database, asking: Asking) -> Outcome:
    """Do what is asked, or find that it was done under the same key.

    Raises Refused, after the denial was recorded if it is one; BadInput for a key that cannot be used, or too long a text;
    Overloaded when there is no turn;
    EngineError where it is not known whether it was done: to be sent again with the same key.
    """
    if not asking.viewer.subject:
        raise Refused(RefusalCode.NOT_ALLOWED, "The public changes nothing.", "Say who you are: send an access token.")
    if not 0 < len(asking.key) <= LONGEST_KEY or not asking.key.isprintable():
        raise BadInput(
            "The idempotency key cannot be used.", f"Give it 1 to {LONGEST_KEY} characters that can be printed."
        )
    for name, value in asking.arguments.items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise BadInput(f"`{name}` is longer than {LONGEST_TEXT} characters.", "Shorten it.")
    return await database.shielded(_performed(database, asking))


async def _performed(database: Database, asking: Asking) -> Outcome:
    lost: Exception | None = None
    async with database.lanes.by_name[CHANGE].taken():
        for _ in range(ATTEMPTS):
            try:
                async with asyncio.timeout(SECONDS + 1):
                    return await _once(database, asking)
            except Refused as refused:
                await _deny(database, asking, refused)
                raise
            except (Interrupted, TooSlow, TimeoutError) as error:
                lost = error
    raise EngineError(
        "Whether the change was made is not known.", "Send it again with the same key: it is made once."
    ) from lost


async def _once(database: Database, asking: Asking) -> Outcome:
    if done := await database.run(DONE, key=asking.owned):
        return _same(asking, done[0])
    async with write(database, timedelta(seconds=SECONDS), partial(_lock, asking)) as (tx, at):
        [claimed] = await tx.run(CLAIM, key=asking.owned, mutation=asking.mutation.name, digest=asking.digest)
        if claimed["id"] is not None:
            return _same(asking, claimed)
        sight = await load_within(tx, asking.viewer, asking.today)
        work = Work(tx, sight, at, asking.today)
        changed = await asking.mutation.change(work, **asking.arguments)
        await stamp(tx, (changed.id,), asking.today)
        entry = Entry(asking.mutation.action, (changed.id, *changed.also), changed.before, changed.after, changed.note)
        acting = in_force(asking.viewer, sight.bindings)
        [event] = await record(tx, acting, [entry], at=at, request=asking.request, key=asking.key)
        told = Outcome(changed.id, event, at)
        await tx.run(KEEP, key=asking.owned, id=told.id, event=told.event, at=told.at)
    return told


async def _lock(asking: Asking, tx: Transaction) -> None:
    """Lock what the arguments name, as far as it is there, in the order of ids, so that two cannot wait for each other."""
    for identity in sorted({asking.arguments.get(name) or "" for name in asking.mutation.locks}):
        record = RECORDS.get(identity.partition(":")[0])
        if record is not None and record.is_node:
            await tx.run(LOCK.format(label=record.name), id=identity)


def _same(asking: Asking, done: Mapping[str, Any]) -> Outcome:
    """What was done under the key; Refused if that was something else."""
    if (done["mutation"], done["digest"]) != (asking.mutation.name, asking.digest):
        raise Refused(
            RefusalCode.KEY_REUSED,
            "The idempotency key was used for another change.",
            "Give each change a key of its own.",
        )
    return Outcome(done["id"], done["event"], done["at"])


async def _acting(database: Database, asking: Asking) -> Viewer:
    """Who asks, with the roles in force; with those of his token where the others are not found in time."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return in_force(asking.viewer, (await sight_of(database, asking.viewer, asking.today)).bindings)
    except (EngineError, TimeoutError):
        return asking.viewer


async def _deny(database: Database, asking: Asking, refused: Refused) -> None:
    """Record that someone known asked for what he may not; what cannot be seen is recorded like what is not there."""
    if refused.code in DENIED or refused.is_hidden:
        ids = [
            argument.name for argument in asking.mutation.arguments if Id in (argument.type, *get_args(argument.type))
        ]
        targets = [asking.arguments[name] for name in ids if name in asking.arguments]
        note = f"{asking.mutation.name}: {refused.code}"
        entry = Entry(Action.DENIAL, targets, note=note)
        await record_alone(database, await _acting(database, asking), [entry], request=asking.request)
