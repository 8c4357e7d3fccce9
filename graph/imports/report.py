"""What an import asks and what it did, as data that any front can print."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from graph.imports.headers import Column


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person must say before a file can be imported; `option` is the command-line option that says it."""

    about: Literal["COLUMN", "SOURCE", "REGION"]
    text: str
    option: str
    header: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out: its number in the file, the cell, why, and what to do."""

    row: int
    header: str
    value: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one kind were new, changed, unchanged, closed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0


@dataclass(slots=True)
class Report:
    """What one file did, or in a dry run would do. `new`, `changed`, `unchanged` count resources and items."""

    file: str
    rows: int
    columns: list[Column]
    rejected: list[Rejection]
    source: str | None = None
    region: str | None = None
    resources: Tally = field(default_factory=Tally)
    items: Tally = field(default_factory=Tally)
    counts: Counter[str] = field(default_factory=Counter[str])
    questions: list[Question] = field(default_factory=list[Question])
    rejected_file: Path | None = None
    is_dry_run: bool = False

    @property
    def new(self) -> int:
        """New resources and items."""
        return self.resources.new + self.items.new

    @property
    def changed(self) -> int:
        """Changed resources and items, the closed ones included."""
        return self.resources.changed + self.items.changed + self.resources.closed + self.items.closed

    @property
    def unchanged(self) -> int:
        """Unchanged resources and items."""
        return self.resources.unchanged + self.items.unchanged

    def as_json(self) -> dict[str, Any]:
        """The object that `yuanliu import --json` prints for the file."""
        tallies = {
            name: {f: getattr(tally, f) for f in Tally.__slots__}
            for name, tally in (("resources", self.resources), ("items", self.items))
        }
        return {
            "file": self.file,
            "rows": self.rows,
            "columns": [{name: getattr(column, name) for name in Column.__slots__} for column in self.columns],
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": [{name: getattr(one, name) for name in Rejection.__slots__} for one in self.rejected],
            "source": self.source,
            "region": self.region,
            **tallies,
            "counts": dict(sorted(self.counts.items())),
            "questions": [{"about": q.about, "text": q.text, "option": q.option} for q in self.questions],
            "rejectedFile": str(self.rejected_file) if self.rejected_file else None,
            "dryRun": self.is_dry_run,
        }
