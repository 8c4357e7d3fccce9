"""What a client may send, and how long it may take: each attack on a real server, and what the others notice of it."""

import contextlib
import json
import socket
import threading
import time

import pytest
from serving import Client, request, serving

from api.door.options import Door
from api.door.protocol import Bounds
from api.http import MAX_BODY

HELLO = {"data": {"__typename": "Query"}}
GOOD = b'{"query": "{__typename}"}'


def greet(client, *headers):
    assert client.ask("{__typename}", *headers)[::2] == (200, HELLO)


def trickle(client, data, seconds, *, every=0.1):
    """Send byte for byte until the server answers or the time is over."""
    until = time.monotonic() + seconds
    client.socket.settimeout(every)
    for byte in data:
        if time.monotonic() > until:
            break
        try:
            client.send(bytes([byte]))
            client.kept += client.socket.recv(1 << 16)
        except TimeoutError:
            continue
        except ConnectionError:
            break
        break
    client.socket.settimeout(60)


def refusal(client):
    status, headers, body = client.answer()
    assert headers["connection"] == "close"
    assert json.loads(body)["errors"][0]["message"]
    return status


def test_a_head_that_does_not_end_is_given_up(door):
    with Client(door.port) as slow:
        began = time.monotonic()
        trickle(slow, b"POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: " + b"a" * 1000, 6)
        assert refusal(slow) == 408
        assert 1 < time.monotonic() - began < 5
    with Client(door.port) as other:
        greet(other)


def test_a_connection_that_says_nothing_is_closed(door):
    with Client(door.port) as silent:
        assert silent.is_closed(5)


def test_empty_lines_are_no_head(door):
    with Client(door.port) as slow:
        trickle(slow, b"\r\n" * 500, 6)
        assert refusal(slow) == 408


def test_a_second_head_that_does_not_end_is_given_up(door):
    with Client(door.port) as slow:
        greet(slow)
        trickle(slow, b"POST /graphql HTTP/1.1\r\nx-slow: " + b"a" * 1000, 6)
        assert refusal(slow) == 408


def test_a_body_that_does_not_come_is_given_up(door):
    with Client(door.port) as slow:
        slow.send(request(b"", length=5000))
        trickle(slow, b" " * 1000, 6)
        assert refusal(slow) == 408
    with Client(door.port) as other:
        greet(other)


def test_a_body_that_comes_is_waited_for(door):
    """Slower than the time for small ones, but at a rate that is allowed."""
    body = json.dumps({"query": "{__typename}", "variables": {"text": "x" * 60_000}}).encode()
    with Client(door.port) as steady:
        steady.send(request(b"", length=len(body)))
        for start in range(0, len(body), 3000):
            steady.send(body[start : start + 3000])
            time.sleep(0.12)
        assert steady.answer()[0] == 200


