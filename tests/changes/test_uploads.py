"""Import over HTTP: by whom, of what, dry and for good, too long, cut off, two at once."""

import asyncio
import gzip
import json
from dataclasses import replace

import httpx
import pytest
from faults.proxy import Proxy
from starlette.applications import Starlette
from starlette.routing import Route

from api.door.gate import Gate
from api.door.rate import Rates
from api.identity.errors import Unauthorized
from api.uploads import AT_ONCE, REFUSED_PRICE
from changes.conftest import LONGEST
from changes.people import ADMINISTRATOR, BUREAU, COUNTY_OFFICER, OFFICER, OTHER_OFFICER, READER
from graph.changes import importing
from graph.database import Database
from graph.permissions import PUBLIC


def row(code, provider="县民政局", **other):
    return {"信息资源代码": code, "信息资源名称": f"条目{code}", "信息资源提供方": provider} | other


async def present(changing, code):
    rows = await changing.run("MATCH (r:Resource {id: $id}) RETURN r.name AS name", id=f"Resource:410299/{code}")
    return [each["name"] for each in rows]


async def test_a_file_is_imported_with_progress_and_a_report(upload, uploads, changing):
    content = gzip.compress(json.dumps([row(f"UP{n}") for n in range(30)]).encode())
    status, lines = await upload(ADMINISTRATOR, content, name="目录.json.gz")
    assert status == 200
    assert lines[0] == {"progress": {"done": 30, "total": 30}}
    report = lines[-1]["report"]
    assert (report["file"], report["new"], report["rejected"]) == ("目录.json.gz", 30, [])
    assert await present(changing, "UP7") == ["条目UP7"]
    [event] = await changing.run(
        "MATCH (e:Event {action: 'IMPORT'}) WHERE e.actor = $actor RETURN e.request AS request ORDER BY e.sortAt LIMIT 1",
        actor=ADMINISTRATOR.subject,
    )
    assert event["request"] == upload.request
    assert not list(uploads.folder.iterdir()), "nothing is left on disk"
    assert not uploads.under_way


async def test_a_dry_run_changes_nothing_and_says_what_is_asked(upload, changing):
    status, lines = await upload(OFFICER, [row("DRY1")], dryRun="true")
    assert (status, lines[-1]["report"]["new"], lines[-1]["report"]["dryRun"]) == (200, 1, True)
    assert await present(changing, "DRY1") == []
    for viewer in (ADMINISTRATOR, OFFICER):  # who may import it is not known yet
        status, [refused] = await upload(viewer, [row("DRY2")], region="", dryRun="true")
        assert (status, refused["error"]["questions"][0]["about"]) == (422, "REGION")
    status, [refused] = await upload(ADMINISTRATOR, [{"信息资源提供方": "x", "a": 1}], source="", map=[])
    assert (status, refused["error"]["code"]) == (422, "Asked")
    assert {question["about"] for question in refused["error"]["questions"]} == {"COLUMN", "SOURCE"}


async def test_rows_that_are_rejected_are_told_with_their_cells(upload):
    status, lines = await upload(ADMINISTRATOR, [row("RJ1"), row("RJ2", 信息资源名称="")])
    assert status == 200
    assert lines[-1]["report"]["rejected"][0]["row"] == 2
    assert lines[-1]["report"]["rejectedFile"] is None


@pytest.mark.parametrize(
    ("viewer", "provider", "allowed"),
    [
        (OFFICER, "县民政局", True),
        (OFFICER, "县公安局", False),
        (OFFICER, "县新设局", False),  # a department that is not there yet
        (OFFICER, "", False),
        (COUNTY_OFFICER, "县公安局", True),
        (BUREAU, "县新设局", True),
        (READER, "县民政局", False),
        (PUBLIC, "县民政局", False),
    ],
)
async def test_who_may_import_what(upload, changing, viewer, provider, allowed):
    code = f"WHO-{viewer.subject.rpartition('|')[2]}-{provider}"
    status, lines = await upload(viewer, [row(code, provider)])
    assert status == (200 if allowed else 403)
    assert bool(await present(changing, code)) == allowed
    if not allowed:
        assert lines[0]["error"]["code"] == "NOT_ALLOWED"
        assert lines[0]["error"]["cure"]


