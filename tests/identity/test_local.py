"""Without a provider: local tokens, the one-time link, the session cookie, and what other sites cannot do with it."""

import asyncio
import json
import time
from dataclasses import replace
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.app import create_app
from api.identity import browser as pages
from api.identity import denials, keys, local, revoked, session
from api.identity.errors import ProviderDown, Unauthorized
from api.identity.session import Sessions
from api.settings import CURRENT, Settings
from graph.errors import EngineError
from graph.permissions import Viewer
from graph.revocation import revoke
from graph.words import Role
from identity.hops import UNBOUNDED, URL, ask, events
from identity.issuer import encoded

OFFICER = Viewer("local|zhang", frozenset({Role.CATALOG_OFFICER}), "Department:410200/市民政局", "Region:410200")


@pytest.fixture
def links():
    return []


@pytest.fixture
async def app(empty_database, tmp_path, links):
    usual = {"home": tmp_path, "cache": tmp_path, "version": CURRENT, "zone": ZoneInfo("UTC"), "door": UNBOUNDED}
    settings = Settings(address=empty_database.address, **usual)
    app = create_app(settings, empty_database.address, links.append)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def browser(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


async def refused(browser, status, **headers):
    response = await ask(browser, **headers)
    assert response.status_code == status
    assert response.json().keys() == {"errors"}
    return response


# Tokens.


async def test_a_local_token_says_who_asks(tmp_path):
    believed = await local.tokens(tmp_path).believed(local.issued(tmp_path, OFFICER))
    assert believed.viewer == OFFICER
    of_a_region = replace(OFFICER, department="")
    assert (await local.tokens(tmp_path).believed(local.issued(tmp_path, of_a_region))).viewer == of_a_region


async def test_a_token_of_another_installation(tmp_path, browser):
    await refused(browser, 401, authorization=f"Bearer {local.issued(tmp_path / 'other', OFFICER)}")


async def test_a_token_holds_for_its_hours(tmp_path, browser, monkeypatch):
    token = local.issued(tmp_path, OFFICER, hours=1)
    assert (await ask(browser, authorization=f"Bearer {token}")).status_code == 200
    late = time.time() + 3700
    monkeypatch.setattr(time, "time", lambda: late)
    await refused(browser, 401, authorization=f"Bearer {token}")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer x", "Token x", "", "Bearer a, Bearer b"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_does_not_hold_is_never_the_public(browser, header, method):
    response = await browser.request(
        method, "/graphql", params={"query": "{__typename}"} if method == "GET" else None,
        json={"query": "{__typename}"} if method == "POST" else None, headers={"authorization": header},
    )  # fmt: skip
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_two_authorization_headers(browser, tmp_path):
    good = f"Bearer {local.issued(tmp_path, OFFICER)}"
    response = await browser.post(
        "/graphql", json={"query": "{__typename}"}, headers=[("authorization", good), ("authorization", good)]
    )
    assert response.status_code == 401


async def test_the_scheme_may_be_written_anyhow(browser, tmp_path):
    assert (await ask(browser, authorization=f"bEARER  {local.issued(tmp_path, OFFICER)}")).status_code == 200


async def test_denials_are_events_but_a_flood_is_not(browser, empty_database, app, monkeypatch):
    monkeypatch.setattr(denials, "INTERVAL", 0.5)
    for n in range(30):
        await refused(browser, 401, authorization=f"Bearer {n}")
    deadline = time.monotonic() + 10
    counted = 0
    while counted < 30:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
        found = [json.loads(event["payload"]) for event in await events(empty_database, "DENIAL")]
        counted = sum(event["after"]["count"] for event in found)
    assert counted == 30
    assert len(found) <= 4
    assert all(event["after"]["firstRequest"] for event in found)
    assert {event["actor"] for event in found} == {""}
    assert "Bearer" not in json.dumps(found)


# The link, and the session that it begins.


async def test_the_link_works_once(browser, links, empty_database):
    [first] = links
    response = await browser.get(first)
    assert (response.status_code, response.headers["location"]) == (303, "/graphql")
    assert response.headers["referrer-policy"] == "no-referrer"
    who = (await browser.get("/session")).json()
    assert (who["subject"], who["roles"]) == (local.person().subject, ["ADMINISTRATOR"])
    assert links == [first]
    browser.cookies.clear()
    assert (await browser.get(first)).status_code == 401
    assert (await browser.get("/login/link")).status_code == 401
    assert not browser.cookies
    assert len(links) == 2
    [login] = await events(empty_database, "LOGIN")
    assert login["actor"] == local.person().subject
    assert (await browser.get(links[1])).status_code == 303


async def test_without_its_event_there_is_no_session(browser, links, empty_database, monkeypatch):
    """The database fails as the event of the login is written."""

    async def fails(*_, **__):
        raise EngineError("The database cannot be reached.")

    monkeypatch.setattr(pages, "record_alone", fails)
    response = await browser.get(links[0])
    assert (response.status_code, response.headers.get("set-cookie")) == (503, None)
    assert not browser.cookies
    assert (await browser.get("/session")).json()["subject"] == ""
    assert await events(empty_database, "LOGIN") == []


async def test_the_link_does_not_hold_for_long(browser, links, monkeypatch):
    clock = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + pages.LINK_SECONDS + 1)
    monkeypatch.setattr(pages, "time", clock)
    assert (await browser.get(links[0])).status_code == 401
    assert not browser.cookies
    assert (await browser.get(links[1])).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200), ({"origin": "http://evil.example"}, 403), ({"origin": "null"}, 403), ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": URL.replace("http", "https")}, 403), ({"origin": None}, 403),
        ({"origin": None, "x-requested-with": "script"}, 200), ({"origin": "http://evil.example", "x-requested-with": "x"}, 403),
    ],
    ids=str,
)  # fmt: skip
async def test_only_our_own_pages_use_the_session(browser, links, headers, status):
    await browser.get(links[0])
    assert (await ask(browser, **headers)).status_code == status
    if status == 403:
        assert (await browser.post("/logout", headers={k: v for k, v in headers.items() if v})).status_code == 403


