"""Logs: one JSON object a line, with the request it belongs to; nothing in it tells who a person is, or how to get in.

What an exception says may hold the very value that broke something, so of an exception only its type and place are told.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from api.request import DEPARTMENT, REQUEST_ID

SECRETS = re.compile(
    r"eyJ[\w-]+\.[\w-]*\.?[\w-]*"  # JSON web tokens
    r"|(?i:bearer|basic)\s+\S+"
    r"|(?i:(?:password|passwd|pwd|token|secret|code|cookie|authorization|key)[\"']?\s*[=:]\s*)[\"']?[^\s\"'&,;)}]+"
    r"|(?<=://)[^\s/@]*:[^\s/@]*(?=@)"  # the user and password of an address
    r"|(?<![\dA-Za-z])\d{17}[\dXx](?!\w)"  # identity numbers
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # mobile telephone numbers
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
)
"""What a message never shows, should it come so far."""
FIELDS = ("route", "status", "milliseconds", "given")
GIVEN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}").fullmatch
"""A request id of the client's that is told beside ours; ours alone goes into the trail."""
PLACES = 12


def safe(text: str) -> str:
    """A text without what must not be told."""
    return SECRETS.sub("…", text)


def line(headers: Mapping[bytes, bytes], status: int, seconds: float) -> dict[str, Any]:
    """What the log tells of an answered request."""
    said: dict[str, Any] = {"status": status, "milliseconds": round(seconds * 1000, 1)}
    given = headers.get(b"x-request-id", b"")
    if GIVEN_ID(given):
        said["given"] = safe(given.decode())
    return said


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": safe(heading(record)),
        }
        if request := REQUEST_ID.get():
            line |= {"request": request, "department": DEPARTMENT.get()}
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line |= told(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def heading(record: logging.LogRecord) -> str:
    """The message of a record; of asyncio's its first line, for the others show the values of whatever failed."""
    message = record.getMessage()
    return message.partition("\n")[0] if record.name == "asyncio" else message


def told(error: BaseException) -> dict[str, Any]:
    """The type of an exception and of those that led to it, and where it came from."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < PLACES:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    return {"exception": kinds, "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}


def configure(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Write everything that is logged from here on as JSON, to standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("yuanliu").setLevel(level)
