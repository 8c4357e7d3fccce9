"""A connection that nothing comes through any more, neither an answer nor an end: whoever waits is told in time."""

import asyncio
import time
from dataclasses import replace

import pytest

from api.identity.denials import Denials
from faults.proxy import Proxy
from graph import revocation
from graph.database import Database
from graph.errors import GraphError, TooSlow
from graph.permissions import LOCAL
from graph.revocation import revoke
from graph.trail import log, sealing
from graph.trail.keyring import Keyring
from graph.trail.log import Entry, record_alone
from graph.trail.sealing import seal
from graph.words import Action

WORDS = Entry(Action.LOGIN)


@pytest.fixture
async def silent(empty_database, monkeypatch):
    """A database behind a proxy, with an open connection, from which nothing comes any more."""
    for module in (log, revocation, sealing):
        monkeypatch.setattr(module, "SECONDS", 0.5)
    async with (
        Proxy(empty_database.address.uri) as proxy,
        Database(replace(empty_database.address, uri=proxy.uri)) as database,
    ):
        proxy.is_open.clear()
        yield database
        proxy.is_open.set()


async def in_a_transaction(database, _):
    async with database.transaction(0.5) as tx:
        await tx.run("CREATE (:Late)")


WAITS = {
    "run": lambda database, _: database.run("RETURN 1 AS one", seconds=0.5),
    "transaction": in_a_transaction,
    "an event alone": lambda database, _: record_alone(database, LOCAL, [WORDS], request=""),
    "revoke": lambda database, _: revoke(database, LOCAL, "idp|alice"),
    "seal": lambda database, folder: seal(database, Keyring(folder), LOCAL, ""),
}


@pytest.mark.parametrize("what", WAITS)
async def test_who_waits_is_told_in_time(silent, tmp_path, what):
    began = time.monotonic()
    async with asyncio.timeout(10):
        with pytest.raises(TooSlow):
            await WAITS[what](silent, tmp_path)
    assert time.monotonic() - began < 4


async def test_denials_end_with_the_service(silent):
    """Of many who were refused, the first alone is waited for."""
    denials = Denials(silent)
    for number in range(20):
        denials.add("refused", replace(LOCAL, subject=f"idp|{number}"))
    began = time.monotonic()
    async with asyncio.timeout(10):
        await denials.close()
    assert time.monotonic() - began < 4


async def test_a_commit_that_is_not_answered_is_told_as_not_known(empty_database):
    async with (
        Proxy(empty_database.address.uri) as proxy,
        Database(replace(empty_database.address, uri=proxy.uri)) as database,
    ):
        proxy.faults = ["hold"]
        async with asyncio.timeout(10):
            with pytest.raises(TooSlow):
                await in_a_transaction(database, None)
        proxy.release.set()
    [made] = await empty_database.run("MATCH (n:Late) RETURN count(n) AS count")
    assert made["count"] == 1


async def test_a_deadline_of_the_block_stays_its_own(empty_database):
    async def block():
        async with empty_database.transaction(5), asyncio.timeout(0.01):
            await asyncio.sleep(1)

    with pytest.raises(TimeoutError) as late:
        await block()
    assert not isinstance(late.value, GraphError)
