"""Sheets as officials make them: title rows, headers of several rows, merged cells."""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from openpyxl.utils import range_boundaries  # pyright: ignore[reportUnknownVariableType]

from graph.errors import ImportRefused
from graph.imports import fields, headers, words
from graph.imports.books import Archive, workbook
from graph.imports.limits import Limits, too_large
from graph.imports.profiles import cell_text

_HEADER_ROWS_WITHIN = 15
_MAX_HEADER_DEPTH = 4
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_BLOCK = 1 << 20
_LONGEST_TAG = 1 << 16
_NAME_OF_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)")
_ATTRIBUTE = re.compile(rb'(?<![\w:])([\w:]{1,100})="([^"]*)"')
_MAX_MERGED_AREA = 5_000_000
_NAMES = frozenset({"name", "item.name"})
_SAMPLE = re.compile("示例|样例|范例|模板|example|sample|template", re.IGNORECASE)
_SAID_OF_CODES = frozenset(
    {"abstract", "classification", "item.description", "item.position", "region", "resourceCode"}
)

Grid = list[list[object]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows below its headers. `numbers` are the rows' own numbers in the file or sheet, from 1, headers included.

    `sheets`: the sheet of each row where those of several were read; `ignored`: how many others have rows of some kind.
    """

    headers: list[str]
    rows: Grid
    numbers: Sequence[int]
    sheets: Sequence[str] = ()
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """A merged area, rows and columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class _Seen:
    """How many rows and cells of a book were read, blank ones too."""

    rows: int = 0
    cells: int = 0


def read_sheets(path: Path, limits: Limits) -> Table:
    """The catalog of an xlsx, which may go over several sheets; merged cells repeat their value in each of their cells."""
    try:
        with path.open("rb") as file, Archive(file, path.name, limits) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which are none of ours
            return _catalog(path, *_tables(path, archive, limits), limits)
    except ImportRefused:
        raise
    except Exception as error:  # openpyxl and zipfile do not say which errors a damaged book can raise
        raise ImportRefused(
            f"{path.name}: 不是完好的 xlsx is not a sound xlsx: {type(error).__name__} {error}.",
            "在 Excel 或 WPS 中打开后另存 Open it and save it again.",
        ) from error


def _tables(path: Path, archive: Archive, limits: Limits) -> tuple[dict[str, Table], set[str]]:
    """The sheets that have rows below headers, by name, and which are hidden."""
    merged = [list(_merged(archive, part)) for part in _sheet_parts(archive)]
    book = workbook(archive)
    seen = _Seen()
    tables: dict[str, Table] = {}
    hidden: set[str] = set()
    for place, sheet in enumerate(book.worksheets):
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        rows = cast("Iterator[tuple[object, ...]]", sheet.iter_rows(values_only=True))
        grid, numbers = _fill(path, rows, limits, seen)
        spans = merged[place] if place < len(merged) else []
        found = below_headers(grid, numbers, _unmerge(grid, spans))
        if found.rows:
            tables[sheet.title] = found
            if sheet.sheet_state != "visible":
                hidden.add(sheet.title)
    return tables, hidden


def _catalog(path: Path, tables: dict[str, Table], hidden: set[str], limits: Limits) -> Table:
    """The largest sheet that is a catalog, and all that have its headers; the largest of all where none is a catalog.

    Raises ImportRefused where a sheet is another catalog; left out are covers, instructions and lists of codes, samples of
    how to fill in the others, and what is hidden from those who sign the book.
    """
    shown = {name: table for name, table in tables.items() if name not in hidden} or tables
    if len(shown) < 2:  # noqa: PLR2004
        return replace(next(iter(shown.values()), Table([], [], [])), ignored=len(tables) - len(shown))
    catalogs = {name: table for name, table in shown.items() if _is_catalog(table)}
    if any(not _SAMPLE.search(name) for name in catalogs or shown):  # else it is a template that was filled in
        shown, catalogs = (
            {name: table for name, table in each.items() if not _SAMPLE.search(name)} for each in (shown, catalogs)
        )
    best = max((catalogs or shown).values(), key=lambda table: len(table.rows))
    same = {name: table for name, table in shown.items() if set(table.headers) == set(best.headers)}
    if others := catalogs.keys() - same.keys():
        names = ", ".join(name for name in shown if name in others or name in same)
        raise ImportRefused(
            f"{path.name}: 几页各是一份目录, 表头不同 several sheets are catalogs, under different headers: {names}.",
            "每页另存为一个文件, 分别导入 Save each as a file of its own and import them one by one.",
        )
    if len(same) == 1:
        return replace(best, ignored=len(tables) - 1)
    count = sum(len(table.rows) for table in same.values())
    if count > limits.rows:
        raise too_large(path.name, f"{count:,} 行 rows", f"{limits.rows:,}")
    rows: Grid = []
    for table in same.values():
        order = [table.headers.index(header) for header in best.headers]
        rows += [[*(row[place] for place in order), *row[len(order) :]] for row in table.rows]
    return Table(
        best.headers,
        rows,
        [number for table in same.values() for number in table.numbers],
        [name for name, table in same.items() for _ in table.rows],
        len(tables) - len(same),
    )


def _is_catalog(table: Table) -> bool:
    """Whether columns name, or may name, resources or items, and surely say of them what no list of codes says."""
    columns = [[row[place] for row in table.rows] for place in range(len(table.headers))]
    said = headers.recognise(table.headers, columns, {})
    sure = {column.field for column in said if column.decision == "SURE"}
    named = {column.field for column in said if column.decision != "KEPT"} & _NAMES
    return bool(named) and bool(sure - _NAMES - _SAID_OF_CODES)


def _fill(path: Path, rows: Iterator[tuple[object, ...]], limits: Limits, seen: _Seen) -> tuple[Grid, list[int]]:
    grid: Grid = []
    for cells in rows:
        seen.rows += 1
        seen.cells += len(cells)
        if seen.rows > limits.lines or seen.cells > limits.cells:
            raise too_large(
                path.name, "行或格, 包括空的 rows or cells, blank ones too", f"{limits.lines:,}, {limits.cells:,}"
            )
        row = list(cells)
        while row and row[-1] is None:
            row.pop()
        if len(row) > limits.columns:
            raise too_large(path.name, f"{len(row):,} 列 columns", f"{limits.columns:,}")
        grid.append(row)
        if len(grid) > limits.rows + _HEADER_ROWS_WITHIN:
            while grid and not grid[-1]:
                grid.pop()
            if len(grid) > limits.rows + _HEADER_ROWS_WITHIN:
                raise too_large(path.name, f"{len(grid):,} 行 rows", f"{limits.rows:,}")
    while grid and not grid[-1]:
        grid.pop()
    return grid, list(range(1, len(grid) + 1))


def _sheet_parts(archive: Archive) -> list[str]:
    """The parts that hold the sheets, in the book's order."""
    targets: dict[bytes, str] = {}
    for found in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        target = attributes.get(b"Target", b"").decode()
        targets[attributes.get(b"Id", b"")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts: list[str] = []
    for found in _NAME_OF_SHEET.finditer(archive.read("xl/workbook.xml")):
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        relation = next((value for key, value in attributes.items() if key.endswith(b":id")), b"")
        if (part := targets.get(relation, "")) and "worksheets/" in part:
            parts.append(part)
    return parts


def _merged(archive: Archive, part: str) -> Iterator[_Span]:
    """The merged areas, read past openpyxl: its streaming mode does not tell them."""
    tail = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            text = tail + block
            cut = text.rfind(b"<")
            for found in _MERGED.finditer(text[:cut]):
                left, top, right, bottom = cast("tuple[int, int, int, int]", range_boundaries(found[1].decode()))
                yield _Span(top - 1, left - 1, bottom - 1, right - 1)
            tail = text[cut:][:_LONGEST_TAG]


def _unmerge(grid: Grid, spans: Sequence[_Span]) -> list[_Span]:
    """Write each merged value into all its cells; the spans that lie on the grid."""
    area = 0
    for span in spans:
        if span.top >= len(grid) or span.left >= len(grid[span.top]):
            continue
        value = grid[span.top][span.left]
        bottom, right = (
            min(span.bottom, len(grid) - 1),
            min(span.right, max(map(len, grid[span.top : span.bottom + 1])) + 50),
        )
        area += (bottom - span.top + 1) * (right - span.left + 1)
        if area > _MAX_MERGED_AREA:
            raise ImportRefused("合并单元格太多 Too many merged cells.", "取消合并后再导入 Unmerge them first.")
        for number in range(span.top, bottom + 1):
            row = grid[number]
            row.extend([None] * (right + 1 - len(row)))
            row[span.left : right + 1] = [value] * (right + 1 - span.left)
    return list(spans)


def below_headers(grid: Grid, numbers: Sequence[int], spans: Sequence[_Span] = ()) -> Table:
    """Find the header rows of a grid and give what is below them; empty where there are none.

    The header row is the one among the first rows that names most fields, else the first of the widest. It grows
    downwards while a merged cell of it reaches the row below, or spans columns that the row below alone goes on to
    name. Several rows join as `上/下`.
    """
    if not grid:
        return Table([], [], [])
    top = _header_row(grid)
    depth = 1
    while depth < _MAX_HEADER_DEPTH and top + depth < len(grid) - 1 and _goes_on(grid, spans, top, top + depth - 1):
        depth += 1
    width = max(len(row) for row in grid[top : top + depth])
    names: list[str] = []
    for place in range(width):
        parts = [cell_text(row[place]) if place < len(row) else "" for row in grid[top : top + depth]]
        names.append(
            "/".join(
                dict.fromkeys(
                    filter(None, (re.sub(r"\s+", "", part) if not part.isascii() else part for part in parts))
                )
            )
        )
    _drop_common_parents(names)
    used = _distinct(names)
    body: Grid = []
    kept: list[int] = []
    for place in range(top + depth, len(grid)):
        row = grid[place]
        if any(cell_text(cell) for cell in row):
            body.append([*row, *[None] * (width - len(row))])
            kept.append(numbers[place])
    return Table(used, body, kept)


def _header_row(grid: Grid) -> int:
    best, best_score = 0, 0.0
    widest = max(sum(1 for cell in row if cell_text(cell)) for row in grid[:_HEADER_ROWS_WITHIN])
    for place, row in enumerate(grid[:_HEADER_ROWS_WITHIN]):
        texts = [cell_text(cell) for cell in row]
        filled = {text for text in texts if text}
        named = sum(1 for text in filled if len(text) < 40 and _is_header(text))  # noqa: PLR2004
        score = named + (0.5 if sum(map(bool, texts)) >= max(2, widest * 0.6) else 0.0)
        if score > best_score:
            best, best_score = place, score
    return best


def _is_header(text: str) -> bool:
    if words.plain(text) in fields.WHOLE:
        return True
    concepts, rest = words.cut(text)
    return not rest and any(pattern.needs <= set(concepts) <= pattern.takes for pattern in fields.PATTERNS)


def _goes_on(grid: Grid, spans: Sequence[_Span], top: int, last: int) -> bool:
    """Whether the header reaches below row `last`: a merged cell crosses into it, or is parted there.

    It is parted where the row below says nothing new beside it; else that row is the first of the data.
    """
    if any(top <= span.top <= last < span.bottom for span in spans):
        return True
    width = max(len(grid[last]), len(grid[last + 1]))
    above, below = (
        [cell_text(row[place]) if place < len(row) else "" for place in range(width)] for row in grid[last : last + 2]
    )
    parted: set[int] = set()
    for span in spans:
        if span.top == span.bottom == last and span.right > span.left:
            parted.update(range(span.left, min(span.right + 1, width)))
    beside = set(range(width)) - parted
    return bool(parted and beside) and all(below[place] in ("", above[place]) for place in beside)


def _drop_common_parents(names: list[str]) -> None:
    """A parent is kept only where its part alone would not be told apart."""
    leaves = [headers.leaf(name) for name in names]
    for place, part in enumerate(leaves):
        if leaves.count(part) == 1 and _is_header(part):
            names[place] = part


def _distinct(names: list[str]) -> list[str]:
    """Name the nameless columns, and tell equal names apart by a number."""
    seen: dict[str, int] = {}
    used: list[str] = []
    for place, name in enumerate(names, 1):
        text = name or f"列{place}"
        seen[text] = seen.get(text, 0) + 1
        used.append(text if seen[text] == 1 else f"{text}#{seen[text]}")
    return used