async def test_an_officer_takes_no_entry_of_another_department(upload, uploads, changing, monkeypatch):
    monkeypatch.setattr("api.identity.denials.INTERVAL", 600.0)
    await upload(ADMINISTRATOR, [row("THEIRS", "县公安局")])
    status, [refused] = await upload(OFFICER, [row("THEIRS", "县民政局")])
    assert (status, refused["error"]["code"]) == (403, "NOT_ALLOWED")
    assert refused["error"]["rules"]
    status, _ = await upload(OTHER_OFFICER, [row("THEIRS", "县公安局", 摘要="改")])
    assert status == 200
    status, _ = await upload(OFFICER, [row("OWN")], complete="true")
    assert status == 403, "a whole catalog closes the entries of others"
    items = [{"resource_code": "THEIRS", "item_name": "姓名"}, {"resource_code": "OWN", "item_name": "姓名"}]
    status, _ = await upload(OFFICER, items, map=["resource_code=resourceCode", "item_name=item.name"])
    assert status == 403, "items lead to the entry of another department"
    await uploads.denials.close()
    denied = await changing.run(
        "MATCH (e:Event {action: 'DENIAL', actor: $actor}) WHERE 'Region:410299' IN e.targets "
        "RETURN e.payload AS payload ORDER BY e.seq DESC LIMIT 2",
        actor=OFFICER.subject,
    )
    counts = [json.loads(event["payload"])["after"]["count"] for event in denied]
    assert counts == [2, 1], "the first at once, then one event for those that followed within the interval"


@pytest.mark.parametrize(
    ("content", "options", "status", "code"),
    [
        (b"x" * (LONGEST + 1), {}, 413, "TooLong"),
        (b"PK\x03\x04 no workbook", {"name": "a.xlsx"}, 422, "ImportRefused"),
        (b"[{]", {}, 422, "ImportRefused"),
        ([row("X")], {"region": "999999"}, 422, "BadInput"),
        ([row("X")], {"name": "../a.json"}, 400, "BadInput"),
        ([row("X")], {"name": ""}, 400, "BadInput"),
        ([row("X")], {"name": ".."}, 400, "BadInput"),
        ([row("X")], {"name": "目" * 100}, 400, "BadInput"),
        ([row("X")], {"map": "nothing"}, 400, "BadInput"),
        ([row("X")], {"dryRun": "perhaps"}, 400, "BadInput"),
        ([row("X")], {"unknown": "1"}, 400, "BadInput"),
    ],
)
async def test_what_cannot_be_imported_is_said_before_anything_begins(upload, uploads, content, options, status, code):
    found, [refused] = await upload(ADMINISTRATOR, content, **options)
    assert (found, refused["error"]["code"]) == (status, code)
    assert refused["error"]["message"]
    assert not uploads.under_way
    assert not uploads.folder.exists() or not list(uploads.folder.iterdir())


async def test_a_body_without_a_length_is_bounded_as_it_comes(uploads):
    app = Gate(Starlette(routes=[Route("/import", uploads.answer, methods=["POST"])]), Rates(0, 0), lambda _: False)

    async def endless():
        for _ in range(100):
            yield b"x" * 10_000

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        headers = {"viewer": ADMINISTRATOR.subject}
        response = await client.post("/import?name=a.json", content=endless(), headers=headers)
    assert response.status_code == 413
    assert not uploads.under_way


async def test_more_files_than_are_taken_at_once(upload, uploads):
    uploads.under_way = {f"other {n}" for n in range(AT_ONCE)}
    status, [refused] = await upload(ADMINISTRATOR, [row("BUSY")])
    assert (status, refused["error"]["code"]) == (503, "Overloaded")


