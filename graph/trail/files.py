"""The files of an exported trail; its README says what they hold."""

from collections.abc import Iterator
from pathlib import Path

from graph.errors import TrailError

CHECKPOINTS = "checkpoints.ndjson"
DATABASE = "database.ndjson"
LISTED = "listed.ndjson"
LOGS = "logs.ndjson"
EVENTS = "events.ndjson"
KEYS = "public"
README = "README.txt"

ABOUT = """留痕导出 An export of the trail of a Yuanliu catalog.

Verify it, offline and without a database, with the public key that you were given (not the one in this folder):

    yuanliu audit verify THIS_FOLDER --key PUBLIC_KEY

events.ndjson       every event; "payload" is canonical JSON (RFC 8785), its hash SHA-256(0x00 || payload); "copies" is what
                    the database keeps beside it for search
logs.ndjson         the head of each log: size, hash of the last event, frontier of the Merkle tree (RFC 6962)
checkpoints.ndjson  signed notes (C2SP, Ed25519) that were written outside the database, and the heads that moved
database.ndjson     the same notes as the database keeps them, and under which number
listed.ndjson       the number, the list and the key of the last one as the database keeps them for the next
public              the public keys so far, oldest first; compare them with those that you were given
"""


def lines(path: Path) -> Iterator[str]:
    """The lines of a file; TrailError if it is not there. What is not UTF-8 stands as surrogates, which nothing reads."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for line in file:
                yield line.rstrip("\n")
    except OSError as error:
        raise TrailError(f"{path} cannot be read: {error.strerror}.", "Name a folder of `audit export`.") from error
