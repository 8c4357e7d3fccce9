"""A witness keeps the checkpoints that it has seen, in a file of its own: what they cover cannot be altered unseen any more."""

from pathlib import Path

from graph.errors import TrailError
from graph.trail.checkpoint import Checkpoint
from graph.trail.files import CHECKPOINTS, DATABASE
from graph.trail.findings import Findings
from graph.trail.keyring import append, whole
from graph.trail.signed import read


def kept(state: Path) -> list[Checkpoint]:
    """The checkpoints in a witness's file, none where there is no file yet; TrailError if it is damaged.

    A torn line at its end, which `keep` drops, is none.
    """
    try:
        return [Checkpoint.read(line) for line in whole(state).splitlines()]
    except ValueError as error:
        raise TrailError(f"{state} holds something else than checkpoints.", "Take it from your own copy.") from error


def keep(state: Path, folder: Path) -> int:
    """Add the checkpoints of a verified export that are later than those kept; how many. TrailError if it cannot be written."""
    seen = kept(state)
    done = seen[-1].number if seen else 0
    found = {
        number: each for name in (DATABASE, CHECKPOINTS) for number, each in read(folder / name, Findings()).items()
    }
    later = [checkpoint.line() for number, checkpoint in sorted(found.items()) if number > done]
    try:
        append(state, later)
    except OSError as error:
        raise TrailError(f"{state} cannot be written: {error.strerror}.", "Name another file.") from error
    return len(later)
