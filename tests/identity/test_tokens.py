"""Which tokens are believed, and which are not: every trick of RFC 8725 that we know, with an issuer's real keys."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, OKPKey, RSAKey

from api.identity import settings
from api.identity.errors import Unauthorized
from api.identity.provider import Provider
from api.identity.tokens import LEEWAY, LONGEST, LONGEST_DAYS, Tokens
from graph.permissions import Viewer
from graph.words import Role
from identity.issuer import AUDIENCE, FOREIGN, KEYS, Issuer, checked, encoded, public, signed, unsigned

SECOND = OKPKey.generate_key("Ed25519")
CLAIMS = {"roles": ["PLANNER"], "department": "410200/市民政局", "region": "410200"}
ALICE = "Department:410200/市民政局", "Region:410200"


async def test_every_algorithm_of_ours_is_believed(issuer):
    tokens, source = checked(issuer)
    issuer.keys["EdDSA"] = SECOND
    for alg in (*KEYS, "EdDSA"):
        found = await tokens.believed(issuer.token(alg, **CLAIMS))
        assert found.viewer == Viewer(f"{issuer.url}|alice", frozenset({Role.PLANNER}), *ALICE)
    assert source.fetches == 1


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_type_of_an_access_token(issuer, typ):
    assert await checked(issuer)[0].believed(issuer.token(header={"typ": typ}, scope=None))


@pytest.mark.parametrize(
    ("claims", "holds"),
    [
        ({"typ": "Bearer", "scope": None}, True), ({"scp": ["x"], "scope": None}, True), ({}, True),
        ({"typ": "ID"}, False), ({"typ": "Refresh"}, False), ({"scope": None}, False), ({"nonce": "x"}, False),
        ({"at_hash": "x"}, False), ({"typ": "Bearer", "nonce": "x"}, False), ({"events": {}}, False),
    ],
)  # fmt: skip
async def test_the_older_type_is_every_jwts(issuer, claims, holds):
    """With `typ: JWT` an ID token or a refresh token of the same issuer must not pass for an access token."""
    token = issuer.token(header={"typ": "JWT"}, **claims)
    if holds:
        assert await checked(issuer)[0].believed(token)
    else:
        with pytest.raises(Unauthorized, match="not an access token"):
            await checked(issuer)[0].believed(token)


NOW = int(time.time())
BAD_CLAIMS = [
    {"exp": NOW - LEEWAY - 1}, {"exp": None}, {"exp": str(NOW + 100)}, {"exp": True}, {"exp": float("nan")},
    {"exp": float("inf")}, {"iat": None}, {"iat": NOW + 3600}, {"iat": "now"}, {"nbf": NOW + 3600}, {"nbf": "x"},
    {"iss": None}, {"iss": "http://127.0.0.1:1"}, {"iss": ["x"]}, {"iss": 5}, {"aud": None}, {"aud": "urn:other"}, {"aud": []},
    {"aud": ["urn:other"]}, {"aud": [AUDIENCE, 5]}, {"aud": {"x": AUDIENCE}}, {"aud": AUDIENCE + " "}, {"sub": None},
    {"sub": ""}, {"sub": 7}, {"sub": "x" * 600}, {"sub": "a\nb"}, {"sub": "\ud800"}, {"cnf": {"jkt": "x"}},
    {"act": "robot"}, {"act": {}}, {"act": {"client_id": "robot"}}, {"act": {"sub": ""}}, {"act": {"sub": 5}}, {"act": False},
    {"act": []}, {"act": {"sub": None}},
    {"roles": ["KING"]}, {"roles": 5}, {"roles": [5]}, {"roles": {"PLANNER": True}}, {"department": 5}, {"region": ["x"]},
]  # fmt: skip


@pytest.mark.parametrize("claims", BAD_CLAIMS, ids=str)
async def test_claims_that_do_not_hold(issuer, claims):
    if claims.get("iss") == ["x"]:
        claims = {"iss": [issuer.url]}
    with pytest.raises(Unauthorized):
        await checked(issuer)[0].believed(issuer.token(**claims))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None}, {"typ": "jwt+at"}, {"typ": "logout+jwt"}, {"typ": 5}, {"kid": None}, {"kid": 5}, {"kid": ""},
        {"crit": ["exp"], "exp": 1}, {"crit": ["unknown"]}, {"b64": False, "crit": ["b64"]},
    ],
    ids=str,
)  # fmt: skip
async def test_headers_that_do_not_hold(issuer, header):
    with pytest.raises(Unauthorized):
        await checked(issuer)[0].believed(issuer.token(header=header))


async def test_what_holds_longer_than_a_revocation_is_refused(issuer):
    now = int(time.time())
    tokens, _ = checked(issuer)
    assert await tokens.believed(issuer.token(iat=now, exp=now + LONGEST_DAYS * 86_400))
    with pytest.raises(Unauthorized, match="too long"):
        await tokens.believed(issuer.token(iat=now, exp=now + LONGEST_DAYS * 86_400 + 1))


async def test_a_clock_that_is_ahead_does_not_outrun_a_revocation(issuer):
    now = int(time.time())
    tokens, _ = checked(issuer)
    assert (await tokens.believed(issuer.token(iat=now + LEEWAY))).issued_at <= now


async def test_a_certificate_in_the_header_is_ignored(issuer):
    assert await checked(issuer)[0].believed(issuer.token(header={"x5c": ["A" * 3000], "unknown": 1}))


async def test_clocks_may_differ_a_little(issuer):
    tokens, _ = checked(issuer)
    now = int(time.time())
    assert await tokens.believed(issuer.token(exp=now - LEEWAY // 2))
    assert await tokens.believed(issuer.token(iat=now + LEEWAY // 2, nbf=now + LEEWAY // 2))


def tricks(issuer):
    """Tokens that somebody without the issuer's private keys can make."""
    rsa = issuer.keys["RS256"]
    now = int(time.time())
    claims = {
        "iss": issuer.url,
        "aud": AUDIENCE,
        "sub": "eve",
        "iat": now,
        "exp": now + 300,
        "roles": ["ADMINISTRATOR"],
    }
    header = {"alg": "RS256", "kid": "RS256", "typ": "at+jwt"}
    yield "none", unsigned(header | {"alg": "none"}, claims)
    yield "None", unsigned(header | {"alg": "None"}, claims)
    yield "no signature", unsigned(header, claims)
    raw = rsa.as_dict(private=False)["n"]
    yield "HMAC with the public key", signed(header | {"alg": "HS256"}, claims, OctKey.import_key(raw))
    yield "own key, same id", signed(header, claims, FOREIGN)
    yield "own key in the header", signed(header | {"jwk": public(FOREIGN, "RS256")}, claims, FOREIGN)
    yield "own key at an address", signed(header | {"jku": "http://127.0.0.1:1/jwks"}, claims, FOREIGN)
    yield "other algorithm of the key", signed(header | {"alg": "RS512"}, claims, FOREIGN)
    good = issuer.token()
    head, body, signature = good.split(".")
    yield "another body", f"{head}.{encoded(json.dumps(claims).encode())}.{signature}"
    yield "no signature left", f"{head}.{body}."
    yield "another header", f"{encoded(json.dumps(header | {'x': 1}).encode())}.{body}.{signature}"
    yield "a bit flipped", f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    yield "padded", good + "="
    yield "four parts", good + ".x"
    yield "encrypted", good + ".x.y"
    yield "deep header", f"{encoded(b'[' * 5000)}.{body}.{signature}"
    yield "deep body", f"{head}.{encoded(b'[' * 5000)}.{signature}"
    yield "long", issuer.token(more="x" * LONGEST)
    yield from (("nothing", ""), ("dots", ".."), ("text", "a.b.c"), ("not ASCII", "é.é.é"), ("nul", "\0.\0.\0"))


