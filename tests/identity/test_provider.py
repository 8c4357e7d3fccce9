"""What is asked of a provider, how often, and what is made of its answers."""

import asyncio
import ssl
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from api.identity import provider as providers
from api.identity import settings
from api.identity.code import Code
from api.identity.errors import ProviderDown, Unauthorized
from api.identity.provider import Provider
from identity.issuer import AUDIENCE, FOREIGN, KEYS, checked


async def test_a_new_key_is_found_without_a_restart(issuer):
    tokens, source = checked(issuer)
    await tokens.believed(issuer.token())
    source._tried -= providers.COOLDOWN
    issuer.keys = {"new": FOREIGN}
    assert await tokens.believed(issuer.token(kid="new"))
    assert source.fetches == 2
    with pytest.raises(Unauthorized):
        await tokens.believed(issuer.token(kid="RS256", key=KEYS["RS256"], jti="2"))


async def test_unknown_keys_do_not_make_us_a_flood(issuer):
    tokens, source = checked(issuer)
    await tokens.believed(issuer.token())
    for n in range(50):
        with pytest.raises(Unauthorized):
            await tokens.believed(issuer.token(kid=f"k{n}", key=FOREIGN))
    assert source.fetches == 1


async def test_many_at_once_are_one_fetch(issuer):
    issuer.delay = 0.1
    tokens, source = checked(issuer)
    await asyncio.gather(*(tokens.believed(issuer.token(jti=str(n))) for n in range(20)))
    assert source.fetches == 1
    assert sorted(issuer.asked) == ["/.well-known/openid-configuration", "/jwks"]


async def test_who_gives_up_does_not_end_the_fetch_of_the_others(issuer):
    issuer.delay = 0.2
    tokens, source = checked(issuer)
    first = asyncio.create_task(tokens.believed(issuer.token()))
    second = asyncio.create_task(tokens.believed(issuer.token(jti="2")))
    await asyncio.sleep(0.05)
    first.cancel()
    assert await second
    assert source.fetches == 1


async def test_old_keys_are_renewed_in_passing(issuer):
    tokens, source = checked(issuer)
    await tokens.believed(issuer.token())
    source._fetched -= providers.TTL + 1
    source._tried = source._fetched
    issuer.delay = 0.2
    began = time.monotonic()
    await tokens.believed(issuer.token(jti="2"))
    assert time.monotonic() - began < 0.15
    await source._under_way
    assert source.fetches == 2


async def test_a_key_that_was_withdrawn_while_nobody_asked_is_not_believed(issuer):
    tokens, source = checked(issuer)
    old = issuer.token()
    await tokens.believed(issuer.token(jti="2"))
    issuer.keys = {"new": FOREIGN}
    source._fetched -= 2 * providers.TTL + 1
    source._tried = source._fetched
    with pytest.raises(Unauthorized):
        await tokens.believed(old)


async def test_while_the_provider_is_down_known_keys_are_used_for_a_while(issuer):
    tokens, source = checked(issuer)
    await tokens.believed(issuer.token())
    issuer.status = 500
    source._fetched -= providers.TTL + 1
    source._tried = source._fetched
    await tokens.believed(issuer.token(jti="2"))
    await source._under_way
    await tokens.believed(issuer.token(jti="3"))
    with pytest.raises(ProviderDown):
        await tokens.believed(issuer.token(kid="new", key=FOREIGN))
    source._fetched -= providers.STALE
    with pytest.raises(ProviderDown) as down:
        await tokens.believed(issuer.token(jti="4"))
    assert down.value.headers["retry-after"]


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "http://127.0.0.1:1"}, {"jwks_uri": "http://keys.example/jwks"}, {"jwks_uri": None}, {"jwks_uri": "x"}],
)
async def test_a_discovery_document_that_is_not_the_issuers(issuer, metadata):
    issuer.metadata = metadata
    with pytest.raises(ProviderDown):
        await checked(issuer)[0].believed(issuer.token())


@pytest.mark.parametrize("listed", [5, None, {"a": 1}, True, "keys"], ids=str)
async def test_a_list_of_keys_that_is_none(issuer, monkeypatch, listed):
    content = issuer.content
    monkeypatch.setattr(issuer, "content", lambda path: {"keys": listed} if path == "/jwks" else content(path))
    tokens, source = checked(issuer)
    for _ in range(3):
        with pytest.raises((ProviderDown, Unauthorized)):
            await tokens.believed(issuer.token())
    assert source.fetches == 1


def code(issuer, **metadata):
    ends = {"authorization_endpoint": f"{issuer.url}/auth", "token_endpoint": f"{issuer.url}/token"}
    issuer.metadata = ends | metadata
    login = settings.Login(client="web")
    believed = settings.Issuer(issuer=issuer.url, audience=AUDIENCE, login=login)
    return Code(believed, login, Provider(issuer.url), "http://127.0.0.1:1/auth/gov")


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize("url", ["http://id.example/x", None, 5])
async def test_neither_the_code_nor_the_secret_goes_where_others_read(issuer, endpoint, url):
    with pytest.raises(ProviderDown, match="https"):
        await code(issuer, **{endpoint: url}).begin()


async def test_a_discovery_document_sets_no_option_of_the_client(issuer):
    url, _ = await code(issuer, code_challenge_method="plain", scope="everything", verify=False).begin()
    asked = parse_qs(urlsplit(url).query)
    assert (asked["code_challenge_method"], asked["scope"]) == (["S256"], ["openid"])


async def test_a_login_reads_no_certificates(issuer, monkeypatch):
    """Each client would take a tenth of a second for that, in which the service does nothing else."""
    way = code(issuer)

    def loaded(*_, **__):
        raise AssertionError("certificates are read")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", loaded)
    with pytest.raises(AssertionError):
        httpx2.AsyncClient()
    assert await way.begin()


async def test_a_provider_that_never_answered(issuer):
    issuer.status = 404
    tokens, source = checked(issuer)
    for _ in range(5):
        with pytest.raises(ProviderDown):
            await tokens.believed(issuer.token())
    assert source.fetches == 1
