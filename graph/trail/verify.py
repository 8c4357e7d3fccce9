"""Verifying an exported trail with nothing but the export and a public key. No database.

Every event is read once, in order: its place, its predecessor, its hash, its canonical form, the copies beside it. The root
of each log is computed at every size that a checkpoint signed, and compared; each checkpoint must be signed by the key that
the one before it allows. `witnessed` are checkpoints that somebody kept elsewhere: they count as those of the export do.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from graph.trail.canonical import canonical, same
from graph.trail.checkpoint import Checkpoint, listed
from graph.trail.files import EVENTS, LISTED, LOGS, lines
from graph.trail.findings import Findings
from graph.trail.heads import is_number
from graph.trail.log import BESIDE, copies, event_id
from graph.trail.merkle import append, leaf, root
from graph.trail.notes import PublicKey
from graph.trail.signed import Signed, merged, signed

decode = msgspec.json.Decoder().decode

LATE = timedelta(minutes=10)
"""After how long an event that no checkpoint covers is remarked on."""


@dataclass(slots=True)
class _Log:
    """How far a log was read; `is_whole` until an event is missing, for then no later root can be computed."""

    size: int = 0
    last: str = ""
    frontier: list[bytes] = field(default_factory=list[bytes])
    is_whole: bool = True
    is_rooted: bool = True


class _Head(msgspec.Struct):
    """The head of a log, as the database keeps it."""

    id: str
    size: int
    hash: str
    frontier: list[str]


class _Listed(msgspec.Struct):
    """What the database keeps of the last checkpoint for the next one: its number, its list, and the key that may sign."""

    number: int
    logs: list[str]
    key: str


decode_head = msgspec.json.Decoder(_Head).decode
decode_listed = msgspec.json.Decoder(_Listed).decode


def verify(
    folder: Path,
    keys: Sequence[PublicKey],
    witnessed: Sequence[Checkpoint] = (),
    lost: Collection[int] = (),
    now: datetime | None = None,
) -> Findings:
    """Verify an export with the keys, oldest first. TrailError if the folder is no export.

    `lost` are the numbers of witnessed checkpoints of which the auditor knows that restoring a copy cost them; `now` is
    when the export was made, by default the time of its last event.
    """
    findings = Findings()
    found, missing = merged(folder, witnessed, findings)
    expected = signed(found, keys, findings, missing, {each.number for each in witnessed} - set(lost))
    logs: defaultdict[str, _Log] = defaultdict(_Log)
    for number, line in enumerate(lines(folder / EVENTS), start=1):
        findings.events += 1
        try:
            _event(decode(line), logs, expected, findings)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            findings.add(f"Line {number} of {EVENTS} is no event: {line[:80]!r}")
    _heads(folder, logs, findings)
    _listed(folder, expected, findings)
    for name, sizes in expected.roots.items():
        largest = max(sizes)
        if logs[name].size < largest:
            number = sizes[largest][0][0]
            findings.add(f"{name} ends after {logs[name].size} events, but checkpoint {number} covers {largest}.")
    findings.logs = sum(1 for log in logs.values() if log.size)
    findings.covered = sum(min(logs[name].size, size) for name, (size, _) in expected.heads.items())
    _unsealed(now, findings)
    return findings


def _unsealed(now: datetime | None, findings: Findings) -> None:
    """Remark on events that should have come under a checkpoint by now."""
    since, until = findings.since, now or findings.until
    if since is not None and until is not None and until - since > LATE:
        findings.remarks.append(
            f"No checkpoint covers what came since {since.isoformat()}: sealing seems to have stopped."
        )


def _event(said: Any, logs: dict[str, _Log], expected: Signed, findings: Findings) -> None:
    """Compare an event with its place, its predecessor, its hash and the copies beside it."""
    payload, beside = said["payload"].encode(), said["copies"]
    facts = decode(payload)
    name, seq = _place(facts)
    log, where, hashed = logs[name], event_id(name, seq), leaf(payload)
    if canonical(facts) != payload:
        findings.add(f"{where}: its payload is not in canonical form.")
    if beside.get("hash") != hashed.hex():
        findings.add(f"{where}: its payload is not what its hash says.")
    copied = copies(facts)
    wrong = [copy for copy, value in copied.items() if not same(beside.get(copy), value)]
    wrong += [copy for copy in beside if copy not in copied and copy not in BESIDE]
    if wrong:
        findings.add(f"{where}: not as its payload says: {', '.join(sorted(wrong))}.")
    if seq < log.size:
        findings.add(f"{where}: it stands there twice, or not in its place.")
        return
    if seq > log.size:
        findings.add(f"{where}: what came before it, from {log.size} on, is missing.")
        log.is_whole, log.size = False, seq
    elif facts["previous"] != log.last:
        findings.add(f"{where}: it does not follow the event before it.")
    completed = [each.hex() for each in append(log.frontier, seq, hashed)] if log.is_whole else None
    if completed is not None and beside.get("subtrees") != completed:
        findings.add(f"{where}: its subtrees are not those of the events up to it.")
    log.size, log.last = seq + 1, str(beside.get("hash"))
    for number, signed_root in expected.roots.get(name, {}).get(log.size, ()):
        if log.is_whole and log.is_rooted and root(log.frontier).hex() != signed_root:
            log.is_rooted = False
            findings.add(f"{name}: its first {log.size} events are not those that checkpoint {number} signed.")
    _note_time(datetime.fromisoformat(facts["at"]), findings, is_covered=seq < expected.heads.get(name, (0, ""))[0])


def _place(facts: dict[str, Any]) -> tuple[str, int]:
    """Where an event says that it stands; TypeError where it says none."""
    if not isinstance(facts["log"], str) or not is_number(facts["seq"]):
        raise TypeError(facts)
    return facts["log"], facts["seq"]


def _note_time(at: datetime, findings: Findings, *, is_covered: bool) -> None:
    """Note when an event came; ValueError where that is not said in UTC."""
    if at.utcoffset() != timedelta():
        raise ValueError(at)
    findings.until = max(findings.until or at, at)
    if not is_covered:
        findings.since = min(findings.since or at, at)


def _heads(folder: Path, logs: dict[str, _Log], findings: Findings) -> None:
    """Compare the head of each log with its events."""
    heads: dict[str, _Head] = {}
    for number, line in enumerate(lines(folder / LOGS), start=1):
        try:
            head = decode_head(line)
        except (RecursionError, ValueError):
            findings.add(f"Line {number} of {LOGS} is no head of a log: {line[:80]!r}")
            continue
        if head.id in heads:
            findings.add(f"{head.id}: it has two heads.")
        heads[head.id] = head
    for name in sorted(set(heads) | {name for name, log in logs.items() if log.size}):
        head, log = heads.get(name), logs[name]
        if head is None:
            findings.add(f"{name}: there are {log.size} events, but no such log.")
        elif head.size != log.size:
            findings.add(f"{name}: its head counts {head.size} events; there are {log.size}.")
        elif log.is_whole and (head.hash != log.last or head.frontier != [each.hex() for each in log.frontier]):
            findings.add(f"{name}: its head is not that of its events.")


def _listed(folder: Path, expected: Signed, findings: Findings) -> None:
    """Compare what the database keeps of the last checkpoint for the next one with what was signed."""
    said = list(lines(folder / LISTED))
    if len(said) != 1 and (said or expected.held):
        findings.add(f"The database keeps {len(said)} lists of the last checkpoint.")
    for line in said:
        try:
            kept = decode_listed(line)
        except (RecursionError, ValueError):
            findings.add(f"What the database keeps as the list of the last checkpoint is none: {line[:80]!r}")
            continue
        due = _Listed(expected.held, listed(expected.listed), expected.key)
        if expected.held and not expected.key:  # of a checkpoint that is not believed nothing more is known
            due = _Listed(expected.held, kept.logs, kept.key)
        wrong = [name for name in _Listed.__struct_fields__ if getattr(kept, name) != getattr(due, name)]
        if wrong:
            findings.add(f"The list of the last checkpoint was altered in the database: {', '.join(wrong)}.")
