"""Dates in all the spellings that catalogs use."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from graph.imports.kept import kept

_CHINA_OFFSET = timedelta(hours=8)
CHINA = timezone(_CHINA_OFFSET)
"""Machine timestamps count from 1970 in UTC; the portals' days are those of UTC+8."""

_LARGEST_OFFSET = timedelta(hours=14)

FIRST_YEAR, LAST_YEAR = 1900, 2100
_EXCEL_ZERO = date(1899, 12, 30)
_EXCEL_SERIALS = range(10_000, 80_000)  # 1927 to 2119; fewer digits could be a year or a count
_SECONDS_DIGITS, _MILLIS_DIGITS = 10, 13
_MOST_FIGURES = 10**17  # to the millisecond; what is not below it, NaN included, is no date

_SIGNS = str.maketrans("–—‐‑−·・", "-----..")
_ZONE = r"(?P<zone>Z|CST|(?:UTC|GMT)?(?:[+-]\d\d:?\d\d|\+\d\d)|UTC|GMT)"
_CLOCK = (
    r"(?P<half>[上下]午)?\s*(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{0,2})"
    r"(?:[:分](?P<second>\d{0,2})秒?(?:[.,]\d+)?)?分?)?\s*(?P<noon>[AaPp][Mm])?\s*" + f"{_ZONE}?"
)
_DAY = re.compile(
    r"(\d{4})\s*[-/.年_、]\s*(\d{1,2})\s*[-/.月_、]\s*(\d{1,2})(?!\d)\s*[日号]?\.?"
    r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
    rf"(?:[\sT,]*+(?:(?<![\d./-])|(?=[上下]午)){_CLOCK}|Z|[+-]\d\d:\d\d)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6}|\d{9})?")
