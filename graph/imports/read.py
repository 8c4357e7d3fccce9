"""A file of rows: JSON, CSV (UTF-8, UTF-16, GB18030), either gzipped, or xlsx; bounded, refused where broken."""

import codecs
import contextlib
import csv
import gzip
import io
import zlib
from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from graph.errors import ImportRefused
from graph.imports import sheets
from graph.imports.limits import Limits, too_large
from graph.imports.sheets import Table

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BLOCK = 1 << 20
_LONGEST_ROW = 1 << 22
_DELIMITERS = ",;\t|"
_LISTS_OF_ROWS = ("data", "rows", "records", "result", "results", "items", "list", "content", "datasets", "resources")


def read_table(path: Path, limits: Limits | None = None) -> Table:
    """Read a file. Raises ImportRefused where it cannot be read whole; nothing else escapes for any content."""
    limits = limits or Limits()
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise too_large(path.name, f"{size:,} bytes", f"{limits.file_bytes:,}")
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise ImportRefused(
            f"{path.name}: 打不开 cannot be opened: {error.strerror}.",
            "检查路径和权限 Check the path and the permissions.",
        ) from error
    if not size:
        raise ImportRefused(f"{path.name}: 文件是空的 the file is empty.", "重新导出 Export it again.")
    if head == _OLD_EXCEL:
        raise ImportRefused(
            f"{path.name}: 旧版 Excel (.xls) an old Excel file.", "在 Excel 或 WPS 中另存为 .xlsx Save it as .xlsx."
        )
    try:
        table = _table(path, head, limits)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportRefused(
            f"{path.name}: 压缩文件不完整 the gzip file is cut off or damaged: {error}.", "重新下载 Fetch it again."
        ) from error
    except (OSError, UnicodeError, csv.Error) as error:
        raise ImportRefused(
            f"{path.name}: 读不出 cannot be read: {error}.", "重新导出为 UTF-8 的 CSV 或 xlsx Export it again."
        ) from error
    if not table.headers or not table.rows:
        raise ImportRefused(f"{path.name}: 没有数据行 no rows below the headers.", "检查导出 Check the export.")
    _check_characters(path, table, limits)
    return table


def _table(path: Path, head: bytes, limits: Limits) -> Table:
    if head == _ZIP:
        return sheets.read_sheets(path, limits)
    start = _start(path, head, limits)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return _read_json(path, head, limits)
    return _read_csv(path, head, limits)


class _Bounded(io.RawIOBase):
    """The unpacked bytes of a file, and no more of them than the limit."""

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        self._file, self._name, self._limits = file, name, limits
        self._total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read(len(buffer))
        self._total += len(block)
        if self._total > self._limits.unpacked_bytes:
            raise too_large(self._name, "解压后 unpacked", f"{self._limits.unpacked_bytes:,} bytes")
        buffer[: len(block)] = block
        return len(block)


