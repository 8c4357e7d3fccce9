"""One cell into one field's value: what is kept, what is lost and so goes to `extra`, what cannot be."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from graph.imports import terms, values
from graph.imports.dates import is_january_or_october, parse_date
from graph.imports.profiles import cell_text
from graph.imports.words import cut

_DATE_CURE = "写成 2019-03-01 Write it as 2019-03-01."


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for the graph; `lost`: the original where the value says less than it; `problem`: (reason, cure)."""

    value: object
    lost: str | None = None
    counted: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None


NOTHING = Cell(None)
Parser = Callable[[object], Cell]


def parser_for(field: str, header: str) -> Parser:
    """The function that reads this field's cells."""
    if field in ("publishedOn", "lastUpdatedAt"):
        return _date
    if field == "recordCount":
        return partial(_count, values.unit_of(header) or 1)
    if field == "openType":
        return partial(_word, _open_flag if "WHETHER" in cut(header)[0] else terms.open_type)
    if field in _PARSERS:
        return _PARSERS[field]
    return _text


def _with_notes(raw: object, value: object, lost: str | None = None, more: tuple[str, ...] = ()) -> Cell:
    wide = isinstance(raw, str) and values.is_wide(raw)
    return Cell(value, lost, (*more, "fullWidth") if wide else more)


def _empty(raw: object) -> Cell:
    """An empty cell, or one with a word for nothing, which is counted."""
    said = bool(raw.strip()) if isinstance(raw, str) else raw is not None and raw != []
    return Cell(None, counted=("nullWords",)) if said else NOTHING


def _text(raw: object) -> Cell:
    text = cell_text(raw)
    return _with_notes(raw, text) if text else _empty(raw)


def _abstract(raw: object) -> Cell:
    text = values.without_tags(cell_text(raw))
    return _with_notes(raw, text) if text else _empty(raw)


def _date(raw: object) -> Cell:
    text = cell_text(raw)
    if not text:
        return _empty(raw)
    day = parse_date(raw)
    if day is None and is_january_or_october(raw):
        return Cell(None, problem=("分不清是 1 月还是 10 月 January or October", _DATE_CURE))
    if day is None:
        return Cell(None, problem=("不是日期 not a date", _DATE_CURE))
    return _with_notes(raw, day.on, text if day.partial else None, ("partialDates",) if day.partial else ())


def _count(unit: int, raw: object) -> Cell:
    text = cell_text(raw)
    if not text:
        return _empty(raw)
    number = values.parse_count(raw, unit)
    return Cell(None, text, ("unknownWords",)) if number is None else _with_notes(raw, number)


def _url(raw: object) -> Cell:
    text = cell_text(raw)
    if not text:
        return _empty(raw)
    url = values.parse_url(text)
    return Cell(url) if url else Cell(None, text, ("unknownWords",))


def _word(table: Callable[[str], tuple[str | None, bool]], raw: object) -> Cell:
    text = cell_text(raw)
    if not text:
        return _empty(raw)
    word, whole = table(text)
    return _with_notes(raw, word, None if word and whole else text, () if word else ("unknownWords",))


def _open_flag(text: str) -> tuple[str | None, bool]:
    """是否开放 in the national template is 1 or 0."""
    return terms.open_type({"1": "是", "0": "否"}.get(text, text))


def _secrecy(raw: object) -> Cell:
    text = cell_text(raw)
    if not text:
        return _empty(raw)
    word = terms.secrecy(text)
    if word is None:
        return Cell(
            None,
            problem=("看不出是否涉密 does not say whether it is secret", "写 涉密 或 非涉密 Write 涉密 or 非涉密."),
        )
    return _with_notes(raw, word)


def _list(raw: object) -> Cell:
    members = _members(raw)
    return _with_notes(raw, members) if members else _empty(raw)


def _members(raw: object) -> list[str]:
    if isinstance(raw, str):
        return values.split_list(raw)
    given = cast("list[object]", raw) if isinstance(raw, list) else [raw]
    return [text for member in given if (text := cell_text(member))]


def _formats(raw: object) -> Cell:
    text = raw if isinstance(raw, str) else cell_text(raw)
    names, known = terms.formats(text)
    if not names:
        return _empty(raw)
    return Cell(
        [name for name in names if known or not name.isdigit()],
        None if known else cell_text(raw),
        () if known else ("unknownWords",),
    )


_PARSERS: dict[str, Parser] = {
    "abstract": _abstract,
    "item.position": partial(_count, 1),
    "item.length": partial(_count, 1),
    "landingPage": _url,
    "shareType": partial(_word, terms.share_type),
    "updateCycle": partial(_word, terms.update_cycle),
    "formats": _formats,
    "keywords": _list,
    "shareModes": _list,
    "secrecy": _secrecy,
}
