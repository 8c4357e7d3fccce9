"""The Merkle tree of RFC 6962: roots from a frontier, audit paths from complete subtrees. No I/O.

The frontier of a tree holds the roots of its complete subtrees, largest first: all that an append needs.
"""

import hashlib
from collections.abc import Iterator, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Place = tuple[int, int]
"""A complete subtree: its height, and the number of its last leaf."""


def leaf(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(frontier: list[bytes], size: int, added: bytes) -> list[bytes]:
    """Add a leaf hash to the frontier of a tree of `size` leaves; the roots of the subtrees that it completes, smallest first."""
    completed: list[bytes] = []
    while size & 1:
        added = parent(frontier.pop(), added)
        completed.append(added)
        size >>= 1
    frontier.append(added)
    return completed


def root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with this frontier."""
    if not frontier:
        return EMPTY
    found = frontier[-1]
    for left in reversed(frontier[:-1]):
        found = parent(left, found)
    return found


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    frontier: list[bytes] = []
    for size, each in enumerate(leaves):
        append(frontier, size, each)
    return root(frontier)


def siblings(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose roots are the audit path of leaf `index` in a tree of `size` leaves, nearest first."""
    start, end = 0, size
    found: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def complete(start: int, end: int) -> Iterator[Place]:
    """The complete subtrees that a range of `siblings` consists of, largest first."""
    while start < end:
        height = (end - start).bit_length() - 1
        start += 1 << height
        yield height, start - 1


def root_from(path: Sequence[bytes], index: int, size: int, found: bytes) -> bytes | None:
    """The root that an audit path leads to from the hash of leaf `index`; None if it is no path of such a tree."""
    if not 0 <= index < size:
        return None
    ranges = siblings(index, size)
    if len(ranges) != len(path):
        return None
    for (start, _), sibling in zip(ranges, path, strict=True):
        found = parent(sibling, found) if start < index else parent(found, sibling)
    return found