class _Lines(Iterator[str]):
    """The lines of a text. `row` counts characters since it was last set to 0: a quoted row goes over many lines."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._text, self._name = text, name
        self.row = 0

    def __next__(self) -> str:
        line = self._text.readline(_LONGEST_ROW + 1)
        self.row += len(line)
        if self.row > _LONGEST_ROW:
            raise too_large(self._name, "一行 a row", f"{_LONGEST_ROW:,} characters")
        if not line:
            raise StopIteration
        return line


@contextlib.contextmanager
def _opened(path: Path, head: bytes, limits: Limits) -> Generator[io.BufferedReader]:
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        if head.startswith(_GZIP):
            file = stack.enter_context(gzip.GzipFile(fileobj=file))
        yield io.BufferedReader(_Bounded(cast("IO[bytes]", file), path.name, limits), _BLOCK)


def _start(path: Path, head: bytes, limits: Limits) -> bytes:
    with _opened(path, head, limits) as file:
        return file.read(1024)


def _blocks(path: Path, head: bytes, limits: Limits) -> Iterator[bytes]:
    """The unpacked bytes, a block at a time."""
    with _opened(path, head, limits) as file:
        while block := file.read(_BLOCK):
            yield block


def _read_json(path: Path, head: bytes, limits: Limits) -> Table:
    content = b"".join(_blocks(path, head, limits)).removeprefix(b"\xef\xbb\xbf")
    # Each value but the outermost follows one of these: counted before any object is made.
    _check_cells(path, sum(map(content.count, (b",", b"[", b"{"))), limits)
    try:
        document: object = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        if content.count(b"\n") + content.count(b"\r") > limits.lines:
            raise too_large(path.name, "行 lines", f"{limits.lines:,}") from error
        try:
            document = [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            raise ImportRefused(
                f"{path.name}: 不是正确的 JSON is not sound JSON: {error}.", "重新导出为 UTF-8 的 JSON Export it again."
            ) from error
    del content
    records = _records(document)
    if records is None:
        raise ImportRefused(
            f"{path.name}: JSON 里没有行的列表 has no list of rows.",
            '应为 [{"表头": 值, …}, …] It should be a list of objects.',
        )
    _check_rows(path, len(records), limits)
    shapes = {tuple(record) for record in records}
    keys = {key for shape in shapes for key in shape}
    _check_columns(path, len(keys), limits)
    places = {key: place for place, key in enumerate(_ordered(keys, shapes))}
    rows: list[list[object]] = []
    for record in records:
        row: list[object] = [None] * len(places)
        for key, value in record.items():
            row[places[key]] = _json_cell(value)
        rows.append(row)
    return Table(list(places), rows, range(1, len(rows) + 1))


def _ordered(keys: Iterable[str], shapes: Iterable[tuple[str, ...]]) -> list[str]:
    """The keys as they follow one another in the rows, else by themselves: the same in any order of the rows."""
    before = {key: set[str]() for key in keys}
    after = {key: set[str]() for key in keys}
    for shape in shapes:
        for key, following in pairwise(shape):
            before[following].add(key)
            after[key].add(following)
    ordered: list[str] = []
    while before:
        # Rows that contradict one another leave none that comes before all others.
        key = min((key for key, those in before.items() if not those), default=None) or min(before)
        ordered.append(key)
        del before[key]
        for following in after[key] & before.keys():
            before[following].discard(key)
    return ordered


def _records(document: object) -> list[dict[str, object]] | None:
    """The list of objects in a document: itself, or under one of the usual names, or its only list."""
    if isinstance(document, dict):
        wrapper = cast("dict[str, object]", document)
        lists = [wrapper[key] for key in _LISTS_OF_ROWS if key in wrapper] or [
            v for v in wrapper.values() if isinstance(v, list)
        ]
        return _records(lists[0]) if lists else None
    if not isinstance(document, list):
        return None
    rows = cast("list[object]", document)
    return cast("list[dict[str, object]]", rows) if all(isinstance(row, dict) for row in rows) else None


def _json_cell(value: object) -> object:
    if isinstance(value, dict):
        return msgspec.json.encode(value, order="sorted").decode()
    if isinstance(value, list):
        return [_json_cell(member) for member in cast("list[object]", value)]
    return value


def _read_csv(path: Path, head: bytes, limits: Limits) -> Table:
    encoding = _encoding(path, head, limits)
    csv.field_size_limit(limits.cell_characters)
    with _opened(path, head, limits) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        first = text.readline(_BLOCK)
    delimiter = max(_DELIMITERS, key=first.count)
    grid: list[list[object]] = []
    numbers: list[int] = []
    count = 0
    with _opened(path, head, limits) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        lines = _Lines(text, path.name)
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            lines.row = 0
            if number > limits.lines:
                raise too_large(path.name, "行 lines", f"{limits.lines:,}")
            if any(cells):
                _check_columns(path, len(cells), limits)
                count += len(cells)
                _check_cells(path, count, limits)
                grid.append(cast("list[object]", cells))
                numbers.append(number)
                _check_rows(path, len(grid) - 1, limits)
    return sheets.below_headers(grid, numbers)


def _encoding(path: Path, head: bytes, limits: Limits) -> str:
    """utf-8-sig, utf-16 or gb18030: the first that reads the whole file."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or _start(path, head, limits)[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if any(b"\0" in block for block in _blocks(path, head, limits)):
        raise ImportRefused(
            f"{path.name}: 不是文本 is not a text.",
            "读 JSON, CSV, xlsx 及其 gz JSON, CSV, xlsx and .gz of the first two are read.",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, head, limits, encoding):
            return encoding
    raise ImportRefused(
        f"{path.name}: 既不是 UTF-8 也不是 GB18030 is neither UTF-8 nor GB18030.",
        "另存为 UTF-8 Save it as UTF-8 (Excel: CSV UTF-8).",
    )


def _decodes(path: Path, head: bytes, limits: Limits, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for block in _blocks(path, head, limits):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_rows(path: Path, count: int, limits: Limits) -> None:
    if count > limits.rows:
        raise too_large(path.name, f"{count:,} 行 rows", f"{limits.rows:,}")


def _check_cells(path: Path, count: int, limits: Limits) -> None:
    if count > limits.cells:
        raise too_large(path.name, f"{count:,} 格 cells", f"{limits.cells:,}")


def _check_characters(path: Path, table: Table, limits: Limits) -> None:
    """Refuse a header or a cell that is too long, a list by its text."""
    if any(len(header) > limits.header_characters for header in table.headers):
        raise too_large(path.name, "表头 a header", f"{limits.header_characters:,} characters")
    for row in table.rows:
        for cell in row:
            if isinstance(cell, list):
                length = len(msgspec.json.encode(cell).decode())
            else:
                length = len(cell) if isinstance(cell, str) else 0
            if length > limits.cell_characters:
                raise too_large(path.name, "一格 a cell", f"{limits.cell_characters:,} characters")


def _check_columns(path: Path, count: int, limits: Limits) -> None:
    if count > limits.columns:
        raise too_large(path.name, f"{count:,} 列 columns", f"{limits.columns:,}")
