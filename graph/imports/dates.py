"""Dates in all the spellings that catalogs use."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from graph.imports.kept import kept

CHINA = timezone(timedelta(hours=8))
"""Machine timestamps count from 1970 in UTC; the portals' days are those of UTC+8."""

FIRST_YEAR, LAST_YEAR = 1900, 2100
_EXCEL_ZERO = date(1899, 12, 30)
_EXCEL_SERIALS = range(10_000, 80_000)  # 1927 to 2119; fewer digits could be a year or a count
_SECONDS_DIGITS, _MILLIS_DIGITS = 10, 13
_LARGEST = 10**_MILLIS_DIGITS  # what is not below it, NaN included, is no timestamp

_TIME = (
    r"(?:[\sT,，]*(?:[上下]午)?\s*\d{1,2}(?:[:时点]\d{0,2}(?:[:分]\d{0,2}秒?(?:[.,]\d+)?)?分?)?"
    r"\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|GMT|CST|[+-]\d\d:?\d\d)?)?"
)
_DAY = re.compile(
    rf"(\d{{4}})\s*[-/.年_、]\s*(\d{{1,2}})\s*[-/.月_、]\s*(\d{{1,2}})\s*[日号]?(?:\s*\(?星期.\)?)?{_TIME}"
)
_COMPACT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?|(\d{4})(\d{2})(\d{2})\s*[T ]\s*\d{1,2}:?\d{2}(?::?\d{2})?Z?"
)
_MONTH = re.compile(r"(\d{4})\s*[-/.年_、]\s*(\d{1,2})\s*月?(?:份)?|(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*年?(?:度)?")
_ENGLISH = re.compile(
    r"(?:[A-Z][a-z]{2,8}\.?,? )?(?:([A-Z][a-z]{2})[a-z]*\.? (\d{1,2})|(\d{1,2})[ -]([A-Z][a-z]{2})[a-z]*),?"
    r"(?:[ -](\d{4})(?:[ ,].*)?| [\d:]+ (?:[A-Z]{3,4}|GMT[+-]\d\d:?\d\d) (\d{4}))"
)
_MONTHS = {
    name: n
    for n, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月)?(?:([一二三四五六七八九十]{1,3})[日号])?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date, and whether the source said only the month or the year (`partial`)."""

    on: date
    partial: bool = False


def parse_date(value: object) -> Day | None:
    """The day that a cell says, or None where it says none.

    Text, a cell that Excel already read, an Excel serial, or a Unix timestamp (seconds or milliseconds). A month or a
    year alone becomes its first day, marked as partial. Day-month-year figures are not read: they are ambiguous.
    """
    if isinstance(value, datetime):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(float(value))
    return _from_text(str(value))


@kept(50_000)
def _from_text(raw: str) -> Day | None:
    text = " ".join(unicodedata.normalize("NFKC", raw).split())
    if found := _DAY.fullmatch(text):
        return _checked(*map(int, found.groups()))
    if re.fullmatch(r"\d{5}(?:\.\d+)?|\d{10}|\d{13}", text):
        return _from_number(float(text))
    return _from_figures(text) or _from_words(text)


def _from_figures(text: str) -> Day | None:
    """20190301, 201903, 2019.3, 2019."""
    if (found := _COMPACT.fullmatch(text)) and (day := _checked(*(int(part) for part in found.groups() if part))):
        return day
    if found := _MONTH.fullmatch(text):
        year, month = (int(part) for part in found.groups() if part)
        return _checked(year, month, 1, partial=True)
    found = _YEAR.fullmatch(text)
    return _checked(int(found[1]), 1, 1, partial=True) if found else None


def _from_words(text: str) -> Day | None:
    """Apr 28, 2019 and 二〇一九年三月一日."""
    if found := _ENGLISH.fullmatch(text):
        month = _MONTHS.get(found[1] or found[4], 0)
        return _checked(int(found[5] or found[6]), month, int(found[2] or found[3]))
    if found := _CHINESE.fullmatch(text):
        year = int(found[1].translate(_DIGITS))
        return _checked(year, _chinese(found[2]) or 1, _chinese(found[3]) or 1, partial=not found[3])
    return None


def _from_number(number: float) -> Day | None:
    whole = int(number) if abs(number) < _LARGEST else 0
    if whole in _EXCEL_SERIALS:
        day = _EXCEL_ZERO + timedelta(days=whole)
        return _checked(day.year, day.month, day.day)
    digits = len(str(whole))
    if whole > 0 and digits in (_SECONDS_DIGITS, _MILLIS_DIGITS):
        at = datetime.fromtimestamp(whole / (1 if digits == _SECONDS_DIGITS else 1000), UTC).astimezone(CHINA)
        return _checked(at.year, at.month, at.day)
    return _from_text(str(whole)) if number == whole and digits in (4, 6, 8) else None


def _checked(year: int, month: int, day: int, *, partial: bool = False) -> Day | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return Day(date(year, month, day), partial)
    except ValueError:
        return None


def _chinese(number: str | None) -> int:
    if not number:
        return 0
    tens, ten, ones = number.partition("十")
    if not ten:
        return int(number.translate(_DIGITS)) if len(number) == 1 else 0
    return (int(tens.translate(_DIGITS)) if tens else 1) * 10 + (int(ones.translate(_DIGITS)) if ones else 0)
