"""The same against Keycloak, `make test-keycloak`: its own token types, roles, rotation. Starting it takes a minute."""

import html
import os
import re
import time

import pytest
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64decode

from api.identity import settings
from api.identity.errors import ProviderDown, Unauthorized
from api.identity.provider import COOLDOWN, Provider
from api.identity.tokens import LEEWAY, Tokens, unverified
from graph.permissions import Viewer
from graph.words import Role
from identity.hops import URL, ask, events, session
from identity.issuer import encoded, signed, unsigned
from identity.keycloak import Keycloak, fetched

pytestmark = pytest.mark.skipif(not os.environ.get("YUANLIU_TEST_KEYCLOAK"), reason="make test-keycloak runs these")
ROLES = {"planner": Role.PLANNER, "auditor": Role.AUDITOR}


@pytest.fixture(scope="module")
def provider(tmp_path_factory, cache):
    keycloak = Keycloak(tmp_path_factory.mktemp("keycloak"), fetched(cache))
    try:
        keycloak.start()
        yield keycloak
    finally:
        keycloak.stop()


def believing(provider, audience="urn:yuanliu:api"):
    issuer = settings.Issuer(
        issuer=provider.issuer, audience=audience, roles=("resource_access", "yuanliu", "roles"), role_names=ROLES,
    )  # fmt: skip
    source = Provider(provider.issuer)
    return Tokens({issuer.issuer: (issuer, source)}), source


@pytest.fixture
def providers(provider, tmp_path):
    (tmp_path / "secret").write_text("yuanliu-secret")
    (tmp_path / "secret").chmod(0o600)
    gov = settings.Issuer(
        issuer=provider.issuer, audience="urn:yuanliu:api", roles=("resource_access", "yuanliu", "roles"), role_names=ROLES,
        login=settings.Login(client="yuanliu", secret_file=tmp_path / "secret", scope="openid"),
    )  # fmt: skip
    return settings.Providers(url=URL, issuers={"gov": gov})


async def signed_in(browser, password):
    """What Keycloak answers to a name and a password on its own page."""
    page = await browser.get("/login/gov", follow_redirects=True)
    # To browsers this machine is secure without TLS, to httpx it is not.
    for cookie in browser.cookies.jar:
        cookie.secure = False
    form = html.unescape(re.search(r'action="([^"]+)"', page.text)[1])
    return await browser.post(form, data={"username": "alice", "password": password})


async def test_a_person_logs_in_and_out(browser, provider, empty_database):
    sent = await signed_in(browser, "alice-secret")
    back = await browser.get(sent.headers["location"])
    assert (back.status_code, back.headers["location"]) == (303, "/graphql")
    who = (await browser.get("/session")).json()
    assert (who["roles"], who["department"], who["region"]) == (
        ["PLANNER"],
        "Department:410200/市民政局",
        "Region:410200",
    )
    assert who["subject"].startswith(f"{provider.issuer}|")
    assert (await ask(browser)).status_code == 200
    assert (await browser.get(sent.headers["location"])).status_code == 401
    to = (await browser.post("/logout", headers={"origin": URL})).json()["to"]
    assert to.startswith(f"{provider.issuer}/protocol/openid-connect/logout")
    assert not any(session(browser).values())
    assert [event["actor"] for event in await events(empty_database, "LOGIN")] == [who["subject"]]


async def test_a_wrong_password_is_no_login(browser):
    assert not (await signed_in(browser, "x")).is_redirect


async def test_both_types_of_token(provider):
    """`JWT` with `typ: Bearer` in the claims, as Keycloak has it, and RFC 9068's where the client asks for it."""
    tokens, _ = believing(provider)
    person = provider.tokens(
        "yuanliu", grant_type="password", username="alice", password="alice-secret", scope="openid"
    )
    assert unverified(person["access_token"])[0].typ == "JWT"
    believed = await tokens.believed(person["access_token"])
    assert (believed.viewer.roles, believed.viewer.department) == ({Role.PLANNER}, "Department:410200/市民政局")
    token = provider.machine()
    assert unverified(token)[0].typ == "at+jwt"
    machine = (await tokens.believed(token)).viewer
    assert machine == Viewer(machine.subject, frozenset({Role.AUDITOR}), "", "Region:410200")


async def test_its_other_tokens_are_no_access_tokens(provider):
    """Even where their audience would do."""
    given = provider.tokens("yuanliu", grant_type="password", username="alice", password="alice-secret", scope="openid")
    audience = believing(provider, "yuanliu")[0]
    with pytest.raises(Unauthorized, match="not an access token"):
        await audience.believed(given["id_token"])
    for tokens in (audience, believing(provider, provider.issuer)[0]):
        with pytest.raises(Unauthorized):
            await tokens.believed(given["refresh_token"])


async def test_a_token_for_another_audience(provider):
    with pytest.raises(Unauthorized):
        await believing(provider)[0].believed(provider.machine("other"))


async def test_an_expired_token(provider, monkeypatch):
    token = provider.machine()
    late = time.time() + 300 + LEEWAY + 5
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(Unauthorized, match="expired"):
        await believing(provider)[0].believed(token)


async def test_tricks_with_its_own_token(provider):
    tokens, source = believing(provider)
    token = provider.machine()
    assert await tokens.believed(token)
    head, body, signature = token.split(".")
    header = {"kid": unverified(token)[0].kid, "typ": "at+jwt"}
    claims = urlsafe_b64decode(body.encode())
    [key] = [each for each in source._keys if each.kid == header["kid"]]
    tricks = [
        unsigned(header | {"alg": "none"}, claims), unsigned(header | {"alg": "RS256"}, claims),
        f"{head}.{encoded(claims.replace(b'auditor', b'planner'))}.{signature}", f"{head}.{body}.",
        signed_raw(header | {"alg": "HS256"}, claims, key.as_dict(private=False)["n"]),
    ]  # fmt: skip
    for trick in tricks:
        with pytest.raises(Unauthorized):
            await tokens.believed(trick)


def signed_raw(header, claims, secret):
    import json

    return signed(header, json.loads(claims), OctKey.import_key(secret))


async def test_rotation_and_another_algorithm(provider):
    tokens, source = believing(provider)
    old = provider.machine()
    assert await tokens.believed(old)
    provider.rotate()
    for alg in ("RS256", "ES256"):
        provider.sign_with("machine", alg)
        new = provider.machine()
        assert unverified(new)[0].kid != unverified(old)[0].kid
        source._tried -= COOLDOWN
        assert await tokens.believed(new)
    assert source.fetches == 2


async def test_it_is_down(provider):
    tokens, source = believing(provider)
    first, second = provider.machine(), provider.machine()
    assert await tokens.believed(first)
    provider.stop()
    source._fetched -= 400
    source._tried = source._fetched
    assert await tokens.believed(second)
    with pytest.raises(ProviderDown):
        await believing(provider)[0].believed(first)
