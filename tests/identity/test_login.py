"""Logging in at a real provider (oidc-provider on Node): authorization code with PKCE, and machines by client credentials."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.identity.keys import session_key
from api.identity.local import person
from api.identity.provider import COOLDOWN, Provider
from api.identity.session import Sessions
from api.identity.tokens import LEEWAY, Believed, Tokens, unverified
from graph.permissions import Viewer
from graph.words import Role
from identity.hops import URL, ask, callback, events, log_in, session
from identity.node import keys


async def test_a_person_logs_in_asks_and_logs_out(browser, provider, empty_database):
    back = await log_in(browser, "alice")
    assert (back.status_code, back.headers["location"]) == (303, "/graphql")
    who = (await browser.get("/session")).json()
    assert who == {
        "subject": f"{provider.issuer}|alice", "roles": ["PLANNER"], "department": "Department:410200/市民政局",
        "region": "Region:410200", "login": ["/login/gov"],
    }  # fmt: skip
    assert (await ask(browser)).json() == {"data": {"__typename": "Query"}}
    [login] = await events(empty_database, "LOGIN")
    said = json.loads(login["payload"])
    assert (login["actor"], said["department"]) == (who["subject"], who["department"])
    assert said["request"] == back.headers["x-request-id"]
    kept = session(browser)
    ended = await browser.post("/logout", headers={"origin": URL})
    assert ended.json()["to"].startswith(f"{provider.issuer}/session/end?client_id=web")
    assert (await browser.get("/session")).json()["subject"] == ""
    [logout] = await events(empty_database, "LOGOUT")
    assert logout["actor"] == who["subject"]
    # A copy of the cookie that somebody kept is void as well.
    browser.cookies.update(kept)
    assert (await ask(browser)).status_code == 401


async def test_the_cookies_are_closed_to_scripts_and_say_nothing(browser):
    first = await browser.get("/login/gov")
    assert parse_qs(urlsplit(first.headers["location"]).query)["code_challenge_method"] == ["S256"]
    back = await log_in(browser, "alice")
    for header in first.headers.get_list("set-cookie") + back.headers.get_list("set-cookie"):
        assert "; HttpOnly; SameSite=Lax" in header
        assert "Path=/" in header
    [sealed] = session(browser).values()
    assert len(sealed.split(".")) == 5
    assert "alice" not in sealed


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 303), ({"state": "other"}, 401), ({"state": None}, 401), ({"code": "x"}, 401), ({"code": None}, 401),
        ({"iss": "http://127.0.0.1:1"}, 401), ({"iss": None}, 401), ({"error": "access_denied"}, 401),
    ],
    ids=str,
)  # fmt: skip
async def test_a_callback_that_is_not_the_providers(browser, change, status):
    """Another state, another code, another issuer (RFC 9207; this provider says that it names itself), an error."""
    back = await callback(browser, "alice")
    query = {name: value for name, value in (dict(back.params) | change).items() if value is not None}
    response = await browser.get("/auth/gov", params=query)
    assert response.status_code == status
    assert bool(session(browser)) == (status == 303)


async def test_a_callback_of_another_browser(browser, app):
    """Who is made to open somebody else's callback is not logged in as him (login CSRF), and no code counts twice."""
    back = await callback(browser, "alice")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as victim:
        foreign = await victim.get(back)
        assert not victim.cookies
    answers = [foreign, await browser.get(back), await browser.get(back)]
    assert [answer.status_code for answer in answers] == [401, 303, 401]


async def test_somebody_without_a_role_is_one_of_the_public_with_a_name(browser, provider):
    await log_in(browser, "nobody")
    who = (await browser.get("/session")).json()
    assert (who["subject"], who["roles"], who["department"]) == (f"{provider.issuer}|nobody", ["PUBLIC"], "")


async def test_an_unknown_role_is_refused(browser):
    assert (await log_in(browser, "king")).status_code == 401
    assert (await browser.get("/session")).json()["subject"] == ""


async def test_there_is_no_other_way_in(browser):
    for path in ("/login/other", "/auth/other", "/login/link?key="):
        assert (await browser.get(path)).status_code == 401


async def test_a_session_of_the_time_without_a_provider(browser, tmp_path):
    """The key of the cookies is the same; the local administrator is nobody here."""
    now = time.time()
    sessions = Sessions(session_key(tmp_path), is_https=False)
    cookie = sessions.cookie({"server": ("127.0.0.1", 8920)}, Believed(person(), now, now + 100)).partition(";")[0]
    assert (await ask(browser, cookie=cookie)).status_code == 401


# Machines.


async def machine(provider, **more):
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(
            f"{provider.issuer}/token", auth=("machine", "machine-secret"),
            data={"grant_type": "client_credentials", "scope": "catalog"} | more,
        )  # fmt: skip
    return response.raise_for_status().json()["access_token"]


async def test_a_machine_asks(browser, app, provider, empty_database):
    token = await machine(provider)
    answer = await ask(browser, origin=None, authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})
    header, _ = unverified(token)
    assert header.typ == "at+jwt"


def tokens(providers):
    issuer = providers.issuers["gov"]
    source = Provider(issuer.issuer)
    return Tokens({issuer.issuer: (issuer, source)}), source


async def test_what_a_machines_token_says(providers, provider):
    believed = await tokens(providers)[0].believed(await machine(provider))
    assert believed.viewer == Viewer(f"{provider.issuer}|machine", frozenset({Role.AUDITOR}), "", "Region:410200")


async def test_a_token_for_another_audience(browser, provider):
    token = await machine(provider, resource="urn:other:api")
    refused = await ask(browser, authorization=f"Bearer {token}")
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"] == {"code": "Unauthorized"}
    assert refused.headers["www-authenticate"].startswith('Bearer realm="yuanliu", error="invalid_token"')


async def test_an_expired_token(browser, provider, monkeypatch):
    token = await machine(provider)
    assert (await ask(browser, authorization=f"Bearer {token}")).status_code == 200
    late = time.time() + 300 + LEEWAY + 1
    monkeypatch.setattr(time, "time", lambda: late)
    refused = await ask(browser, authorization=f"Bearer {token}")
    assert refused.status_code == 401
    assert "expired" in refused.json()["errors"][0]["message"]


async def test_rotation_and_another_algorithm_without_a_restart(providers, provider):
    checked, source = tokens(providers)
    old = await machine(provider)
    assert await checked.believed(old)
    with provider.restarted(jwks=keys(), alg="ES256"):
        new = await machine(provider)
        source._tried -= COOLDOWN
        assert await checked.believed(new)
        assert source.fetches == 2
    # Back to the old keys: what the others signed does not count.
    source._tried -= COOLDOWN
    assert await checked.believed(await machine(provider))
    fresh, _ = tokens(providers)
    assert await fresh.believed(old)
    with pytest.raises(Exception, match="does not have"):
        await fresh.believed(new)


async def test_a_provider_that_is_down(browser, app, provider, providers):
    token = await machine(provider)
    try:
        provider.stop()
        # Nothing is known yet, so neither yes nor no can be said.
        unknown = await ask(browser, authorization=f"Bearer {token}")
        assert (unknown.status_code, int(unknown.headers["retry-after"]) > 0) == (503, True)
        assert (await browser.get("/login/gov")).status_code == 503
        # The public goes on.
        assert (await ask(browser)).status_code == 200
    finally:
        provider.start()
    checked, source = tokens(providers)
    await checked.believed(token)
    other = await machine(provider)
    try:
        provider.stop()
        source._fetched -= 400
        source._tried = source._fetched
        assert (await checked.believed(other)).viewer.subject.endswith("|machine")
    finally:
        provider.start()