async def test_tricks(issuer):
    tokens, _ = checked(issuer)
    assert await tokens.believed(issuer.token())
    believed = []
    for name, token in tricks(issuer):
        with suppress(Unauthorized):
            await tokens.believed(token)
            believed.append(name)
    assert believed == []


async def test_every_signature_bit_counts(issuer):
    tokens, _ = checked(issuer)
    head, body, signature = issuer.token("Ed25519").split(".")
    for at in range(0, len(signature), 7):
        flipped = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
        with pytest.raises(Unauthorized):
            await tokens.believed(f"{head}.{body}.{flipped}")


@given(text=st.text(max_size=200))
async def test_whatever_is_sent_is_refused_and_nothing_else_happens(text):
    with pytest.raises(Unauthorized):
        await Tokens({}).believed(text)


@pytest.mark.parametrize(
    "extra",
    [
        {"kty": "ML-DSA", "kid": "x"}, {"kty": "RSA", "kid": "x"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "x"}, "text", None,
        {"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "RSA", "kid": "x", "n": "AQAB", "e": "AQAB"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_key_that_is_not_understood_does_not_spoil_the_others(issuer, extra):
    issuer.extra = [extra]
    assert await checked(issuer)[0].believed(issuer.token())


async def test_keys_that_are_not_for_signing_or_too_weak_are_not_used(issuer):
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024)
    issuer.keys["weak"] = weak
    issuer.extra = [FOREIGN.as_dict(private=False) | {"kid": "enc", "use": "enc"}]
    tokens, _ = checked(issuer)
    for kid, key in (("weak", weak), ("enc", FOREIGN)):
        with pytest.raises(Unauthorized):
            await tokens.believed(issuer.token(kid=kid, key=key))


async def test_of_two_issuers_each_signs_for_itself(issuer):
    async with Issuer().serving() as other:
        other.keys = {"RS256": FOREIGN}
        both = Tokens(
            {
                each.url: (settings.Issuer(issuer=each.url, audience=AUDIENCE), Provider(each.url))
                for each in (issuer, other)
            }
        )
        assert (await both.believed(issuer.token())).viewer.subject == f"{issuer.url}|alice"
        assert (await both.believed(other.token())).viewer.subject == f"{other.url}|alice"
        with pytest.raises(Unauthorized):
            await both.believed(other.token(iss=issuer.url))


async def test_a_valid_token_is_remembered_but_not_past_its_end(issuer, monkeypatch):
    tokens, _ = checked(issuer)
    token = issuer.token(exp=int(time.time()) + 10)
    first = await tokens.believed(token)
    assert await tokens.believed(token) is first
    late = time.time() + 10 + LEEWAY + 1
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(Unauthorized, match="expired"):
        await tokens.believed(token)
