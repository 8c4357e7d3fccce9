"""What an import tells the trail: one entry for each batch, with what each thing was before and is now."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph.imports.records import Values
from graph.imports.report import Report, Tally
from graph.trail.log import Entry
from graph.words import Action


def created(kind: str, rows: Sequence[tuple[str, Values]]) -> Entry:
    """New things, each with its id and its properties; left out are those that are missing or follow from others."""
    after = [
        {
            name: value
            for name, value in values.items()
            if value is not None and name != "id" and not name.startswith("sort")
        }
        for _, values in rows
    ]
    return Entry(Action.IMPORT, [id for id, _ in rows], None, after, kind)


def placed(kind: str, rows: Sequence[dict[str, Any]], *ends: str) -> Entry:
    """New things as rows of a statement, with what they are joined to."""
    return created(kind, [(row["values"]["id"], row["values"] | {name: row[name] for name in ends}) for row in rows])


def changed(kind: str, rows: Sequence[tuple[str, Any, Any]]) -> Entry:
    """Things that changed, each with its id, what it was before and what it is now."""
    return Entry(
        Action.IMPORT, [id for id, _, _ in rows], [was for _, was, _ in rows], [now for _, _, now in rows], kind
    )


def summary(report: Report) -> Entry:
    """The import as a whole."""
    tallies = {
        name: {each: getattr(tally, each) for each in Tally.__slots__}
        for name, tally in (("resources", report.resources), ("items", report.items))
    }
    after = {"source": report.source, "rows": report.rows, "counts": report.counts} | tallies
    return Entry(Action.IMPORT, [f"Region:{report.region}"], None, after, Path(report.file).name)
