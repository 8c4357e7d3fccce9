"""The whole service over ASGI: GraphQL over HTTP, limits, errors, health, and the page."""

import json
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from graphql import ExecutionResult, execute, parse
from service import ANSWER, QUERY, RESOURCE, ask, post

from api.app import create_app
from api.http import GRAPHQL, JSON, MAX_BODY
from api.schema import SCHEMA
from api.settings import CURRENT, Settings

NESTED = b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON), ("*/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL), (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON), (f"{GRAPHQL};q=0, {JSON}", JSON), ("application/*", JSON), (GRAPHQL.upper(), GRAPHQL),
        (f"text/plain, {JSON};q=0.1", JSON), ("text/html", JSON), (f"{JSON};q=x, {GRAPHQL};q=0.1", JSON),
    ],
)  # fmt: skip
async def test_the_media_type_is_negotiated(client, accept, media):
    headers = {"accept": accept} if accept else {}
    response = await post(client, QUERY, **headers)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{media}; charset=utf-8")
    assert response.json() == ANSWER


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "{ resource { name } }", "query A { __typename } query B { __typename }"]
)
async def test_a_document_that_is_not_executed(client, query, accept, status):
    """A well-formed request with a bad document: 400 with the new media type, 200 with the old one; never `data`."""
    response = await post(client, {"query": query}, accept=accept)
    assert response.status_code == status
    assert response.json().keys() == {"errors"}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_an_executed_document_with_errors_is_200(client, accept):
    response = await post(client, {"query": '{ holders(of: "System:x") { totalCount } }'}, accept=accept)
    assert response.status_code == 200
    assert response.json()["data"] == {"holders": None}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", JSON, 400), (b"{", JSON, 400), (b"[]", JSON, 400), (b'"x"', JSON, 400), (b"null", JSON, 400), (b"{}", JSON, 400),
        (b'{"query": 5}', JSON, 400), (b'{"query": null}', JSON, 400), (b'{"query": "{__typename}", "variables": []}', JSON, 400),
        (b'{"query": "{__typename}", "variables": "x"}', JSON, 400),
        (b'{"query": "{__typename}", "operationName": 1}', JSON, 400),
        (b'{"query": "{__typename}", "extensions": 1}', JSON, 400), (b'{"query": "{__typename}", "variables": null}', JSON, 200),
        (b'{"query": "{__typename}", "operationName": "", "variables": {}, "extensions": {}}', JSON, 200),
        (b'{"query": "{__typename}", "unknown": 1}', JSON, 200),
        (b'{"query": "{__typename}"} more', JSON, 400), (b'\xff{"query": "{__typename}"}', JSON, 400),
        (b'{"query": "{__typename} # \xff"}', JSON, 400), (b'{"query": "{__typename} # \\ud800"}', JSON, 400),
        (b'{"query": "{__typename} # \\ud83d\\ude00"}', JSON, 200), (NESTED, JSON, 400),
        (b'{"query": "{__typename}", "variables": {"n": ' + b"1" * 5000 + b"}}", JSON, 400),
        (b'{"query": "{__typename}", "variables": {"n": 1e400}}', JSON, None),
        (b'{"query": "{__typename}", "variables": {"n": NaN}}', JSON, 400),
        (b'{"query": "{__typename}"}', "application/json; charset=utf-8", 200), (b'{"query": "{__typename}"}',
        'application/json; charset="UTF-8"', 200),
        (b'{"query": "{__typename}"}', "application/json; charset=latin-1", 415), (b'{"query": "{__typename}"}',
        "text/plain", 415),
        (b"query=x", "application/x-www-form-urlencoded", 415), (b"--x", "multipart/form-data; boundary=x", 415),
        (b"{}", "", 415),
        (b'{"query": "{__typename}", "variables": {"n": "' + b"x" * MAX_BODY + b'"}}', JSON, 413),
    ],
)  # fmt: skip
async def test_bodies(client, body, content_type, status):
    """Whatever is sent is answered, and every refusal says why in the form of a GraphQL error."""
    response = await client.post("/graphql", content=body, headers={"content-type": content_type})
    assert response.status_code in ([status] if status else [200, 400])
    if response.status_code == 200:
        assert response.json() == {"data": {"__typename": "Query"}}
    else:
        assert response.json()["errors"][0]["message"]
        assert response.headers["content-type"].startswith(JSON)


async def test_a_body_in_pieces_is_refused_as_soon_as_it_is_too_long(client):
    sent = 0

    async def pieces():
        nonlocal sent
        for _ in range(100):
            sent += 100_000
            yield b" " * 100_000

    response = await client.post("/graphql", content=pieces(), headers={"content-type": JSON})
    assert response.status_code == 413
    assert sent <= MAX_BODY + 200_000


async def test_get(client):
    response = await client.get("/graphql", params=QUERY)
    assert (response.status_code, response.json()) == (200, ANSWER)
    variables = {
        "query": "query Q($id: ID!) { resource(id: $id) { name } } query R { __typename }",
        "operationName": "Q",
        "variables": json.dumps({"id": RESOURCE}),
    }
    assert (await client.get("/graphql", params=variables)).json() == ANSWER


@pytest.mark.parametrize("query", ["variables={}&query=", "query=%7B", "query=%7B__typename%7D&variables=x",
    "variables=1&query=x",
                                   "query=%FF%FE", "extensions=[1]&query=%7B__typename%7D",
                                   "&".join(f"a{i}=1" for i in range(50)), ""])  # fmt: skip
async def test_bad_query_strings_are_refused(client, query):
    response = await client.get(f"/graphql?{query}", headers={"accept": GRAPHQL})
    assert response.status_code == 400
    assert response.json()["errors"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused(client, method):
    response = await client.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("accept", ["text/plain", "image/*", f"{JSON};q=0"])
async def test_nothing_acceptable(client, accept):
    response = await post(client, QUERY, accept=accept)
    assert response.status_code == 406
    assert response.json()["errors"]


async def test_a_foreign_host_name_is_refused(client):
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        assert (await client.get("/health", headers={"host": host})).status_code == 400
        assert (await post(client, QUERY, host=host)).status_code == 400
    assert (await post(client, QUERY, host="localhost:8000")).json() == ANSWER


# Errors.


def by_graphql_core(query, variables=None):
    """The errors of graphql-core itself for a document whose root fields are all null."""
    result = execute(SCHEMA, parse(query), {}, variable_values=variables)
    assert isinstance(result, ExecutionResult)
    return [error.formatted for error in result.errors]


@pytest.mark.parametrize(("query", "message"), [
    ("{ resources(first: 2000) { totalCount } }", "`first` is 2000"), ("{ resources(first: -1) { totalCount } }",
    "`first` is -1"),
    ("{ resources(last: 1001) { totalCount } }", "`last` is 1001"), ("{ islands(first: null) { totalCount } }", "neither"),
    ('{ regime(id: "Regime:KF") { rules(first: 1001) { totalCount } } }', "`first` is 1001"),
    ('{ search(text: " ") { totalCount } }', "no words"), ('{ search(text: "x", after: "") { totalCount } }', "cursor"),
    ('{ search(text: "x", after: "nonsense") { totalCount } }', "cursor"),
    ('{ lineage(of: "Region:410299", direction: BOTH) { on } }', "does not flow"),
    ('{ lineage(of: "", direction: BOTH) { on } }', "does not flow"),
    ('{ lineage(of: "Resource:x", direction: BOTH, hops: 0) { on } }', "at least one hop"),
    ('{ holders(of: "Region:410299") { totalCount } }', "nothing that is held"),
])  # fmt: skip
async def test_a_question_that_cannot_be_answered_says_what_and_where(client, query, message):
    body = await ask(client, query)
    [error] = body["errors"]
    assert message in error["message"]
    assert error["extensions"] == {"code": "BadInput"}
    assert error["path"] == [re.search(r"\w+", query)[0]]
    assert error["locations"] == [{"line": 1, "column": 3}]
    assert body["data"] in (None, dict.fromkeys(error["path"]))


@pytest.mark.parametrize(("query", "variables"), [
    ("query($x: Boolean = true) { __typename @include(if: $x) }", {"x": None}),
])  # fmt: skip
async def test_errors_of_execution_are_those_of_graphql_core(client, query, variables):
    body = await ask(client, query, variables=variables)
    assert body["errors"] == by_graphql_core(query, variables)


@pytest.mark.parametrize(("variables", "part"), [
    ({}, "to be provided"), ({"id": None}, "null"), ({"id": ["a", "b"]}, "ID"), ({"id": "x", "on": "2024-02-30"}, "no day"),
    ({"id": "x", "on": "2020-W01-1"}, "no day"), ({"id": "x", "on": "20200101  "}, "no day"), ({"id": "x", "on": 5}, "no day"),
    ({"id": "x", "knownAt": "2024-01-01"}, "no instant"), ({"id": "x", "knownAt": "2024-01-01T00:00:00"}, "no instant"),
    ({"id": "x", "knownAt": "9999-12-31T23:59:59-12:00"}, "no instant"), ({"id": "x",
    "knownAt": "0001-01-01T00:00:00+12:00"}, "no instant"),
    ({"id": "x", "knownAt": "2024-01-01T00:00:00+00:00:30"}, "no instant"), ({"id": "x",
    "knownAt": "\u0661024-01-01T00:00:00Z"}, "no instant"),
])  # fmt: skip
async def test_variables_that_do_not_fit(client, variables, part):
    query = "query($id: ID!, $on: Date, $knownAt: DateTime) { resource(id: $id, on: $on, knownAt: $knownAt) { id } }"
    response = await post(client, {"query": query, "variables": variables}, accept=GRAPHQL)
    assert response.status_code == 400
    assert part in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("variables", [
    {"id": "", "on": "0001-01-01"}, {"id": "Resource:\u0000", "on": "9999-12-31"}, {"id": "Resource:" + "x" * 10_000}, {"id": 5},
    {"id": "x", "knownAt": "2024-01-01t00:00:00.123456789z"}, {"id": "Resource:😀",
    "knownAt": "2024-01-01 00:00:00-23:59"}, {"id": "' OR 1=1 //"},
])  # fmt: skip
async def test_odd_values_are_values(client, variables):
    query = """query($id: ID!, $on: Date, $knownAt: DateTime) {
      resource(id: $id, on: $on, knownAt: $knownAt) { id } node(id: $id) { id } }"""
    assert await ask(client, query, variables=variables) == {"data": {"resource": None, "node": None}}


@pytest.mark.parametrize(
    "text", [*"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "AND", "a OR NOT", "a TO b", "x\u0000", "𠮷", "\\\\", '"" AND ("']
)
async def test_no_search_is_a_syntax_error(client, text):
    for query in (text, f"a{text}b 登{text}", f"登{text}"):
        body = await ask(client, "query($t: String!) { search(text: $t) { totalCount } }", variables={"t": query})
        assert "errors" not in body


async def test_one_document_with_different_variables(client):
    """A statement is kept for a document; what decides on its text must not be taken from an earlier request."""
    query = "query($o: SystemOrder, $w: SystemWhere) { systems(orderBy: $o, where: $w, first: 1) { nodes { id } totalCount } }"
    region = "query($r: ID) { islands(region: $r) { totalCount } duplicateCollection(region: $r) { totalCount } }"
    first = await ask(client, query, variables={"o": "NAME_ASC"})
    last = await ask(client, query, variables={"o": "NAME_DESC"})
    platforms = await ask(client, query, variables={"w": {"kind": {"eq": "PLATFORM"}, "madeUp": {"eq": True}}})
    apps = await ask(client, query, variables={"w": {"kind": {"eq": "APP"}, "madeUp": {"eq": True}}})
    assert first["data"]["systems"]["nodes"] != last["data"]["systems"]["nodes"]
    assert platforms["data"]["systems"]["totalCount"] == 4 != apps["data"]["systems"]["totalCount"]
    nowhere = await ask(client, region, variables={"r": ""})
    county = await ask(client, region, variables={"r": "Region:410299"})
    assert nowhere["data"] == {"islands": {"totalCount": 0}, "duplicateCollection": {"totalCount": 0}}
    assert county["data"] == {"islands": {"totalCount": 9}, "duplicateCollection": {"totalCount": 18}}


# Everything else.


async def test_health_and_ready(client):
    assert (await client.get("/health")).text == "ok\n"
    ready = await client.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    assert (await client.get("/metrics")).status_code == 404


async def test_not_ready_without_a_database(town, tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, cache=tmp_path, address=town.address, version=CURRENT, zone=ZoneInfo("UTC"))
    app = create_app(settings, town.address)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        # The lifespan has not begun: nothing is connected.
        response = await client.get("/ready")
        assert (response.status_code, response.json()) == (503, {"ready": False})
        body = (await post(client, QUERY)).json()
        assert body["errors"][0]["extensions"] == {"code": "EngineError"}


async def test_a_browser_gets_the_page_and_nothing_from_elsewhere(client):
    page = await client.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(linked) >= 5
    for link in linked:
        assert re.match(r"/graphiql/[\w.-]+$", link)
        asset = await client.get(link)
        assert asset.status_code == 200
        assert asset.content
    for name in ("index.html", "page.js", "page.css"):
        text = (Path(__file__).parents[2] / "api" / "graphiql" / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|//\w", text)
    styles = (await client.get("/graphiql/graphiql.min.css")).text
    assert not re.search(r"url\(['\"]?(https?:)?//|@import", styles)


async def test_today_is_the_day_in_the_configured_time_zone(client):
    body = await ask(client, f'{{ lineage(of: "{RESOURCE}", direction: UPSTREAM) {{ on }} }}')
    assert abs(date.fromisoformat(body["data"]["lineage"]["on"]) - date.today()).days <= 1  # noqa: DTZ011
