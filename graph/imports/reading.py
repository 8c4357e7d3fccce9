"""A file, read and understood, before anything is asked of the database but the names of its regions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import BadInput
from graph.imports import headers, places
from graph.imports.headers import Column
from graph.imports.limits import Limits
from graph.imports.places import RegionName
from graph.imports.profiles import cell_text
from graph.imports.read import read_table
from graph.imports.records import Records, records_of
from graph.imports.report import Question
from graph.imports.sheets import Table


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says: `mapping` is header → field ("" keeps the column); `zone` is where days are counted."""

    source: str | None = None
    region: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    complete: bool = False
    dry_run: bool = False
    zone: str = "Asia/Shanghai"
    rejected_to: Path | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file understood: its columns, where it is from, and what must be asked before it can be imported."""

    path: Path
    options: Options
    table: Table
    columns: list[Column]
    source: str | None
    region: str | None
    questions: list[Question]

    def records(self) -> Records:
        """The file's resources and items; columns that are asked count as kept, an unknown source or region as `?`."""
        return records_of(self.table, self.columns, self.source or "?", self.region or "?")


def plan(path: Path, options: Options, regions: Iterable[RegionName], earlier: Reading | None = None) -> Reading:
    """Read a file and decide its columns, source and region.

    `earlier` saves reading the same file again when a question has been answered. Raises ImportRefused for a file that
    cannot be read, BadInput for an option that does not fit it.
    """
    known = list(regions)
    if options.region and known and options.region not in {region.code for region in known}:
        raise BadInput(
            f"--region {options.region}: 没有这个行政区划 no such region.",
            "用六位代码 Use its six-digit code, e.g. 410200.",
        )
    table = earlier.table if earlier and earlier.path == path else read_table(path, options.limits)
    by_column = [[row[place] for row in table.rows] for place in range(len(table.headers))]
    columns = headers.recognise(table.headers, by_column, options.mapping)

    def texts(name: str) -> list[str]:
        return [
            text
            for column, values in zip(columns, by_column, strict=True)
            if column.field == name and column.decision == "SURE"
            for text in map(cell_text, values)
            if text
        ]

    source = options.source or places.source_in(texts("landingPage"))
    region = (
        options.region
        or _region_said(texts("region"), known)
        or places.region_in(texts("provider"), texts("name"), known)
    )
    questions = [*_column_questions(columns), *_place_questions(source, region)]
    return Reading(path, options, table, columns, source, region, questions)


def _region_said(texts: Sequence[str], regions: Sequence[RegionName]) -> str | None:
    """The region of a column that says it, where all rows say the same."""
    said = set(texts)
    found = {region.code for region in regions if region.code in said or region.name in said}
    return found.pop() if len(said) == 1 and len(found) == 1 else None


def _column_questions(columns: Sequence[Column]) -> list[Question]:
    asked = [
        Question(
            "COLUMN",
            f"“{column.header}” 是 {column.field} 吗? Is it {column.field}? ({column.why})",
            f"--map {_quoted(f'{column.header}={column.field}')}",
            column.header,
            (column.field or "",),
        )
        for column in columns
        if column.decision == "ASK"
    ]
    if not any(column.field in ("name", "item.name") and column.decision in ("SURE", "ASK") for column in columns):
        asked.append(Question("COLUMN", "哪一列是名称? Which column is the name?", "--map HEADER=name"))
    return asked


def _place_questions(source: str | None, region: str | None) -> list[Question]:
    asked: list[Question] = []
    if not source:
        asked.append(
            Question(
                "SOURCE",
                "文件出自哪里? Where does the file come from? (a portal's host name, a register)",
                "--source NAME",
            )
        )
    if not region:
        asked.append(Question("REGION", "文件属于哪个行政区划? Which region does it belong to?", "--region CODE"))
    return asked


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'" if not text.replace("=", "").replace(".", "").isalnum() else text
