"""What a cell says: texts, lists, counts and the model's closed words. Pure; every function takes any text."""

import ast
import contextlib
import html
import re
import unicodedata
from typing import cast

from graph.imports.dates import parse_date
from graph.imports.kept import kept

_NOTHING_WORDS = r"""
    null none nil nan n/a #n/a undefined 暂无 暂无数据 暂无信息 无 无数据 无内容 空 空值 未知 不详 待定 待补充
    未填 未填写 未定义 - -- --- — —— / \ . 0000-00-00 [] {}
"""
NOTHING = frozenset(_NOTHING_WORDS.split())
"""Words for "no value", compared after normalisation."""

_ASCII = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SIGNS = dict(zip(map(ord, "＠＃＄％＆＊＋－．／＝＿\u3000\u00a0"), "@#$%&*+-./=_  ", strict=True))
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d"), "")
_NARROW: dict[int, int | str] = {**_ASCII, **_SIGNS, **_INVISIBLE}
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ＠＃＄％＆＊＋－．／＝＿\u3000]")
_TAG = re.compile(r"</?(?:p|br|span|div|strong|b|i|u|em|font|a|ul|ol|li|table|tr|td)\b[^<>]{0,500}/?>", re.IGNORECASE)
_URL = re.compile(r"(?i)(?:https?|ftp)://[^\s/?#]\S*")
_HOST = re.compile(r"(?i)(?:https?|ftp)://(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:@]+)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?:\+?86[- ]?)?(?:1[3-9]\d{9}|(?:\(?0\d{2,3}\)?[- ]?)?[1-9]\d{6,7}(?:[-转 ]+\d{1,6})?|1\d{4}"
    r"|400[- ]?\d{3,4}[- ]?\d{3,4})"
)
# Possessive, since spaces may stand between all parts: without it a row of them is shared out in every way.
_COUNT = re.compile(
    r"(?:约|共|近)?\s*+([+-]?(?:\d{1,3}(?:[,，' ]\d{3})+|\d+)(?:\.\d+)?)\s*+([万亿千百]?)\s*+(?:余|多)?\s*+"
    r"((?:条|个|行|项|笔|份|records|rows)?\s*+(?:记录|数据)?)"
)
_UNITS = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_HEADER_UNIT = re.compile(r"[(（\[【](?:单位[:：]?)?\s*([^()（）\[\]【】]{1,12}?)\s*[)）\]】]")
_COUNTED = re.compile(r"([万亿千百])(?:条|个|行|项|笔|份)?(?:记录|数据)?")
_BYTES = re.compile(r"(?:[kmgtp]i?)?b(?:ytes?)?|[kmgt]|[千兆吉太]?字节|兆", re.IGNORECASE)
_LARGEST = 2**53
_MOST_DIGITS = 40
_LONGEST_LITERAL = 20_000
_DATE_FIGURES = (8, 13, 14, 17)
_LONGEST_NOTHING = 12


@kept(100_000)
def text_of(raw: str) -> str:
    """A text with ASCII in its ordinary width and single spaces, Chinese punctuation kept; "" for a word of nothing."""
    text = raw.translate(_NARROW)
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":
        lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text.splitlines())
        text = "\n".join(line for line in lines if line)
    return "" if is_nothing(text) else text


def is_wide(raw: str) -> bool:
    """Whether a text has letters, figures or signs in full width."""
    return _WIDE.search(raw) is not None


def is_nothing(text: str) -> bool:
    """Whether a text stands for "no value"."""
    return not text or (len(text) < _LONGEST_NOTHING and unicodedata.normalize("NFKC", text).strip().lower() in NOTHING)


def without_tags(text: str) -> str:
    """A description without the HTML that portals leave in it."""
    if "<" not in text and "&" not in text:
        return text
    plain = _TAG.sub(" ", text)
    with contextlib.suppress(ValueError):  # a character reference of thousands of digits
        plain = html.unescape(plain)
    return text_of(plain)


def split_list(raw: str) -> list[str]:
    """The members of a list in a cell, in order, each once.

    `['xls', 'csv']`, JSON, or members separated by the strongest separator present: line ends, then `;`, `|`, `,`,
    `、`, spaces; so that `农、林、牧、渔业` stays whole in a list of lines.
    """
    stripped = raw.strip()
    if stripped[:1] in ("[", "(") and stripped[-1:] in ("]", ")") and (members := _literal(stripped)) is not None:
        return _distinct(members)
    for separators in (r"[\r\n\t\v\f\u2028]+", r"[;；]+", r"[|｜]+", r"[,，]+", "、+", r"\s+"):
        if re.search(separators, stripped):
            return _distinct(re.split(separators, stripped))
    return _distinct([stripped])


def _literal(text: str) -> list[str] | None:
    if len(text) > _LONGEST_LITERAL:  # its syntax tree takes hundreds of times its length
        return None
    try:
        members = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return [str(member) for member in cast("list[object]", members)] if isinstance(members, list | tuple) else None


def _distinct(members: list[str]) -> list[str]:
    return list(dict.fromkeys(text for member in members if (text := text_of(member.strip()))))


def unit_of(header: str) -> int:
    """What a number below a header counts in: 10,000 below `数据量(万条)`, 0 below `数据量(MB)`, where it counts nothing."""
    for said in _HEADER_UNIT.findall(unicodedata.normalize("NFKC", header)):
        if found := _COUNTED.fullmatch(said):
            return _UNITS[found[1]]
        if _BYTES.fullmatch(said):
            return 0
    return 1


def parse_count(value: object, unit: int = 1) -> int | None:
    """A number of records: `1,241,609`, `3.2万`, `约500条`; None where it is not a whole number from 0 on.

    A number that names no unit of its own counts in `unit`: below `数据量(万条)` 500 is 5,000,000, and 500条 is 500.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = value if unit == 1 else round(value * unit, 6) if abs(value) < _LARGEST else _LARGEST
        return int(number) if 0 <= number < _LARGEST and number == int(number) else None
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
    if not found:
        return None
    digits = re.sub(r"[,，' ]", "", found[1])
    if len(digits) > _MOST_DIGITS:
        return None
    unit = _UNITS[found[2]] if found[2] or found[3] else unit
    number = round(float(digits) * unit, 6) if "." in digits else int(digits) * unit
    return int(number) if number == int(number) and 0 <= number < _LARGEST else None


def parse_url(text: str) -> str | None:
    """An absolute web address, or None."""
    return text if _URL.fullmatch(text) else None


def host_of(url: str) -> str | None:
    """The host name of a web address, in lower case, without port and user."""
    found = _HOST.match(url)
    return found[1].lower() if found else None


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address, or several."""
    return all(_EMAIL.fullmatch(part) for part in re.split(r"[,，;；、/\s]+", text) if part)


def is_phone(text: str) -> bool:
    """Whether a text is a telephone number, or several."""
    plain = unicodedata.normalize("NFKC", text)
    return all(_PHONE.fullmatch(part.strip()) for part in re.split(r"[,;、/\n]+", plain) if part.strip())


def is_date(value: object) -> bool:
    """Whether a cell says a date with at least its month; a bare number of five or fewer digits may be a count."""
    day, figures = parse_date(value), str(value)
    if isinstance(value, float) and not value.is_integer():
        return day is not None and (day.partial or len(figures) in _DATE_FIGURES)
    if isinstance(value, int | float) or figures.isdigit():
        return len(figures) in _DATE_FIGURES and day is not None
    return day is not None and not (day.partial and len(figures) <= len("2019年"))
