"""The rows that an import rejected, in a file of their own for a spreadsheet program."""

import contextlib
import csv
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from graph.imports.reading import Reading
from graph.imports.report import Rejection

_HEADERS = ("row", "header", "value", "reason", "cure")
_ENCODING = "utf-8-sig"


def keep_rejected(reading: Reading, rejected: Sequence[Rejection]) -> Path | None:
    """Write the rejected rows beside the file, or where the options say; where they stand, None if nowhere.

    Where no row is rejected, what an earlier import of the file left there goes: it is no longer true.
    """
    target = _target(reading.path, reading.options.rejected_to)
    if not rejected:
        with contextlib.suppress(OSError):
            if _is_ours(target):
                target.unlink()
        return None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding=_ENCODING, newline="") as file:
            lines = csv.writer(file)
            lines.writerow(_HEADERS)
            lines.writerows((one.row, _inert(one.header), _inert(one.value), one.reason, one.cure) for one in rejected)
    except OSError:
        return None
    return target


def _target(path: Path, folder: Path | None) -> Path:
    """Beside the file; in a folder for those of many files, each has its own, though files of several folders have one name."""
    if folder is None:
        return path.with_name(f"{path.name}.rejected.csv")
    origin = sha256(str(path.parent.resolve()).encode(errors="surrogateescape")).hexdigest()[:8]
    return folder / f"{path.name}.{origin}.rejected.csv"


def _is_ours(path: Path) -> bool:
    """Whether a file begins as those that are written here."""
    with path.open("rb") as file:
        return file.readline(100) == f"{','.join(_HEADERS)}\r\n".encode(_ENCODING)


def _inert(text: str) -> str:
    """A text that a spreadsheet program does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
