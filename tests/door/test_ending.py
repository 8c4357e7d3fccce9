"""SIGTERM under load: not ready at once, everything that was taken is answered whole, then the driver closes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from serving import Client

HERE = Path(__file__).parent
POINT = 'query { regime(id: "Regime:KF") { id name } }'
LIST = "{ regions(first: 200) { nodes { id name } totalCount } }"


@pytest.fixture(autouse=True)
async def unsigned(reader):
    """Others have served the town in this session, and signed what happened with keys of their own: here that begins anew."""
    await reader.run("MATCH (n:CheckpointHead|Checkpoint) DELETE n")


@contextmanager
def running(reading, home, drain):
    environment = os.environ | {
        "NEO4J_URI": reading.uri,
        "NEO4J_USER": reading.user,
        "NEO4J_PASSWORD": reading.password,
    }
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    words = [sys.executable, str(HERE / "ended.py"), str(home), str(drain)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline())
            wait(port)
            yield process, port
        finally:
            process.kill()


def ready(port):
    with Client(port) as client:
        client.send(b"GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n")
        status, _, body = client.answer()
        return status, json.loads(body)


def wait(port):
    deadline = time.monotonic() + 60
    while True:
        try:
            if ready(port)[0] == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)


def load(port, text, answers, broken, stop):
    """Ask again and again, on a new connection where the server has closed the last."""
    while not stop.is_set():
        try:
            client = Client(port, 30)
        except OSError:
            return  # no longer listening
        with client:
            try:
                while not stop.is_set():
                    status, headers, body = client.ask(text)
                    answers.append((status, "errors" in body))
                    if headers.get("connection") == "close":
                        break
            except OSError as error:
                # The server may end a connection between two requests, or never take it; an answer once begun is whole.
                if client.kept:
                    broken.append((error, client.kept))


def test_sigterm_under_load(reader, reading, tmp_path):
    answers, broken, stop = [], [], threading.Event()
    with running(reading, tmp_path, 2) as (process, port):
        threads = [
            threading.Thread(target=load, args=(port, text, answers, broken, stop)) for text in (POINT, LIST) * 4
        ]
        for thread in threads:
            thread.start()
        time.sleep(2)
        before = len(answers)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert ready(port) == (503, {"ready": False})
        during = len(answers)
        assert process.wait(30) == 0
        stop.set()
        for thread in threads:
            thread.join()
        said, logged = process.stdout.read(), process.stderr.read()
    assert "ended" in said
    assert before > 5
    assert len(answers) > during
    assert not broken
    assert set(answers) == {(200, False)}
    for line in logged.splitlines():
        assert json.loads(line)["level"] not in ("ERROR", "CRITICAL"), line
    with pytest.raises(OSError, match="refused"):
        Client(port)


def test_a_request_under_way_is_answered_after_the_last_was_taken(reader, reading, tmp_path):
    with running(reading, tmp_path, 0.2) as (process, port), Client(port) as client:
        head = (
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        )
        body = json.dumps({"query": LIST}).encode()
        client.send(head % len(body) + body[:10])
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(1.0)
        with pytest.raises(OSError, match="refused"):
            Client(port)
        client.send(body[10:])
        status, headers, answer = client.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert "errors" not in json.loads(answer)
        assert process.wait(30) == 0


def test_an_interrupt_does_not_drain(reader, reading, tmp_path):
    with running(reading, tmp_path, 60) as (process, _):
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert time.monotonic() - began < 20
