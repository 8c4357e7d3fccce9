"""How much a viewer may ask for: a token bucket for each, in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from graph.errors import GraphError
from graph.permissions import Viewer
from graph.words import Role

KEPT = 20_000
"""How many buckets are kept; the one that was not used for longest is forgotten, and starts full again."""
BURST_SECONDS = 10
"""A bucket holds what flows into it in this time."""


class RateLimited(GraphError):
    """A viewer asked for more than his share; it is worth asking again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too much is asked at once.", "Ask again later, or for less.")
        self.seconds = seconds


class Bucket:
    """What one viewer may still ask for. It may be overdrawn once, by one request; then it has to fill up again."""

    __slots__ = ("at", "flow", "left", "now")

    def __init__(self, flow: float, now: Callable[[], float]) -> None:
        self.flow, self.now = flow, now
        self.left = flow * BURST_SECONDS
        self.at = now()

    def check(self) -> None:
        """RateLimited if the bucket is empty."""
        now = self.now()
        self.left = min(self.left + (now - self.at) * self.flow, self.flow * BURST_SECONDS)
        self.at = now
        if self.left <= 0:
            raise RateLimited((1 - self.left) / self.flow)

    def spend(self, price: int) -> None:
        """Take the price of a request; RateLimited if the bucket was emptied since it was looked at."""
        self.check()
        self.left -= price

    def owe(self, price: int) -> None:
        """Take the price of what has been done already."""
        self.left -= price


class Rates:
    """The buckets: by subject for those who say who they are, by network address for the public; a flow of 0 has no bound."""

    def __init__(self, flow: float, public: float, now: Callable[[], float] = time.monotonic) -> None:
        self.flow, self.public, self.now = flow, public, now
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, viewer: Viewer, client: Any) -> Bucket | None:
        """The bucket of a viewer who calls from `client`, an address and port as ASGI has it, or None.

        None where there is no bound, and for an administrator, so that nobody can keep him from looking after the service.
        """
        flow = self.flow if viewer.subject else self.public
        if flow <= 0 or Role.ADMINISTRATOR in viewer.roles:
            return None
        key = viewer.subject or network(client)
        bucket = self.buckets.get(key)
        if bucket is None:
            bucket = self.buckets[key] = Bucket(flow, self.now)
            if len(self.buckets) > KEPT:
                self.buckets.popitem(last=False)
        else:
            self.buckets.move_to_end(key)
        return bucket


def network(client: Any) -> str:
    """The network address that counts as one caller: of IPv6 the first half, since a host has all of the rest."""
    if client is None:
        return "@"
    try:
        address = ip_address(client[0])
    except ValueError:
        return "@"
    if not isinstance(address, IPv6Address):
        return f"@{address}"
    return f"@{address.ipv4_mapped or address.packed[:8].hex()}"


def retry_after(seconds: float) -> bytes:
    """The value of Retry-After: whole seconds, at least one."""
    return b"%d" % max(1, math.ceil(seconds))