def test_a_head_without_end_is_refused_by_its_size(door):
    with Client(door.port) as client:
        client.send(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\n")
        for _ in range(40):
            try:
                client.send(b"x-many: " + b"a" * 10_000 + b"\r\n")
            except ConnectionError:
                break
        assert refusal(client) == 431


@pytest.mark.parametrize("flood", [b"x-trailer: " + b"a" * 5000 + b"\r\n", b"x: y\r\n" * 1000])
def test_trailers_without_end_are_refused(door, flood):
    with Client(door.port) as client:
        client.send(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
        client.send(b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n")
        for _ in range(100):
            try:
                client.send(flood)
            except ConnectionError:
                break
        assert refusal(client) == 431


def test_a_body_in_chunks_of_one_byte_is_a_body(door):
    with Client(door.port) as client:
        client.send(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
        client.send(b"transfer-encoding: chunked\r\n\r\n")
        body = b" " * 30_000 + GOOD
        client.send(b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\n\r\n")
        assert json.loads(client.answer()[2]) == HELLO
        greet(client)


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_over_the_limit_is_refused_and_the_connection_goes_on(door, is_announced):
    body = b'{"query": "{__typename}", "variables": {"text": "' + b"x" * (3 * MAX_BODY) + b'"}}'
    with Client(door.port) as client:
        if is_announced:
            client.send(request(b"", length=len(body)))
            assert client.answer()[0] == 413  # before anything of it was sent
            client.send(body)
        else:
            head = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            client.send(head + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
            assert client.answer()[0] == 413
        greet(client)


def test_the_rest_of_a_refused_body_is_not_waited_for_for_ever(door):
    with Client(door.port) as client:
        client.send(request(b"", length=50 * MAX_BODY))
        assert client.answer()[0] == 413
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < began + 8:
                client.send(b"x" * 10_000)
                time.sleep(0.05)
        assert time.monotonic() < began + 7


@pytest.mark.parametrize(("garbage", "status"), [
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400), (b"GET\r\n\r\n", 400), (b"GET /graphql HTTP/9.9\r\n\r\n", 400),
    (b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n", 400),
    (b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", 400),
    (b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", 400),
    (b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    (b"GET /\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n", 400), (b"CONNECT evil.example:80 HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    (b"GET ?query HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
    (b"POST /graphql HTTP/1.1\r\nhost : localhost\r\n\r\n", 400), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
])  # fmt: skip
def test_what_is_not_http_is_refused(door, garbage, status):
    with Client(door.port) as client, Client(door.port) as other:
        client.send(garbage)
        assert refusal(client) == status
        greet(other)


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b'"x"', b"5", b'{"query": "{__typename}"} x', b"\xff\xfe{}", b'{"query": "\xff"}',
    b'{"query": "{__typename} # \\ud800"}', b'{"query": "{__typename}", "variables": {"n": "\\udfff"}}',
    b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"[" * 100_000, b'{"a":' * 100_000,
    b'{"query": "{__typename}", "variables": {"n": ' + b"[" * 900 + b"]" * 900 + b"}}",
    b'{"query": "{__typename}", "variables": {"n": ' + b"9" * 100_000 + b"}}", b'{"query": NaN}', b'{"query": 1e999}',
    b"\x00" * 1000, b'\xef\xbb\xbf{"query": "{__typename}"}', '{"query": "{__typename}"}'.encode("utf-16"),
    b'{"query": "{ resources(first: 99999999999999999999999) { totalCount } }"}',
])  # fmt: skip
def test_what_is_not_a_request_is_refused_and_the_connection_goes_on(door, body):
    with Client(door.port) as client:
        began = time.monotonic()
        client.send(request(body, "accept: application/graphql-response+json"))
        status, _, answer = client.answer()
        assert status == (200 if b"[" * 900 + b"]" in body and len(body) < 5000 else 400)
        if status == 400:
            assert json.loads(answer).keys() == {"errors"}
        assert b"Traceback" not in answer
        greet(client)
        assert time.monotonic() - began < 5


def test_requests_in_one_go_are_answered_in_order(door):
    with Client(door.port) as client:
        client.send(b"".join(request({"query": f"{{a{number}: __typename}}"}) for number in range(50)))
        for number in range(50):
            assert json.loads(client.answer()[2]) == {"data": {f"a{number}": "Query"}}


def test_a_client_may_ask_whether_to_send_its_body(door):
    with Client(door.port) as client:
        client.send(request(b"", "expect: 100-continue", length=len(GOOD)))
        assert client.answer()[0] == 100
        client.send(GOOD)
        assert json.loads(client.answer()[2]) == HELLO


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
def test_nothing_is_upgraded(door, upgrade):
    with Client(door.port) as client, Client(door.port) as other:
        client.send(request(GOOD, f"upgrade: {upgrade}", "connection: upgrade", "sec-websocket-version: 13"))
        assert client.answer()[0] in (200, 400)
        greet(other)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1@evil.example", "[::1", "", " ", "a" * 60_000]
)
def test_a_foreign_name_is_refused(door, host):
    with Client(door.port) as client:
        client.send(request(GOOD).replace(b"host: localhost", b"host: " + host.encode()))
        assert client.answer()[0] == 400
        greet(client)


@pytest.fixture(scope="module")
def small(reader, reading, tmp_path_factory):
    """Room for ten connections."""
    door = Door(bounds=Bounds(connections=10), rate=0)
    with serving(reading, door, tmp_path_factory.mktemp("small")) as served:
        yield served


def test_idle_connections_make_room(small):
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(Client(small.port)) for _ in range(9)]
        for client in idle[:4]:
            client.send(b"POST /graphql HTTP/1.1\r\nx-slow: ")
        time.sleep(2.5)
        for _ in range(5):
            stack.enter_context(client := Client(small.port))
            greet(client)
        assert small.connections <= 11
        assert any(client.is_closed(0.1) for client in idle)


def test_who_finds_no_room_is_told_so(small):
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            client = stack.enter_context(Client(small.port))
            greet(client)
        time.sleep(0.2)
        client = stack.enter_context(Client(small.port))
        status, headers, _ = client.answer()
        assert (status, headers["retry-after"]) == (503, "1")


def test_what_clients_leave_in_memory_is_bounded_together(reader, reading, tmp_path):
    bounds = Bounds(held_bytes=1_000_000)
    with serving(reading, Door(bounds=bounds, rate=0), tmp_path) as served, contextlib.ExitStack() as stack:
        sending = [stack.enter_context(Client(served.port)) for _ in range(4)]
        for client, size in zip(sending, (400_000, 390_000, 380_000, 10_000), strict=True):
            client.send(request(b" " * size, length=900_000))
        assert sending[0].is_closed(5)
        assert not any(client.is_closed(0.3) for client in sending[1:])


def test_who_does_not_read_his_answers_is_cut_off(door):
    with Client(door.port) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        big = request({"query": "{__typename}" + " " * 100, "operationName": None}, "accept: application/json")
        schema = request(
            {"query": "{__schema{types{name description fields{name description args{name description}}}}}"}
        )
        until = time.monotonic() + 60

        def flood():
            try:
                while time.monotonic() < until:
                    client.send(schema + big)
            except OSError:
                pass

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        while thread.is_alive() and time.monotonic() < until:
            time.sleep(0.1)
        assert not thread.is_alive()  # the connection was ended, not the patience of the test
