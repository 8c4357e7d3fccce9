"""Many rows in pieces that fit one statement each."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

BATCH = 2_000
T = TypeVar("T")


def batches(rows: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The rows in their order, at most `size` in a piece."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
