"""What a verification found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph.trail.checkpoint import Checkpoint

MOST = 200
"""How many faults are kept; the rest is counted."""


@dataclass(slots=True)
class Findings:
    """`faults` say what is wrong, `remarks` what to know; `covered` events stand under the `last` checkpoint.

    `since` is when the first came that it does not cover, `until` when the last of all.
    """

    faults: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])
    more: int = 0
    events: int = 0
    logs: int = 0
    checkpoints: int = 0
    covered: int = 0
    last: Checkpoint | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def add(self, fault: str) -> None:
        """Note a fault."""
        if len(self.faults) < MOST:
            self.faults.append(fault)
        else:
            self.more += 1

    def as_json(self) -> dict[str, Any]:
        """The object that `yuanliu audit verify --json` prints."""
        last = self.last
        return {
            "sound": self.is_sound,
            "events": self.events,
            "logs": self.logs,
            "checkpoints": self.checkpoints,
            "covered": self.covered,
            "lastCheckpoint": last and {"number": last.number, "at": last.words.get("at"), "note": last.note},
            "faults": self.faults,
            "moreFaults": self.more,
            "remarks": self.remarks,
        }
