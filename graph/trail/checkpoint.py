"""A checkpoint: a signed note about the heads of all logs at one moment. No I/O.

Its text has the origin, the number of events in all logs and the Merkle root of the list of (log, size, root) in the order
of the logs' ids, each on a line, then lines of `word value`: `number`, `at`, `logs`, `previous` (hash of the text before),
where the key is replaced `next` (the public key of all that follow), after a loss `restored` (the last checkpoint kept).
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import msgspec

from graph.trail.canonical import canonical
from graph.trail.merkle import leaf, root_of
from graph.trail.notes import PublicKey, text_of

decode = msgspec.json.Decoder(tuple[str, int, str]).decode

Heads = dict[str, tuple[int, str]]
"""Of each log its size and root (hexadecimal)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed note, and the heads that moved since the checkpoint before it; after a loss, all heads."""

    note: str
    moved: tuple[tuple[str, int, str], ...]

    @property
    def words(self) -> dict[str, str]:
        """What the note says, by the word of each line; `origin`, `events` and `root` for the first three."""
        origin, events, root, *rest = text_of(self.note).splitlines()
        said = {"origin": origin, "events": events, "root": root}
        return said | dict(line.split(" ", 1) for line in rest if " " in line)

    @property
    def number(self) -> int:
        """Its place in the sequence, from 1."""
        return int(self.words["number"])

    @property
    def digest(self) -> str:
        """The hash of its text, which the next one names."""
        return digest(text_of(self.note))

    def heads(self, before: Heads) -> Heads:
        """The whole list, given the one of the checkpoint before it."""
        moved = {log: (size, root) for log, size, root in self.moved}
        return moved if "restored" in self.words else before | moved

    def line(self) -> str:
        """The checkpoint as a line of text."""
        return canonical({"moved": self.moved, "note": self.note}).decode()

    @classmethod
    def read(cls, line: str | bytes) -> Self:
        """The checkpoint in a line; ValueError if there is none."""
        try:
            made = msgspec.json.decode(line, type=cls)
            int(made.words["number"])
        except (KeyError, RecursionError) as error:
            raise ValueError("This is no checkpoint.") from error
        return made


def checkpoint_of(row: dict[str, Any]) -> Checkpoint:
    """The checkpoint in a record of the database; TypeError or ValueError if there is none."""
    return msgspec.convert({"note": row["note"], "moved": [decode(each) for each in row["moved"]]}, Checkpoint)


def compose(origin: str, number: int, heads: Heads, at: str, previous: Checkpoint | None, more: dict[str, str]) -> str:
    """The text of a checkpoint."""
    events = sum(size for size, _ in heads.values())
    words = {"number": str(number), "at": at, "logs": str(len(heads))}
    words |= {"previous": previous.digest} if previous else {}
    first = [origin, str(events), base64.b64encode(root(heads)).decode()]
    return "".join(f"{line}\n" for line in [*first, *(f"{word} {said}" for word, said in (words | more).items())])


def listed(heads: Heads) -> list[str]:
    """The list as the database keeps it."""
    return [canonical([log, *heads[log]]).decode() for log in sorted(heads)]


def root(heads: Heads) -> bytes:
    """The Merkle root of the list."""
    return root_of([entry(log, *heads[log]) for log in sorted(heads)])


def entry(log: str, size: int, root: str) -> bytes:
    """The leaf hash of a line of the list."""
    return leaf(canonical([log, size, root]))


def digest(text: str) -> str:
    """The hash by which a checkpoint names the one before."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def successor(checkpoint: Checkpoint) -> PublicKey | None:
    """The key that a checkpoint says will sign all later ones."""
    named = checkpoint.words.get("next")
    return PublicKey.read(named) if named else None


def faults(checkpoint: Checkpoint, heads: Heads) -> Iterable[str]:
    """In which respects a checkpoint does not say what its list says."""
    words = checkpoint.words
    if words.get("logs") != str(len(heads)) or words["events"] != str(sum(size for size, _ in heads.values())):
        yield "its list of logs is not the one that was signed"
    elif words["root"] != base64.b64encode(root(heads)).decode():
        yield "the root that was signed is not that of its list of logs"