async def test_who_is_gone_leaves_his_import_to_its_end(uploads, changing):
    """The client ends the connection after the first line of the answer."""
    body = json.dumps([row(f"GONE{n}") for n in range(5)], ensure_ascii=False).encode()
    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        message = next(received, None)
        if message is None:
            await asyncio.sleep(3600)
        return message

    async def send(message):
        if message["type"] == "http.response.body":
            raise OSError

    scope = {
        "type": "http", "method": "POST", "path": "/import", "raw_path": b"/import", "root_path": "", "scheme": "http",
        "query_string": b"name=a.json&region=410299&source=s", "headers": [(b"viewer", b"test|administrator")],
        "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    app = Gate(Starlette(routes=[Route("/import", uploads.answer, methods=["POST"])]), Rates(0, 0), lambda _: False)
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever the framework makes of a client that is gone
        await app(scope, receive, send)
    async with asyncio.timeout(20):
        while uploads.under_way:  # noqa: ASYNC110  # the import tells nobody any more
            await asyncio.sleep(0.05)
    assert await present(changing, "GONE4") == ["条目GONE4"]


async def test_files_that_were_forgotten_are_removed(uploads, upload):
    import os

    old = uploads.folder / "old"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    await upload(ADMINISTRATOR, [row("SWEEP")])
    assert not old.exists()


async def test_who_may_import_nothing_is_refused_before_his_file_is_read(uploads):
    """A body that never comes: the answer does not wait for it."""

    async def never():
        raise AssertionError
        yield b""

    app = Gate(Starlette(routes=[Route("/import", uploads.answer, methods=["POST"])]), Rates(0, 0), lambda _: False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        sent = {"content": never(), "headers": {"viewer": READER.subject}}
        response = await client.post("/import?name=a.json", **sent)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "NOT_ALLOWED")
    assert not uploads.folder.exists(), "nothing was kept"


@pytest.mark.parametrize("at", ["while the file comes", "while the locks are waited for"])
async def test_who_is_revoked_meanwhile_imports_nothing(upload, uploads, changing, at):
    asked = []

    async def revoked(scope):
        asked.append(scope)
        if len(asked) > (0 if at == "while the file comes" else 1):
            raise Unauthorized("It was revoked.", "Log in again.")

    uploads.still = revoked
    status, lines = await upload(OFFICER, [row("REVOKED")])
    assert (status, lines[-1]["error"]["code"]) == (401 if at == "while the file comes" else 200, "Unauthorized")
    assert await present(changing, "REVOKED") == []
    assert not uploads.under_way


async def test_what_is_refused_under_the_locks_is_a_denial_with_its_rules(upload, uploads, changing, monkeypatch):
    """A role that ends while the locks are waited for."""
    found = importing.load_within
    asked = []

    async def ended(run, viewer, today):
        asked.append(viewer)
        return await found(run, viewer if len(asked) == 1 else READER, today)

    monkeypatch.setattr(importing, "load_within", ended)
    status, lines = await upload(COUNTY_OFFICER, [row("ENDED")])
    assert (status, lines[-1]["error"]["code"]) == (200, "NOT_ALLOWED")
    assert lines[-1]["error"]["rules"]
    await uploads.denials.close()
    [denial] = await changing.run(
        "MATCH (e:Event {action: 'DENIAL', actor: $actor}) RETURN e.targets AS targets", actor=COUNTY_OFFICER.subject
    )
    assert denial["targets"] == ["Region:410299"]
    assert await present(changing, "ENDED") == []


@pytest.mark.parametrize("fault", ["lose request", "lose answer"])
async def test_a_commit_that_is_lost_is_not_told_as_nothing_done(upload, uploads, changing, fault):
    async with Proxy(changing.address.uri) as proxy, Database(replace(changing.address, uri=proxy.uri)) as database:
        uploads.database = database
        proxy.faults = [fault]
        _, lines = await upload(ADMINISTRATOR, [row(fault)])
        assert "not known" in lines[-1]["error"]["message"]
        assert len(await present(changing, fault)) == (1 if fault == "lose answer" else 0)
        _, lines = await upload(ADMINISTRATOR, [row(fault)])
        assert lines[-1]["report"]["new"] == (0 if fault == "lose answer" else 1)


async def test_one_file_at_once_for_each_subject(upload, uploads):
    uploads.under_way = {OFFICER.subject}
    status, [refused] = await upload(OFFICER, [row("TWICE")])
    assert (status, refused["error"]["code"]) == (503, "Overloaded")
    status, _ = await upload(OTHER_OFFICER, [row("ONCE", "县公安局")])
    assert status == 200


async def test_a_file_that_trickles_is_given_up(uploads, monkeypatch):
    monkeypatch.setattr("api.uploads.RECEIVING_SECONDS", 0.2)

    async def trickle():
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    messages = trickle()

    async def receive():
        return {"type": "http.request", "body": await anext(messages), "more_body": True}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/import", "raw_path": b"/import", "root_path": "", "scheme": "http",
        "query_string": b"name=a.json&region=410299", "headers": [(b"viewer", b"test|administrator")],
        "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    async with asyncio.timeout(20):
        await Starlette(routes=[Route("/import", uploads.answer, methods=["POST"])])(scope, receive, send)
    assert sent[0]["status"] == 408
    assert not uploads.under_way


async def test_uploads_are_paid_from_the_bucket(upload, uploads):
    uploads.rates = Rates(REFUSED_PRICE / 5, 0, lambda: 0.0)  # a bucket of two refusals
    assert [(await upload(READER, [row("PAID")]))[0] for _ in range(3)] == [403, 403, 429]
    status, _ = await upload(OFFICER, [row("PAID")])
    assert status == 200, "one upload may overdraw the bucket"
    status, [refused] = await upload(OFFICER, [row("PAID")])
    assert (status, refused["error"]["code"]) == (429, "RateLimited")


async def test_the_statements_of_uploads_wait_for_a_turn(upload, uploads, monkeypatch):
    monkeypatch.setattr(uploads.lane, "running", uploads.lane.most)
    monkeypatch.setattr(uploads.lane, "queue", 0)
    status, [refused] = await upload(OFFICER, [row("TURN")])
    assert (status, refused["error"]["code"]) == (503, "Overloaded")
