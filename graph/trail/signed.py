"""What the checkpoints of a trail sign: read in their order, each under the key that the one before it allows.

The same checkpoints may come from several places (somebody who kept them, the file beside the key, the database): they
must agree, and none may be missing in one that another has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.trail.checkpoint import Checkpoint, Heads, faults, successor
from graph.trail.files import CHECKPOINTS, DATABASE, lines
from graph.trail.findings import Findings
from graph.trail.notes import PublicKey, signer


@dataclass(slots=True)
class Signed:
    """For each log and size the checkpoints that sign it, with the root; and the list of the last checkpoint."""

    roots: dict[str, dict[int, list[tuple[int, str]]]] = field(
        default_factory=dict[str, dict[int, list[tuple[int, str]]]]
    )
    heads: Heads = field(default_factory=Heads)


def merged(folder: Path, witnessed: Sequence[Checkpoint], findings: Findings) -> dict[int, Checkpoint]:
    """All checkpoints by number; what one place has otherwise than another, or lacks, is a fault."""
    kept = {each.number: each for each in witnessed}
    written = read(folder / CHECKPOINTS, findings)
    held = read(folder / DATABASE, findings)
    found: dict[int, Checkpoint] = {}
    for place in (kept, written, held):
        for number, checkpoint in place.items():
            if found.setdefault(number, checkpoint) != checkpoint:
                findings.add(f"Checkpoint {number} is not the same in all places that have it.")
    # A crash may come between the database and the file: what only the database has may be later than the file.
    due = set(kept) | {number for number in held if number < max(written, default=0)}
    if missing := due - set(written):
        findings.add(f"Checkpoints {spans(missing)} are not in the file beside the key.")
    if missing := set(found) - set(held) - lost(found):
        findings.add(
            f"Checkpoints {spans(missing)} were signed, but are not in the database: they were deleted, "
            "or an older copy of it was restored."
        )
    return found


def signed(found: Mapping[int, Checkpoint], keys: Sequence[PublicKey], findings: Findings) -> Signed:
    """What the checkpoints sign, as far as they are signed by a key that may, and each follows the one before it."""
    made = Signed()
    allowed = list(keys)
    gone = lost(found)
    for number, checkpoint in sorted(found.items()):
        findings.checkpoints += 1
        by = signer(checkpoint.note, allowed)
        if by is None:
            findings.add(f"Checkpoint {number} is not signed by a key that may sign it.")
            continue
        heads = checkpoint.heads(made.heads)
        for fault in (*order(checkpoint, findings.last), *faults(checkpoint, heads)):
            findings.add(f"Checkpoint {number}: {fault}.")
        if number in gone:
            findings.remarks.append(
                f"Checkpoint {number} covers events that were lost when an older copy was restored."
            )
        else:
            for log, size, root in checkpoint.moved:
                made.roots.setdefault(log, {}).setdefault(size, []).append((number, root))
        following = successor(checkpoint)
        if following is not None:
            allowed = [*(key for key in allowed if key != by), following]
        made.heads, findings.last = heads, checkpoint
    return made


def order(checkpoint: Checkpoint, before: Checkpoint | None) -> Iterator[str]:
    """In which respects a checkpoint does not follow the one before it."""
    words = checkpoint.words
    due = before.number + 1 if before else 1
    if checkpoint.number == due:
        if before is not None and words.get("previous") != before.digest:
            yield "it does not follow the one before it"
    elif "restored" not in words:
        yield f"{spans(range(due, checkpoint.number))} are missing before it"


def read(path: Path, findings: Findings) -> dict[int, Checkpoint]:
    """The checkpoints of a file by number."""
    found: dict[int, Checkpoint] = {}
    for number, line in enumerate(lines(path), start=1):
        try:
            checkpoint = Checkpoint.read(line)
        except ValueError:
            findings.add(f"Line {number} of {path.name} is no checkpoint.")
            continue
        if checkpoint.number in found:
            findings.add(f"{path.name} has checkpoint {checkpoint.number} twice.")
        found[checkpoint.number] = checkpoint
    return found


def lost(found: Mapping[int, Checkpoint]) -> set[int]:
    """The numbers of those that a later one says were lost when an older copy was restored."""
    gone: set[int] = set()
    for number, checkpoint in found.items():
        kept = checkpoint.words.get("restored", "")
        if kept.isdecimal():
            gone |= set(range(int(kept) + 1, number))
    return gone


def spans(numbers: Iterable[int]) -> str:
    """Numbers in few words: `3-5, 8`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, span)) for span in found)
