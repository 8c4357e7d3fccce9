"""The head of an answer goes out with what of the body is at hand, and nothing is held back or lost."""

import asyncio

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


async def test_head_and_body_are_one_write():
    sink = Sink()
    joining = Joining(sink, asyncio.get_running_loop())
    joining.write(b"head ")
    joining.write(b"body")
    assert sink.told == [b"head body"]
    await asyncio.sleep(0)
    assert sink.told == [b"head body"]


async def test_what_waits_for_more_goes_out_in_the_same_turn():
    sink = Sink()
    joining = Joining(sink, asyncio.get_running_loop())
    for part in (b"head ", b"first", b"second"):
        joining.write(part)
    await asyncio.sleep(0)
    joining.write(b"third")
    assert sink.told == [b"head first", b"second"]
    joining.close()
    assert sink.told == [b"head first", b"second", b"third", "closed"]
    assert joining.is_closing()
