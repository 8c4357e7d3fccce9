"""The parts of an xlsx, bounded in what they become in memory, under whatever names a hostile book has them."""

import io
import zipfile
from typing import IO, Any, Literal, cast

from openpyxl.reader.excel import ExcelReader
from openpyxl.workbook.workbook import Workbook

from graph.imports.limits import Limits, too_large

_BLOCK = 1 << 20
_WHOLE_BYTES = 8 << 20
_WHOLE_TAGS = 250_000
"""Of a part that is read at once, as the list of sheets and the styles are: each tag becomes an object of a kilobyte."""
_READINGS = 5
"""How often a sheet may be read: for its merged cells, its size and its rows, and some more for what is beside."""
_COSTLY = (
    b"mergeCell",
    b"dataValidation",
    b"hyperlink",
    b"cfRule",
    b"tablePart",
    b"brk",
    b"View",
    b"scenario",
    b"<col ",
    b"\0",
)
_COSTLY_TAGS = 400_000
"""Of those in a sheet that become objects of a kilobyte, and of NUL: in UTF-16 they would not be seen."""


class Archive(zipfile.ZipFile):
    """The archive of a book; reading it raises ImportRefused beyond the limits."""

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        super().__init__(file)
        self.file = file
        self._name, self._limits = name, limits
        self._left = _READINGS * limits.unpacked_bytes
        if sum(entry.file_size for entry in self.infolist()) > limits.unpacked_bytes:
            raise too_large(name, "解压后 unpacked", f"{limits.unpacked_bytes:,} bytes")

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """A part that is read at once."""
        if (name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)).file_size > _WHOLE_BYTES:
            raise too_large(self._name, f"{name}", f"{_WHOLE_BYTES:,} bytes")
        content = super().read(name, pwd)
        if content.count(b"<") > _WHOLE_TAGS:
            raise too_large(self._name, f"{name}", f"{_WHOLE_TAGS:,} tags")
        return content

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """A part as a stream."""
        file = super().open(name, mode, pwd, force_zip64=force_zip64)
        self._left -= (name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)).file_size
        if self._left < 0:
            raise too_large(self._name, "表页合计 all sheets", f"{self._limits.unpacked_bytes:,} bytes")
        return cast("IO[bytes]", io.BufferedReader(_Counted(file, self._name, self._limits), _BLOCK))


class _Counted(io.RawIOBase):
    """A part whose tags and attributes are counted as they come, before a parser makes objects of them."""

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        self._file, self._name, self._limits = file, name, limits
        self._tags = self._attributes = self._costly = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read(len(buffer))
        self._tags += block.count(b"<") - block.count(b"</")
        self._attributes += block.count(b"=")
        self._costly += sum(map(block.count, _COSTLY))
        most = self._limits.cells
        if self._tags > most or self._attributes > 2 * most or self._costly > _COSTLY_TAGS:
            raise too_large(self._name, "XML 标记 the number of tags", f"{most:,}")
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()


def workbook(archive: Archive) -> Workbook:
    """The book, its sheets to be read as streams of rows; openpyxl raises many kinds of errors."""
    reader = ExcelReader(archive.file, read_only=True, data_only=True, keep_links=False)
    reader.archive = archive
    reader.read()
    return reader.wb