async def test_logging_out_without_a_session(browser, links, empty_database):
    """Another site ends nobody's session, though it makes browsers send no cookie; a session ends once."""
    foreign = await browser.post("/logout", headers={"origin": "http://evil.example"})
    assert (foreign.status_code, foreign.headers.get("set-cookie")) == (403, None)
    nobody = await browser.post("/logout", headers={"origin": URL})
    assert (nobody.status_code, nobody.headers.get("set-cookie")) == (200, None)
    await browser.get(links[0])
    kept = dict(browser.cookies)
    for _ in range(2):
        browser.cookies.update(kept)
        ended = await browser.post("/logout", headers={"origin": URL})
        assert (ended.status_code, "Max-Age=0" in ended.headers["set-cookie"]) == (200, True)
    assert len(await events(empty_database, "LOGOUT")) == 1


async def test_a_cookie_does_not_count_for_get(browser, links, app):
    """A link on another site makes a browser send it: so it asks as the public."""
    asked = []
    answer = app.graphql.answerer.answer

    async def noted(request, viewer, *rest, **more):
        asked.append(viewer)
        return await answer(request, viewer, *rest, **more)

    app.graphql.answerer.answer = noted
    await browser.get(links[0])
    await browser.get("/graphql", params={"query": "{__typename}"}, headers={"accept": "application/json"})
    await ask(browser)
    assert [viewer.subject for viewer in asked] == ["", local.person().subject]


def jwe(header):
    """What has the form of a session, with whatever header."""
    return ".".join((encoded(json.dumps(header).encode()), "", encoded(b"0" * 12), encoded(b"1"), encoded(b"2" * 16)))


def test_a_login_goes_on_at_the_provider_where_it_began(tmp_path):
    sessions = Sessions(keys.session_key(tmp_path), is_https=False)
    cookie = sessions.login_cookie({}, "gov", {"state": "x"}).partition(";")[0]
    assert sessions.login({}, "gov", cookie) == {"state": "x"}
    assert sessions.login({}, "city", cookie) == {}