_COMPACT_TIME = re.compile(
    r"(\d{4})(\d{2})(\d{2})\s*[T ]\s*(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d+)?)?\s*"
    rf"{_ZONE}?"
)
_STAMP = re.compile(r"(\d{5}(?:\.\d+)?|(?:\d{10}|\d{13})(?:\.\d+)?)|/?Date\((\d{10,13})(?:[+-]\d{4})?\)/?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年_、]\s*(\d{1,2})\s*月?(?:份)?|(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*年?(?:度)?")
_MONTH_NAME = (
    r"(?P<name>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:[A-Z][a-z]{2,8}\.?,? )?"
_AFTER = (
    r",?(?:[ -](?P<year>\d{4})(?:[ ,]+(?P<at>.*))?| (?P<when>[\d:]+ (?:[A-Z]{3,4}|GMT[+-]\d\d:?\d\d)) (?P<then>\d{4}))"
)
_ENGLISH = tuple(
    re.compile(spelling, re.IGNORECASE)
    for spelling in (
        rf"{_WEEKDAY}{_MONTH_NAME} {_DAY_NUMBER}{_AFTER}",
        rf"{_WEEKDAY}{_DAY_NUMBER}[ -]{_MONTH_NAME}{_AFTER}",
        rf"(?P<year>\d{{4}})[ -]{_MONTH_NAME}[ -]{_DAY_NUMBER}",
        rf"{_MONTH_NAME},? (?P<year>\d{{4}})",
    )
)
_TIME_OF_DAY = re.compile(_CLOCK)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TENS = re.compile("([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4}|\d{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十廿卅]{1,3})[日号]?)?)?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date, and whether the source said only the month or the year (`partial`)."""

    on: date
    partial: bool = False


def parse_date(value: object) -> Day | None:
    """The day that a cell says, or None where it says none.

    Text, a cell that Excel already read, an Excel serial, or a Unix timestamp (seconds or milliseconds). An instant
    with its offset is the day it had in China. A month or a year alone becomes its first day, marked as partial.
    Day-month-year figures are not read: they are ambiguous; nor is the number 2019.1, be it January or October.
    """
    if isinstance(value, datetime):
        at = value.astimezone(CHINA) if value.tzinfo else value
        return _checked(at.year, at.month, at.day)
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return _from_text(str(value)) if 0 <= value < _MOST_FIGURES else None
    if isinstance(value, float):
        return _from_number(value)
    return _from_text(str(value))


def is_january_or_october(value: object) -> bool:
    """Whether a cell is a number such as 2019.1, which a sheet also makes of 2019.10."""
    return isinstance(value, float) and FIRST_YEAR <= value <= LAST_YEAR and f"{value % 1:.6f}" == "0.100000"


@kept(50_000)
def _from_text(raw: str) -> Day | None:
    text = " ".join(unicodedata.normalize("NFKC", raw).translate(_SIGNS).split())
    if found := _DAY.fullmatch(text):
        return _in_china(_checked(*map(int, found.groups()[:3])), found.groupdict())
    if found := _STAMP.fullmatch(text):
        return _from_number(float(found[1] or found[2]))
    return _from_figures(text) or _from_words(text)


def _from_figures(text: str) -> Day | None:
    """20190301, 201903, 2019.3, 2019."""
    if (found := _COMPACT.fullmatch(text)) and (day := _checked(*map(int, found.groups()))):
        return day
    if found := _COMPACT_TIME.fullmatch(text):
        return _in_china(_checked(*map(int, found.groups()[:3])), found.groupdict())
    if found := _MONTH.fullmatch(text):
        year, month = (int(part) for part in found.groups() if part)
        return _checked(year, month, 1, partial=True)
    found = _YEAR.fullmatch(text)
    return _checked(int(found[1]), 1, 1, partial=True) if found else None


def _from_words(text: str) -> Day | None:
    """Apr 28, 2019 and 二〇一九年三月一日."""
    if found := next(filter(None, (spelling.fullmatch(text) for spelling in _ENGLISH)), None):
        said = found.groupdict()
        month = _MONTHS.index(said["name"][:3].lower()) + 1
        number = said.get("day")
        day = _checked(int(said["year"] or said["then"]), month, int(number or 1), partial=not number)
        clock = _TIME_OF_DAY.match(said.get("at") or said.get("when") or "")
        return _in_china(day, clock.groupdict()) if clock else day
    if found := _CHINESE.fullmatch(text):
        year = int(found[1].translate(_DIGITS))
        month, number = (1 if part is None else part for part in map(_chinese, found.groups()[1:]))
        return _checked(year, month, number, partial=not found[3])
    return None


def _in_china(day: Day | None, clock: Mapping[str, str | None]) -> Day | None:
    """The day that an instant with its offset has in China; CST is China's own time, no offset the place's."""
    zone = (clock.get("zone") or "CST").upper()
    figures = re.sub("[^0-9]", "", zone).ljust(4, "0")
    offset = timedelta(hours=int(figures[:2]), minutes=int(figures[2:])) * (-1 if "-" in zone else 1)
    is_range = "-" in zone and not clock["second"]  # 09:00-10:00
    if day is None or zone == "CST" or is_range or abs(offset) > _LARGEST_OFFSET:
        return day
    hours, minutes, seconds = (int(clock.get(part) or 0) for part in ("hour", "minute", "second"))
    noon = (clock.get("noon") or "").upper() or {"上午": "AM", "下午": "PM"}.get(clock.get("half") or "", "")
    if noon:
        hours = hours % 12 + (12 if noon == "PM" else 0) if hours <= 12 else hours  # noqa: PLR2004
    at = datetime(day.on.year, day.on.month, day.on.day, tzinfo=CHINA) + _CHINA_OFFSET - offset
    at += timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return _checked(at.year, at.month, at.day)


def _from_number(number: float) -> Day | None:
    whole = int(number) if abs(number) < _MOST_FIGURES else 0
    if whole in _EXCEL_SERIALS:
        day = _EXCEL_ZERO + timedelta(days=whole)
        return _checked(day.year, day.month, day.day)
    digits = len(str(whole))
    if whole > 0 and digits in (_SECONDS_DIGITS, _MILLIS_DIGITS):
        at = datetime.fromtimestamp(whole / (1 if digits == _SECONDS_DIGITS else 1000), UTC).astimezone(CHINA)
        return _checked(at.year, at.month, at.day)
    if number != whole:
        is_month = FIRST_YEAR <= number <= LAST_YEAR and not is_january_or_october(number)
        return _from_text(f"{number:.10g}") if is_month else None
    return _from_text(str(whole)) if digits in (4, 6, 8, 14) else None


def _checked(year: int, month: int, day: int, *, partial: bool = False) -> Day | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return Day(date(year, month, day), partial)
    except ValueError:
        return None


def _chinese(number: str | None) -> int | None:
    """三, 十, 廿一; None where there is none, 0 for what is no number."""
    if number is None:
        return None
    found = _TENS.fullmatch(number.replace("廿", "二十").replace("卅", "三十"))
    if not found or (found[1] and found[3] and not found[2]):
        return 0
    tens, ones = (int(part.translate(_DIGITS)) if part else 0 for part in (found[1], found[3]))
    return (tens or 1) * 10 + ones if found[2] else tens + ones
