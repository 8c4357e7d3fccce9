"""Every change is made once: sent twice, sent at once, its answer lost, its asker gone, another write in the way."""

import asyncio
import json
from dataclasses import replace

import pytest
from content import TODAY
from faults.proxy import Proxy

import graph.declared  # noqa: F401  # declares the mutations
from api.answer import Answerer, Request
from api.schema import SCHEMA
from changes.people import ADMINISTRATOR, CIVIL_AFFAIRS, OFFICER, REVIEWER
from graph.changes import perform as performing
from graph.changes.perform import Asking, perform
from graph.database import Database
from graph.errors import BadInput, EngineError, Interrupted, Overloaded, Refused
from graph.lanes import CHANGE, POINT, Lanes
from graph.mutations import MUTATIONS, Changed, Mutation
from graph.words import Action

RESOURCE = "... on ResourceChanged { resource { id abstract } event at }"


def asking(name, key, viewer=OFFICER, **arguments):
    return Asking(MUTATIONS[name], viewer, arguments, key, TODAY, "request")


async def events(changing, target):
    rows = await changing.run(
        "MATCH (e:Event) WHERE $target IN e.targets AND e.action <> 'DENIAL' RETURN e.id AS id ORDER BY e.sortAt",
        target=target,
    )
    return [row["id"] for row in rows]


async def test_sent_again_it_is_answered_the_same_and_made_once(send, changing, draft):
    one = await draft()
    first = await send(OFFICER, "describeResource", RESOURCE, key="a", resource=one, fields={"abstract": "一"})
    again = await send(OFFICER, "describeResource", RESOURCE, key="a", resource=one, fields={"abstract": "一"})
    assert again == first
    assert len(await events(changing, one)) == 2
    other = await send(OFFICER, "describeResource", RESOURCE, key="a", resource=one, fields={"abstract": "二"})
    assert other["code"] == "KEY_REUSED"
    assert (await send(OFFICER, "publishResource", RESOURCE, key="a", resource=one))["code"] == "KEY_REUSED"
    another = await send(REVIEWER, "publishResource", RESOURCE, key="a", resource=one)
    assert another["__typename"] == "ResourceChanged", "another's key is another key"


async def test_what_was_refused_may_be_sent_again_under_its_key(send, draft):
    one = await draft(formats=None)
    assert (await send(OFFICER, "publishResource", RESOURCE, key="again", resource=one))["code"] == "INCOMPLETE"
    await send(OFFICER, "describeResource", resource=one, fields={"formats": ["数据库"]})
    assert (await send(OFFICER, "publishResource", key="again", resource=one))["__typename"] == "ResourceChanged"


async def test_sent_many_times_at_once_it_is_made_once(changing, draft):
    one = await draft()
    work = asking("describeResource", "at once", resource=one, fields={"abstract": "同时"})
    told = await asyncio.gather(*(perform(changing, work) for _ in range(12)))
    assert len(set(told)) == 1
    assert len(await events(changing, one)) == 2


async def test_many_changes_of_one_thing_at_once_are_each_made(changing, draft):
    one = await draft(abstract="0")
    works = [
        asking("describeResource", f"each {n}", resource=one, fields={"abstract": f"版本{n}"}) for n in range(1, 9)
    ]
    told = await asyncio.gather(*(perform(changing, work) for work in works))
    assert len({each.event for each in told}) == 8
    rows = await changing.run(
        """MATCH (r:Resource {id: $id})
        UNWIND [r] + COLLECT { MATCH (r)-[:WAS]->(s) WHERE s.withdrawnAt IS NOT NULL RETURN s } AS s
        RETURN s.abstract AS abstract, toString(s.recordedAt) AS since, toString(s.withdrawnAt) AS until
        ORDER BY s.recordedAt""",
        id=one,
    )
    assert sorted(row["abstract"] for row in rows) == ["0", *(f"版本{n}" for n in range(1, 9))], "no state was lost"
    assert [row["until"] for row in rows] == [*(row["since"] for row in rows[1:]), None], (
        "one ends where the next begins"
    )


@pytest.fixture
async def broken(changing):
    """A proxy to the engine, and a database that goes through it."""
    async with Proxy(changing.address.uri) as proxy, Database(replace(changing.address, uri=proxy.uri)) as database:
        yield proxy, database


@pytest.mark.parametrize("fault", ["lose request", "lose answer"])
async def test_where_a_commit_is_lost_it_is_made_once_and_told(broken, changing, draft, fault):
    proxy, database = broken
    one = await draft()
    proxy.faults = [fault]
    told = await perform(database, asking("publishResource", f"lost {fault}", resource=one))
    assert not proxy.faults
    assert proxy.commits == (2 if fault == "lose request" else 1)
    assert (await events(changing, one))[1:] == [told.event]


async def test_where_every_commit_is_lost_it_says_so_and_the_key_settles_it(broken, changing, draft):
    proxy, database = broken
    one = await draft()
    proxy.faults = ["lose request", "lose request"]
    work = asking("publishResource", "never", resource=one)
    with pytest.raises(EngineError, match="same key"):
        await perform(database, work)
    assert len(await events(changing, one)) == 1
    told = await perform(database, work)
    assert (await events(changing, one))[1:] == [told.event]