async def test_a_session_that_does_not_hold(browser, links, tmp_path):
    await browser.get(links[0])
    [(name, sealed)] = [(name, value) for name, value in browser.cookies.items() if value]
    other = Sessions(keys.session_key(tmp_path / "other"), is_https=False)
    scope = {"server": ("127.0.0.1", 8920)}
    foreign = other.cookie(scope, session.Believed(OFFICER, 0, time.time() + 100)).partition("=")[2].partition(";")[0]
    ours = Sessions(keys.session_key(tmp_path), is_https=False)
    login = ours.login_cookie(scope, "gov", {"subject": "x"}).partition("=")[2].partition(";")[0]
    past = ours.cookie(scope, session.Believed(OFFICER, 0, time.time() - 1)).partition("=")[2].partition(";")[0]
    for bad in (
        sealed[:-2] + "AA",
        sealed.upper(),
        foreign,
        login,
        past,
        "x",
        "a.b.c.d.e",
        jwe({"alg": "dir", "enc": {}}),
        jwe({"alg": ["dir"], "enc": "A256GCM"}),
        jwe({"alg": "dir", "enc": "A256GCM", "crit": 1}),
        jwe({"alg": "dir", "enc": "A256GCM", "zip": {}}),
        jwe([]),
        local.issued(tmp_path, OFFICER),
    ):
        browser.cookies.clear()
        response = await refused(browser, 401, cookie=f"{name}={bad}")
        assert f"{name}=; Path=/; Max-Age=0" in response.headers["set-cookie"]
    await refused(browser, 401, cookie=f"{name}={sealed}; {name}={sealed}")
    assert (await ask(browser, cookie=f"a=b; {name}={sealed}")).status_code == 200
    assert (await ask(browser, cookie="a=b; c")).status_code == 200


def test_over_https_the_cookie_belongs_to_the_host(tmp_path):
    header = Sessions(keys.session_key(tmp_path), is_https=True).cookie(
        {}, session.Believed(OFFICER, 0, time.time() + 100)
    )
    assert header.startswith("__Host-yuanliu-session=")
    assert header.endswith("; HttpOnly; SameSite=Lax; Secure")
    assert "Domain" not in header


async def test_what_is_revoked_is_void(browser, links, tmp_path, empty_database, app):
    token = local.issued(tmp_path, OFFICER)
    assert (await ask(browser, authorization=f"Bearer {token}")).status_code == 200
    await revoke(empty_database, local.person(), OFFICER.subject)
    deadline = time.monotonic() + 10
    while (await ask(browser, authorization=f"Bearer {token}")).status_code == 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    await refused(browser, 401, authorization=f"Bearer {token}")
    [event] = await events(empty_database, "REVOKE")
    assert (event["actor"], event["targets"]) == (local.person().subject, [OFFICER.subject])
    while not (denied := await events(empty_database, "DENIAL")):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert denied[0]["actor"] == OFFICER.subject
    # Others are not concerned, and what is issued later holds.
    other = local.issued(tmp_path, Viewer("local|li", frozenset({Role.AUDITOR})))
    assert (await ask(browser, authorization=f"Bearer {other}")).status_code == 200
    await asyncio.sleep(1.1)
    assert (await ask(browser, authorization=f"Bearer {local.issued(tmp_path, OFFICER)}")).status_code == 200


async def test_after_an_idle_time_a_revocation_counts_at_once(empty_database):
    listed = revoked.Revoked(empty_database)
    believed = session.Believed(OFFICER, time.time() - 1, time.time() + 100)
    await listed.refuse(believed)
    await revoke(empty_database, local.person(), OFFICER.subject)
    listed._read -= revoked.SECONDS + 1
    with pytest.raises(Unauthorized, match="revoked"):
        await listed.refuse(believed)


async def test_while_the_list_cannot_be_read_it_counts_for_a_while(empty_database, monkeypatch):
    listed = revoked.Revoked(empty_database)
    believed = session.Believed(OFFICER, time.time(), time.time() + 100)
    await listed.refuse(believed)

    async def down(database):
        raise EngineError("down")

    monkeypatch.setattr(revoked, "revocations", down)
    listed._read -= revoked.SECONDS + 1
    await listed.refuse(believed)
    listed._read -= revoked.UNREAD_SECONDS
    with pytest.raises(ProviderDown):
        await listed.refuse(believed)


# The page.


async def test_the_page_has_its_policy_at_every_address(browser):
    page = await browser.get("/graphql", headers={"accept": "text/html"})
    again = await browser.get("/graphiql/index.html")
    assert again.content == page.content
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
