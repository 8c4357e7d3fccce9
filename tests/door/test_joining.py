"""The head of an answer goes out with the first part of its body, and nothing else waits for anything."""

import asyncio
import socket
from types import SimpleNamespace

import pytest
from serving import Client

from api.door.protocol import Joining


class Sink:
    """What a transport was told, in order."""

    def __init__(self):
        self.told = []

    def is_closing(self):
        return "closed" in self.told

    def write(self, data):
        self.told.append(data)

    def writelines(self, parts):
        self.told.append(b"".join(parts))

    def close(self):
        self.told.append("closed")


@pytest.fixture
def cycle():
    return SimpleNamespace(scope={"method": "GET"}, response_started=True, transport=Sink())


async def test_head_and_body_are_one_write(cycle):
    joining = Joining(cycle, asyncio.get_running_loop())
    for part in (b"head ", b"first", b"second"):
        joining.write(part)
    assert cycle.transport.told == [b"head first", b"second"]
    await asyncio.sleep(0)
    assert cycle.transport.told == [b"head first", b"second"]


async def test_a_head_alone_goes_out_in_the_same_turn(cycle):
    joining = Joining(cycle, asyncio.get_running_loop())
    joining.write(b"head")
    assert cycle.transport.told == []
    await asyncio.sleep(0)
    joining.write(b"body")
    assert cycle.transport.told == [b"head", b"body"]


async def test_it_goes_out_before_the_end(cycle):
    joining = Joining(cycle, asyncio.get_running_loop())
    joining.write(b"head")
    joining.close()
    assert cycle.transport.told == [b"head", "closed"]
    assert joining.is_closing()


async def test_what_is_said_before_the_answer_waits_for_nothing(cycle):
    cycle.response_started = False
    Joining(cycle, asyncio.get_running_loop()).write(b"100 Continue")
    assert cycle.transport.told == [b"100 Continue"]


def test_who_says_no_more_is_answered(door):
    """Also where the answer is a head alone: nothing of it may be left when the connection ends."""
    for method in (b"HEAD", b"GET") * 10:
        with Client(door.port) as client:
            client.send(method + b" /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
            client.socket.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: client.socket.recv(1 << 16), b""))
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"\r\n\r\n" if method == b"HEAD" else b"ok\n")


def test_a_wrong_chunk_is_refused_and_leaves_no_error(door, caplog):
    head = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n"
    for _ in range(20):
        with Client(door.port) as client:
            client.send(head + b"transfer-encoding: chunked\r\n\r\nzz\r\n")
            said = b"".join(iter(lambda: client.socket.recv(1 << 16), b""))
        assert b"HTTP/1.1 400" in said
    assert [record for record in caplog.records if record.exc_info] == []