async def test_a_deadline_during_the_commit_is_settled_by_the_key(broken, changing, draft, monkeypatch):
    proxy, database = broken
    one = await draft()
    monkeypatch.setattr(performing, "SECONDS", 1.0)
    proxy.faults = ["hold"]
    told = await perform(database, asking("publishResource", "held", resource=one))
    proxy.release.set()
    assert (await events(changing, one))[1:] == [told.event]


async def test_who_is_gone_leaves_his_change_to_its_end(broken, changing, draft):
    proxy, database = broken
    one = await draft()
    proxy.faults = ["hold"]
    asker = asyncio.create_task(perform(database, asking("publishResource", "gone", resource=one)))
    async with asyncio.timeout(10):
        await proxy.committing.wait()
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker
    proxy.release.set()
    await database.__aexit__()  # waits for what is under way
    assert len(await events(changing, one)) == 2


async def test_another_write_in_the_way_is_tried_again(changing, monkeypatch):
    """A constraint that another transaction met first, as between two that make the same thing."""
    tries = []

    async def meets(work):
        tries.append(work.at)
        if len(tries) == 1:
            raise Interrupted("in the way")
        return Changed("Resource:none", None, None)

    mutation = Mutation("meets", "", "ResourceChanged", Action.DESCRIBE, (), (), (), meets)
    told = await perform(changing, Asking(mutation, ADMINISTRATOR, {}, "in the way", TODAY, ""))
    assert told.at == tries[1]
    assert tries[0] < tries[1]


async def test_what_was_made_and_cannot_be_read_is_not_told_as_if_nothing_were_done(changing, draft):
    """No turn for the question after the commit: the client must not think that it was too early to ask."""
    one = await draft()
    async with Database(changing.address, Lanes({POINT: 0}, seconds=0.1)) as database:
        database.lanes.by_name[POINT].queue = 0
        answerer = Answerer(SCHEMA, database, lambda: TODAY)
        document = f"""mutation {{ publishResource(resource: "{one}", idempotencyKey: "unread") {{
          __typename ... on ResourceChanged {{ resource {{ id }} }} }} }}"""
        body = json.loads((await answerer.answer(Request(document), OFFICER)).body)
    [_, made] = await events(changing, one)
    assert body["data"] == {"publishResource": None}
    assert f"The change was made ({made})" in body["errors"][0]["message"]
    assert "same key" in body["errors"][0]["message"]


async def test_one_key_with_other_arguments_at_the_same_time_is_one_change(changing, draft):
    one = await draft()
    works = [
        asking("describeResource", "contended", resource=one, fields={"abstract": text}) for text in ("一", "二", "三")
    ]
    found = await asyncio.gather(*(perform(changing, work) for work in works), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Outcome", "Refused", "Refused"]
    assert {each.code for each in found if isinstance(each, Refused)} == {"KEY_REUSED"}
    assert len(await events(changing, one)) == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x01b"])
async def test_a_key_that_cannot_be_used(changing, key):
    with pytest.raises(BadInput):
        await perform(changing, asking("publishResource", key, resource="Resource:none"))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("withdrawResource", {"resource": "Resource:" + "x" * 1000, "reason": "x"}),
        ("withdrawResource", {"resource": "Resource:none", "reason": "x" * 1001}),
        ("describeResource", {"department": CIVIL_AFFAIRS, "code": "MZ998", "fields": {"name": "名" * 501}}),
    ],
)
async def test_what_is_too_long_is_told_before_it_is_kept(changing, name, given):
    before = await changing.run("MATCH (e:Event) RETURN count(e) AS count")
    with pytest.raises(BadInput, match="longer than"):
        await perform(changing, asking(name, "long", **given))
    assert await changing.run("MATCH (e:Event) RETURN count(e) AS count") == before


async def test_an_engine_that_is_away_makes_the_field_null_and_nothing_else(changing):
    async with Proxy(changing.address.uri) as proxy, Database(replace(changing.address, uri=proxy.uri)) as database:
        answerer = Answerer(SCHEMA, database, lambda: TODAY)
        proxy.server.close()
        proxy.cut()
        document = 'mutation { a: publishResource(resource: "Resource:x", idempotencyKey: "k") { __typename } }'
        body = json.loads((await answerer.answer(Request(document), OFFICER)).body)
    assert body["data"] == {"a": None}
    assert body["errors"][0]["path"] == ["a"]


async def test_a_new_entry_of_two_at_once_is_made_by_one(changing):
    works = [
        asking("describeResource", f"new {n}", department=CIVIL_AFFAIRS, code="MZ999", fields={"name": "同一编码"})
        for n in range(4)
    ]
    found = await asyncio.gather(*(perform(changing, work) for work in works), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Outcome", "Refused", "Refused", "Refused"]


async def test_more_changes_than_are_borne_at_once_are_refused_before_anything_is_done(changing, draft):
    one = await draft()
    lanes = Lanes({CHANGE: 1}, seconds=0.2)
    async with (
        Proxy(changing.address.uri) as proxy,
        Database(replace(changing.address, uri=proxy.uri), lanes) as database,
    ):
        proxy.faults = ["hold"]
        first = asyncio.create_task(perform(database, asking("publishResource", "first", resource=one)))
        await proxy.committing.wait()
        with pytest.raises(Overloaded):
            await perform(database, asking("withdrawResource", "second", resource=one, reason="x"))
        proxy.release.set()
        told = await first
    assert (await events(changing, one))[1:] == [told.event]
