"""What the checkpoints of a trail sign: read in their order, each under the key that the one before it allows.

The same checkpoints may come from several places (somebody who kept them, the file beside the key, the database): they
must agree, and none may be missing in one that another has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from graph.trail.canonical import same
from graph.trail.checkpoint import Checkpoint, Heads, faults, successor
from graph.trail.files import CHECKPOINTS, DATABASE, lines
from graph.trail.findings import Findings
from graph.trail.notes import PublicKey, signer


@dataclass(slots=True)
class Signed:
    """For each log and size the checkpoints that sign it, with the root; the list of the last checkpoint, and its number.

    `held` is the number of the last that the database has, `listed` its list, `key` the one that may sign the next; none of
    them where that is not known.
    """

    roots: dict[str, dict[int, list[tuple[int, str]]]] = field(
        default_factory=dict[str, dict[int, list[tuple[int, str]]]]
    )
    heads: Heads = field(default_factory=Heads)
    last: int = 0
    held: int = 0
    listed: Heads = field(default_factory=Heads)
    key: str = ""


def merged(
    folder: Path, witnessed: Sequence[Checkpoint], findings: Findings
) -> tuple[dict[int, Checkpoint], frozenset[int]]:
    """All checkpoints by number, and the numbers that the database lacks; what one place has otherwise is a fault."""
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
    return found, frozenset(found) - frozenset(held)


def signed(
    found: Mapping[int, Checkpoint],
    keys: Sequence[PublicKey],
    findings: Findings,
    missing: Collection[int] = (),
    kept: Collection[int] = (),
) -> Signed:
    """What the checkpoints sign, as far as they are signed by a key that may, and each follows the one before it.

    `missing` are those that the database lacks; `kept` those that somebody else kept and does not give up: of neither may
    be said that they were lost when an older copy was restored, unless it is signed, and of `kept` not even then.
    """
    made = Signed(held=max(set(found) - set(missing), default=0))
    may = list(believed(found, keys, findings))
    gone = lost(checkpoint for checkpoint, _ in may)
    for checkpoint, following in may:
        number, heads = checkpoint.number, checkpoint.heads(made.heads)
        if number == made.held:
            made.listed, made.key = heads, str(following)
        for fault in (*order(checkpoint, findings.last), *faults(checkpoint, heads)):
            findings.add(f"Checkpoint {number}: {fault}.")
        if not is_among(number, gone):
            for log, size, root in checkpoint.moved:
                made.roots.setdefault(log, {}).setdefault(size, []).append((number, root))
        elif number in kept:
            findings.add(
                f"Checkpoint {number}, which a witness kept, is said to be lost since an older copy was restored; "
                f"who knows that this is true says so (--lost {number})."
            )
        else:
            findings.remarks.append(
                f"Checkpoint {number} covers events that were lost when an older copy was restored."
            )
        made.heads, made.last, findings.last = heads, number, checkpoint
    if deleted := [number for number in missing if not is_among(number, gone)]:
        findings.add(
            f"Checkpoints {spans(deleted)} were signed, but are not in the database: they were deleted, "
            "or an older copy of it was restored."
        )
    return made


def believed(
    found: Mapping[int, Checkpoint], keys: Sequence[PublicKey], findings: Findings
) -> Iterator[tuple[Checkpoint, PublicKey]]:
    """The checkpoints signed by a key that may, in their order, each with the key that signs the next unless it is lost.

    A key that has signed ends those given before it.
    """
    allowed = list(keys)
    for number, checkpoint in sorted(found.items()):
        findings.checkpoints += 1
        by = signer(checkpoint.note, allowed)
        if by is None:
            findings.add(f"Checkpoint {number} is not signed by a key that may sign it.")
            continue
        allowed = allowed[allowed.index(by) :]
        following = successor(checkpoint)
        if following is not None:
            allowed = [following, *(key for key in allowed[1:] if key != following)]
        yield checkpoint, following or by


def order(checkpoint: Checkpoint, before: Checkpoint | None) -> Iterator[str]:
    """In which respects a checkpoint does not follow the one before it."""
    words = checkpoint.words
    due = before.number + 1 if before else 1
    if checkpoint.number == due:
        if before is not None and words.get("previous") != before.digest:
            yield "it does not follow the one before it"
    elif "restored" not in words:
        yield f"{due} to {checkpoint.number - 1} are missing before it"


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
        if path.name == DATABASE and not same(msgspec.json.decode(line).get("number"), checkpoint.number):
            findings.add(f"Checkpoint {checkpoint.number} is kept in the database under another number.")
        found[checkpoint.number] = checkpoint
    return found


def lost(found: Iterable[Checkpoint]) -> list[range]:
    """The numbers that a later one says were lost when an older copy was restored; only of such as are signed."""
    said = [(checkpoint.words.get("restored", ""), checkpoint.number) for checkpoint in found]
    return [range(int(kept) + 1, number) for kept, number in said if kept.isdecimal()]


def is_among(number: int, ranges: Iterable[range]) -> bool:
    """Whether a number is in one of the ranges."""
    return any(number in each for each in ranges)


def spans(numbers: Iterable[int]) -> str:
    """Numbers in few words: `3-5, 8`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, span)) for span in found)
