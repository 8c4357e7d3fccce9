"""What a viewer may ask for: how much, which documents, and whether he is told the schema."""

import hashlib
import json
import time

import pytest
from serving import QUICK, VIEWER, Client, request, serving

from api.door.documents import read_documents
from api.door.options import Door
from api.door.rate import Bucket, RateLimited, Rates
from graph.errors import BadInput
from graph.permissions import LOCAL, PUBLIC

HELLO = "{ __typename }"
KNOWN = "query Known($id: ID!) { region(id: $id) { name } }"
ID = "sha256:" + hashlib.sha256(KNOWN.encode()).hexdigest()
SCHEMA = "{ __schema { queryType { name } } }"


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    path = tmp_path_factory.mktemp("documents") / "documents.json"
    path.write_text(json.dumps({ID.removeprefix("sha256:"): KNOWN}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def strict(reader, reading, documents, tmp_path_factory):
    """The public may ask only persisted documents, and everyone little."""
    door = Door(rate=40.0, public_rate=10.0, documents=documents, only_documents="public", bounds=QUICK)
    with serving(reading, door, tmp_path_factory.mktemp("strict")) as served:
        yield served


@pytest.fixture(scope="module")
def closed(reader, reading, documents, tmp_path_factory):
    with serving(
        reading, Door(documents=documents, only_documents="everyone"), tmp_path_factory.mktemp("closed")
    ) as served:
        yield served


def test_a_bucket_fills_at_its_rate_and_may_be_overdrawn_once():
    now = [0.0]
    bucket = Bucket(10, lambda: now[0])
    bucket.spend(99)
    bucket.spend(500)
    with pytest.raises(RateLimited) as limited:
        bucket.spend(1)
    assert limited.value.seconds == pytest.approx(50, abs=1)
    now[0] = 49.0
    with pytest.raises(RateLimited):
        bucket.check()
    now[0] = 51.0
    bucket.check()
    now[0] = 10_000.0
    bucket.check()
    assert bucket.left == 100


def test_who_shares_a_bucket():
    rates = Rates(10, 5)
    assert rates.of(VIEWER, ("10.0.0.1", 1)) is rates.of(VIEWER, ("10.0.0.2", 2))
    assert rates.of(PUBLIC, ("10.0.0.1", 1)) is rates.of(PUBLIC, ("10.0.0.1", 2))
    assert rates.of(PUBLIC, ("10.0.0.1", 1)) is rates.of(PUBLIC, ("::ffff:10.0.0.1", 1))
    assert rates.of(PUBLIC, ("10.0.0.1", 1)) is not rates.of(PUBLIC, ("10.0.0.2", 1))
    assert rates.of(PUBLIC, ("2001:db8::1", 1)) is rates.of(PUBLIC, ("2001:db8::2:1", 1))
    assert rates.of(PUBLIC, ("2001:db8::1", 1)) is not rates.of(PUBLIC, ("2001:db8:1::1", 1))
    assert rates.of(PUBLIC, None) is rates.of(PUBLIC, ("unix", 0))
    assert rates.of(LOCAL, ("10.0.0.1", 1)) is None
    assert (rates.of(VIEWER, None).flow, rates.of(PUBLIC, None).flow) == (10, 5)


def test_the_buckets_are_bounded():
    rates = Rates(10, 5)
    for number in range(30_000):
        rates.of(PUBLIC, (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1))
    assert len(rates.buckets) == 20_000


def test_who_asks_too_much_is_told_when_to_come_back(strict):
    with Client(strict.port) as greedy:
        for _ in range(200):
            status, headers, body = greedy.ask('{ search(text: "x") { totalCount } }', "x-viewer: viewer")
            if status == 429:
                break
        assert status == 429
        assert 1 <= int(headers["retry-after"]) <= 60
        assert body["errors"][0]["extensions"] == {"code": "RateLimited"}
        # Others are not held up by him, and the connection goes on.
        assert greedy.ask(HELLO)[0] == 200
        deadline = time.monotonic() + 20
        while greedy.ask(HELLO, "x-viewer: viewer")[0] == 429:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_persisted_documents(strict):
    with Client(strict.port) as client:
        variables = {"id": "Region:none"}
        for headers in (("x-viewer: public",), ()):
            client.send(request({"documentId": ID, "variables": variables}, *headers))
            assert json.loads(client.answer()[2]) == {"data": {"region": None}}
        for body, code in (
            ({"documentId": "sha256:" + "0" * 64}, "NotPersisted"), ({"documentId": ID, "query": HELLO}, None), ({}, None),
            ({"documentId": ID.upper()}, "NotPersisted"),
        ):  # fmt: skip
            client.send(request(body))
            status, _, answer = client.answer()
            assert status == 400
            assert json.loads(answer)["errors"][0].get("extensions", {}).get("code") == code


def test_nothing_but_persisted_documents(strict, closed):
    with Client(strict.port) as client:
        assert client.ask(HELLO)[0] == 200
        for text in (HELLO, KNOWN):
            status, _, body = client.ask(text, "x-viewer: public")
            assert (status, body["errors"][0]["extensions"]) == (400, {"code": "OnlyPersisted"})
    with Client(closed.port) as client:
        for who in ("public", "viewer", "administrator"):
            assert client.ask(HELLO, f"x-viewer: {who}")[0] == 400
            client.send(request({"documentId": ID, "variables": {"id": "Region:x"}}, f"x-viewer: {who}"))
            assert client.answer()[0] == 200
        client.send(b"GET /graphql?query={__typename} HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.answer()[0] == 400
        client.send(
            f"GET /graphql?documentId={ID}&variables=%7B%22id%22:%22x%22%7D HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
        )
        assert json.loads(client.answer()[2]) == {"data": {"region": None}}


def test_a_file_of_documents_that_are_not_what_they_say_is_refused(tmp_path):
    path = tmp_path / "documents.json"
    for content in ('{"sha256:00": "{a}"}', "[]", "{", '{"x": 5}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(BadInput):
            read_documents(path)
    with pytest.raises(BadInput):
        read_documents(tmp_path / "missing.json")


@pytest.mark.parametrize("text", [
    SCHEMA, '{ __type(name: "Query") { name } }', "{ ...f } fragment f on Query { __schema { queryType { name } } }",
    "{ a: __typename b: __schema { queryType { name } } }",
    "query($no: Boolean = false) { __schema @skip(if: $no) { queryType { name } } }",
])  # fmt: skip
def test_the_public_is_not_told_the_schema(door, text):
    with Client(door.port) as client:
        status, _, body = client.ask(text, "x-viewer: public")
        assert (status, body["errors"][0]["extensions"]) == (200, {"code": "Hidden"})
        assert "data" not in body
        assert client.ask(text, "x-viewer: viewer")[2].get("data")
        assert client.ask("{ __typename resources(first: 1) { __typename } }", "x-viewer: public")[2]["data"]


@pytest.mark.parametrize(("text", "variables"), [
    ("{ resorce { id } }", {}), ('{ resource(id: "x") { nam } }', {}), ('{ resource(idd: "x") { name } }', {}),
    ("query($x: ReSource) { __typename }", {}), ("{ ... on Resourc { id } }", {}),
    ("{ ...f } fragment g on Query { __typename }", {}),
    ('{ lineage(of: "x", direction: UPSTREM) { on } }', {}), ("{ __typename @skp(if: true) }", {}),
    ('query($d: Direction!) { lineage(of: "x", direction: $d) { on } }', {"d": "UPSTREM"}),
    ("query($w: SystemWhere) { systems(where: $w) { totalCount } }", {"w": {"nam": {"eq": "x"}}}),
])  # fmt: skip
def test_errors_do_not_tell_the_public_what_names_there_are(door, text, variables):
    with Client(door.port) as client:
        public = json.dumps(client.ask(text, "x-viewer: public", variables=variables)[2])
        assert "errors" in public
        assert "Did you mean" not in public
        for name in ('"resource"', "'resource'", "'name'", "UPSTREAM ", "'UPSTREAM'", "'skip'"):
            assert name not in public
