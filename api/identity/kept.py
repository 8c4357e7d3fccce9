"""What was found out about a secret, kept for a while; the secret itself is not."""

import hashlib
import time
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000


class Kept(Generic[T]):
    """The last values by secret, each until an instant; the oldest goes first."""

    def __init__(self) -> None:
        self._values: OrderedDict[bytes, tuple[float, T]] = OrderedDict()

    def get(self, secret: str) -> T | None:
        """The value of a secret, None if there is none that still holds."""
        found = self._values.get(digest(secret))
        return found[1] if found is not None and time.time() < found[0] else None

    def put(self, secret: str, value: T, until: float) -> None:
        """Keep a value until an instant (seconds of the epoch)."""
        self._values[digest(secret)] = (until, value)
        if len(self._values) > MOST:
            self._values.popitem(last=False)


def digest(secret: str) -> bytes:
    """What stands for a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
