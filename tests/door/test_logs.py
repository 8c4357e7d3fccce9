"""What is logged and measured: every line is JSON with its request, and none of it tells who a person is or how to get in."""

import io
import json
import logging
import time
import urllib.request

import pytest
from serving import VIEWER, Client, request

from api.door import logs, metrics
from api.request import DEPARTMENT, REQUEST_ID

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
SECRET = [
    JWT, "correct-horse-battery", "410299199001011234", "13800138000", "zhang.san@example.cn", "张三丰的值",
]  # fmt: skip


@pytest.fixture
def lines(monkeypatch):
    """What is logged as `serve` logs it, at its finest."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    root, ours = logging.getLogger(), logging.getLogger("yuanliu")
    monkeypatch.setattr(root, "handlers", [*root.handlers, handler])
    before = ours.level
    ours.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    ours.setLevel(before)


@pytest.mark.parametrize("text", [
    f"authorization: Bearer {JWT}", f"token={JWT}", f"id_token: '{JWT}'", "password=correct-horse-battery",
    '{"password": "correct-horse-battery"}', "NEO4J_PASSWORD: correct-horse-battery", "bolt://neo4j:correct-horse-battery@db:7687",
    "value '410299199001011234' exists", "call 13800138000 now", "mail zhang.san@example.cn", "Cookie: correct-horse-battery",
    "https://idp/cb?code=correct-horse-battery&state=x", "Basic correct-horse-battery",
])  # fmt: skip
def test_no_line_shows_a_secret(lines, text):
    logging.getLogger("some.library").warning(text)
    logging.getLogger("yuanliu").info("%s", text)
    [first, second] = lines()
    for secret in SECRET:
        assert secret not in json.dumps([first, second], ensure_ascii=False)
    assert (first["level"], second["logger"]) == ("WARNING", "yuanliu")


def test_of_an_exception_only_its_type_and_place_are_told(lines):
    REQUEST_ID.set("r-1")
    DEPARTMENT.set(VIEWER.department)
    try:
        try:
            int("张三丰的值")
        except ValueError as error:
            raise KeyError(SECRET[2]) from error
    except KeyError:
        logging.getLogger("yuanliu").exception("it failed")
    [line] = lines()
    assert line["exception"] == ["builtins.KeyError", "builtins.ValueError"]
    assert "test_logs.py" in line["where"][-1]
    assert (line["request"], line["department"]) == ("r-1", VIEWER.department)
    assert not [secret for secret in SECRET if secret in json.dumps(line, ensure_ascii=False)]


def test_what_asyncio_says_of_a_task_shows_no_value(lines):
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('张三丰')>"
    )
    [line] = lines()
    assert line["message"] == "Task exception was never retrieved"


def test_a_refused_request_is_one_line_with_its_id_and_department(door, lines):
    with Client(door.port) as client:
        client.send(request(b'{"query": 5}', "x-viewer: viewer", "x-request-id: abc", f"authorization: Bearer {JWT}"))
        status, headers, _ = client.answer()
    [line] = eventually(lambda: [line for line in lines() if line.get("given") == "abc"])
    assert line.keys() == {
        "at", "level", "logger", "message", "request", "department", "status", "milliseconds", "given",
    }  # fmt: skip
    assert status == 400
    assert line["request"] == headers["x-request-id"] != "abc"
    assert (line["status"], line["department"]) == (400, VIEWER.department)


def test_nothing_that_a_client_sends_is_logged(door, lines, monkeypatch):
    monkeypatch.setattr(door.app.graphql, "logs_all", True)
    personal = SECRET[5]
    text = f'query Q($t: String!) {{ region(id: "{personal}") {{ id }} search(text: $t) {{ totalCount }} }}'
    with Client(door.port) as client:
        client.ask(
            text,
            f"authorization: Bearer {JWT}",
            f"cookie: session={SECRET[1]}",
            variables={"t": personal},
            operationName="Q",
        )
        client.ask("{" + personal, "x-viewer: viewer")
        client.ask("{ nothing }", variables={"x": SECRET[2]})
        client.send(b"GET /graphql?query=" + SECRET[2].encode() + b" HTTP/1.1\r\nhost: localhost\r\n\r\n")
        client.answer()
        client.send(b"GET /" + SECRET[2].encode() + b" HTTP/1.1\r\nhost: localhost\r\n\r\n")
        client.answer()
        client.send(b"rubbish " + SECRET[2].encode() + b"\r\n\r\n")
        client.answer()
        monkeypatch.setattr(door.app.graphql.answerer.planner, "plan", lambda *_: int(SECRET[5]))
        assert client.is_closed(5)
    with Client(door.port) as client:
        assert client.ask(text)[0] == 500
    assert eventually(lambda: [line for line in lines() if line.get("status") == 500])
    monkeypatch.undo()
    written = json.dumps(lines(), ensure_ascii=False)
    assert '"status": 200' in written
    assert not [secret for secret in SECRET if secret in written]


def test_the_metrics_count_and_name_nothing(door):
    server = metrics.listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.server_port}/metrics"

    def read():
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read().decode()

    try:
        before = read()
        with Client(door.port) as client:
            for _ in range(3):
                client.ask('{ resource(id: "Resource:410299/MZ001") { name } }', "x-viewer: viewer")
            client.send(request(b"{"))
            client.answer()
        after = read()
    finally:
        server.shutdown()
        server.server_close()
    assert (
        value(after, 'yuanliu_requests_total{status="200"}')
        == value(before, 'yuanliu_requests_total{status="200"}') + 3
    )
    assert (
        value(after, 'yuanliu_requests_total{status="400"}')
        == value(before, 'yuanliu_requests_total{status="400"}') + 1
    )
    assert value(after, "yuanliu_request_seconds_count") == value(before, "yuanliu_request_seconds_count") + 4
    assert value(after, 'yuanliu_request_seconds_bucket{le="+Inf"}') == value(after, "yuanliu_request_seconds_count")
    assert 'yuanliu_statements_running{lane="walk"}' in after
    for named in ("MZ001", "410299", "Department:", "resource(", VIEWER.subject):
        assert named not in after
    with Client(door.port) as client:
        client.send(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.answer()[0] == 404


def eventually(found):
    """What is found, once there is any: a line is written after the answer."""
    deadline = time.monotonic() + 5
    while not found() and time.monotonic() < deadline:
        time.sleep(0.05)
    return found()


def value(text, name):
    return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " ")), 0.0)
