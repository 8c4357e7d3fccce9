"""Which column is which field: by the words of its header, checked against its values and the other columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from graph.errors import BadInput
from graph.imports import fields, profiles, values, words
from graph.imports.profiles import Profile

Decision = Literal["SURE", "ASK", "KEPT"]

SURE_FROM = 0.8
"""A column is SURE from here on; the scores of `fields.PATTERNS` are set against it."""
ASK_FROM = 0.5
_ALMOST_SURE = 0.79
_CLEAR_LEAD = 0.1
_CONFIRMED = 0.8
_DOUBTED = 0.35
_NEIGHBOURS = {"theme": "industry", "industry": "theme", "shareModes": "shareType", "shareCondition": "shareType"}
"""Portals mix these up: 领域 may hold industries, and 共享条件 share types."""
_NARROWER = {"openType": (profiles.OPEN_FLAG, "WHETHER"), "keywords": (profiles.LABEL, "LABEL")}
"""What is asked of the values in a field's place where the header has this concept."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its header, the field it fills (None: kept as it is), how sure, and why."""

    header: str
    field: str | None
    confidence: float
    decision: Decision
    why: str


@dataclass(frozen=True, slots=True)
class _Guess:
    field: str
    score: float
    why: str
    concepts: frozenset[str] = frozenset()
    named: float = 0.0
    most: float = 1.0
    """What no value lifts the score above: a word that is not known may make the column another matter."""


def recognise(headers: Sequence[str], columns: Sequence[Sequence[object]], given: Mapping[str, str]) -> list[Column]:
    """Decide every column. `given` maps a header, or its last part, to a field or to "" (keep it as it is).

    Raises BadInput where `given` names a column or a field that does not exist, or a field of items that have no name.
    """
    wishes = _wishes(headers, given)
    found = [profiles.Profile.of(column) for column in columns]
    ranked = [_guesses(header, profile) for header, profile in zip(headers, found, strict=True)]
    _look_around(headers, found, ranked)
    decided = [
        _alone(header, guesses, profile) for header, guesses, profile in zip(headers, ranked, found, strict=True)
    ]
    for place, field in wishes.items():
        decided[place] = Column(headers[place], field or None, 1.0, "SURE" if field else "KEPT", "你指定的 as you said")
    decided = _settle(decided, ranked, found, frozenset(wishes))
    decided = _by_elimination(decided, ranked, found, frozenset(wishes))
    return _without_items(decided, frozenset(wishes))


def leaf(header: str) -> str:
    """The last part of a header of several rows."""
    return header.rsplit("/", 1)[-1]


def _wishes(headers: Sequence[str], given: Mapping[str, str]) -> dict[int, str]:
    wishes: dict[int, str] = {}
    for header, field in given.items():
        places = [n for n, h in enumerate(headers) if h == header] or [
            n for n, h in enumerate(headers) if words.plain(h) == words.plain(header) or leaf(h) == header
        ]
        if len(places) != 1:
            problem = "没有这一列 no such column" if not places else "不止一列 more than one such column"
            raise BadInput(f"--map {header}={field}: {problem}.", f"表头有 the columns are: {', '.join(headers[:60])}")
        if field and field not in fields.FIELDS:
            raise BadInput(
                f"--map {header}={field}: 没有这个字段 no such field.",
                f"字段 the fields are: {', '.join(sorted(fields.FIELDS))}; 留空则原样保留 empty keeps the column",
            )
        wishes[places[0]] = field
    return wishes


def _guesses(header: str, profile: Profile) -> list[_Guess]:
    """What the header, then the values, can mean; best first."""
    found = _by_name(header)
    if not found and leaf(header) != header:
        found = _by_name(leaf(header))
    weighed = [_weigh(guess, profile) for guess in found]
    other = _NEIGHBOURS.get(weighed[0].field) if len(weighed) == 1 and weighed[0].score < weighed[0].named else None
    if other and (profiles.support(other, profile) or 0) > 0.5:  # noqa: PLR2004
        weighed.append(_Guess(other, 0.7, f"{weighed[0].why}; 值像 values look like {other}", named=SURE_FROM))
    return sorted(weighed, key=lambda guess: -guess.score)


def _by_name(header: str) -> list[_Guess]:
    if field := fields.WHOLE.get(words.plain(leaf(header))):
        return [_Guess(field, 0.95, f"“{leaf(header)}”是标准用语 is the standard's word")]
    concepts, rest = words.cut(header)
    present = frozenset(concepts)
    best: dict[str, _Guess] = {}
    is_size = not values.unit_of(leaf(header))
    for pattern in fields.PATTERNS:
        if is_size and pattern.field == "recordCount":
            continue
        if pattern.needs <= present <= pattern.takes:
            score = pattern.score - (0.35 if rest else 0.0)
            if score > (best[pattern.field].score if pattern.field in best else ASK_FROM - 0.06):
                said = "+".join(sorted(pattern.needs))
                best[pattern.field] = _Guess(
                    pattern.field,
                    score,
                    f"表头 header: {said}" + (f", 不认识 unknown: {rest}" if rest else ""),
                    present,
                    most=_ALMOST_SURE if rest else 1.0,
                )
    return list(best.values())


def _weigh(guess: _Guess, profile: Profile) -> _Guess:
    narrower, concept = _NARROWER.get(guess.field, (guess.field, ""))
    backing = profiles.support(narrower if concept in guess.concepts else guess.field, profile)
    guess = replace(guess, named=guess.score)
    if backing is None:
        return guess
    share = f"{backing:.0%}"
    if backing >= _CONFIRMED:
        score = min(0.99, guess.most, guess.score + (0.04 if guess.score >= SURE_FROM else 0.3 * backing))
        return replace(guess, score=score, why=f"{guess.why}; 值相符 values fit: {share}")
    if backing < _DOUBTED:
        score = min(guess.score - 0.3, SURE_FROM - 0.15)
        return replace(guess, score=score, why=f"{guess.why}; 但值不符 but values do not fit: {share}")
    return guess


def _look_around(headers: Sequence[str], found: Sequence[Profile], ranked: list[list[_Guess]]) -> None:
    """Read the few headers whose meaning hangs on the other columns of the file."""
    openness = {"openType"}
    says_openness = any(
        guesses and guesses[0].field in openness and guesses[0].score >= SURE_FROM for guesses in ranked
    )
    has_items = any(
        guesses and guesses[0].field.startswith("item.") and guesses[0].score >= SURE_FROM for guesses in ranked
    )
    for place, guesses in enumerate(ranked):
        profile = found[place]
        if guesses and guesses[0].field == "openCondition" and not says_openness:
            ranked[place] = _condition_or_type(guesses[0], profile)
        if (
            has_items
            and any(guess.field == "item.dataType" for guess in guesses)
            and leaf(headers[place]) in ("数据类型", "类型")
        ):
            ranked[place] = [_weigh(_Guess("item.dataType", 0.92, "与信息项同表 beside the items"), profile)]
        if has_items and any(guess.field == "item.name" for guess in guesses) and guesses[0].field == "theme":
            ranked[place] = [_weigh(_Guess("item.name", 0.9, "与信息项同表 beside the items"), profile)]


def _condition_or_type(guess: _Guess, profile: Profile) -> list[_Guess]:
    """开放条件 alone: where it holds a few short words, it is the only statement of openness, so the open type."""
    few = not profile.texts or profile.mean_length <= 30 or (profiles.support("openType", profile) or 0) > 0.5  # noqa: PLR2004
    if few and not profile.typed:
        alone = _Guess(
            "openType", min(0.88, guess.most), "唯一说明开放属性的列 the only column on openness", most=guess.most
        )
        is_known = bool(profiles.support("openType", profile))
        return [_weigh(alone, profile) if is_known else alone, replace(guess, score=0.6)]
    return [replace(guess, score=min(guess.score, 0.7)), _Guess("openType", 0.6, "开放 open")]


def _alone(header: str, guesses: Sequence[_Guess], profile: Profile) -> Column:
    if not guesses or guesses[0].score < ASK_FROM:
        return _from_values(header, guesses, profile)
    first = guesses[0]
    second = guesses[1].score if len(guesses) > 1 else 0.0
    if first.score >= SURE_FROM and first.score - second >= _CLEAR_LEAD:
        return Column(header, first.field, round(first.score, 2), "SURE", first.why)
    why = first.why if first.score < SURE_FROM else f"{first.why}; 也可能 or: {guesses[1].field}"
    if not profile.texts and first.score < SURE_FROM:
        return Column(header, None, round(1 - first.score, 2), "KEPT", f"{first.why}; 全列无值 no values")
    return Column(header, first.field, round(min(first.score, SURE_FROM - 0.01), 2), "ASK", why)


def _from_values(header: str, guesses: Sequence[_Guess], profile: Profile) -> Column:
    concepts, _ = words.cut(header)
    if profile.texts and "OTHER" not in concepts and not guesses:
        for field in profiles.BY_VALUES_ALONE:
            backing = profiles.support(field, profile)
            if backing is not None and backing >= 0.9 and not (field == "landingPage" and profile.distinct < 0.9):  # noqa: PLR2004
                return Column(header, field, 0.6, "ASK", f"只有值像 only the values look like it: {backing:.0%}")
    return Column(header, None, 0.9 if not guesses else 0.6, "KEPT", "不认识的列, 原样保留 unknown, kept as it is")


def _settle(
    decided: list[Column], ranked: list[list[_Guess]], found: list[Profile], fixed: frozenset[int]
) -> list[Column]:
    """Two columns for one field: the better one keeps it where it clearly is, else both are asked."""
    for field in sorted({column.field for column in decided if column.field}):
        if field in fields.LISTS:
            rivals = [n for n, column in enumerate(decided) if column.field == field and column.decision == "ASK"]
            if any(column.field == field and column.decision == "SURE" for column in decided):
                for n in rivals:
                    if not ranked[n] and n not in fixed:
                        decided[n] = replace(
                            decided[n], field=None, decision="KEPT", why="另有一列 another column is it"
                        )
            continue
        sure = [n for n, column in enumerate(decided) if column.field == field and column.decision == "SURE"]
        asked = [
            n
            for n, column in enumerate(decided)
            if column.field == field and column.decision == "ASK" and n not in fixed
        ]
        sure = _contest(decided, ranked, found, fixed, sure)
        if not sure:
            continue
        for n in asked:
            others = [g for g in ranked[n][1:] if g.score >= ASK_FROM and not any(c.field == g.field for c in decided)]
            if others:
                decided[n] = replace(decided[n], field=others[0].field, why=others[0].why)
            elif not ranked[n] or ranked[n][0].named < SURE_FROM:
                decided[n] = replace(
                    decided[n],
                    field=None,
                    decision="KEPT",
                    why=f"“{decided[sure[0]].header}”已是 {field}: another column is it",
                )
    return decided


def _contest(
    decided: list[Column], ranked: list[list[_Guess]], found: list[Profile], fixed: frozenset[int], sure: list[int]
) -> list[int]:
    """Leave one winner among the columns sure of one field, or none and all asked. The winners."""
    if len(sure) <= 1:
        return sure
    field = decided[sure[0]].field or ""
    said = [n for n in sure if n in fixed]
    if len(said) > 1:
        names = ", ".join(decided[n].header for n in said)
        raise BadInput(
            f"--map: {names} 都指定为 {field} are all said to be {field}.", "每个字段只能一列 one column a field"
        )
    weak = fields.WEAK.get(field, frozenset())
    strong = [n for n in sure if n in fixed or not (ranked[n] and ranked[n][0].concepts & weak)]
    winners = said or (strong if len(strong) == 1 else sure)
    losers = [n for n in sure if n not in winners]
    filled = [n for n in winners if found[n].texts]
    for n in losers:
        decided[n] = replace(
            decided[n], field=None, decision="KEPT", why=f"“{decided[winners[0]].header}”更确切 says {field} better"
        )
    if len(winners) == 1:
        return winners
    names = "、".join(decided[n].header for n in winners)
    for n in winners:
        if filled and n not in filled:
            decided[n] = replace(decided[n], why=f"{decided[n].why}; 全列无值 no values")
        else:
            decided[n] = replace(
                decided[n],
                decision="ASK",
                confidence=0.6,
                why=f"{names} 都像 {field}: several columns look like it; {decided[n].why}",
            )
    return []


def _by_elimination(
    decided: list[Column], ranked: list[list[_Guess]], found: list[Profile], fixed: frozenset[int]
) -> list[Column]:
    """Where no column is the name: the one whose header says name and whose values read like titles."""
    if any(column.field == "name" and column.decision != "KEPT" for column in decided):
        return decided
    claimed = [
        n
        for n, column in enumerate(decided)
        if n not in fixed
        and column.decision != "SURE"
        and found[n].is_title_like
        and {"NAME", "TITLE"} & set(words.cut(column.header)[0])
    ]
    said, rest = words.cut(decided[claimed[0]].header) if len(claimed) == 1 else ((), "")
    if len(claimed) == 1 and "OTHER" not in said and not rest:
        n = claimed[0]
        decided[n] = Column(
            decided[n].header,
            "name",
            0.84,
            "SURE",
            "表头说名称, 值如标题, 别无他列 header says name, values read like titles, no other column does",
        )
        return decided
    for n in claimed:
        decided[n] = Column(decided[n].header, "name", 0.6, "ASK", "像名称, 但不确定 looks like the name, not surely")
    if not claimed and not any(column.field == "item.name" for column in decided):
        likely = [
            n
            for n, c in enumerate(decided)
            if c.decision == "KEPT" and n not in fixed and found[n].is_title_like and not ranked[n]
        ]
        if likely:
            n = max(likely, key=lambda place: found[place].distinct)
            decided[n] = Column(
                decided[n].header,
                "name",
                0.55,
                "ASK",
                "没有名称列, 此列的值最像 no column is the name; its values look most like it",
            )
    return decided


def _without_items(decided: list[Column], fixed: frozenset[int]) -> list[Column]:
    """Where no column is the items' name there are no items: what would be said of them is kept with the resource."""
    if any(column.field == "item.name" for column in decided):
        return decided
    for n, column in enumerate(decided):
        if column.field in fields.ITEM_FIELDS and n in fixed:
            raise BadInput(
                f"--map {column.header}={column.field}: 没有信息项名称这一列 no column is the items' name.",
                f"--map HEADER=item.name, 或留空则原样保留 or --map {column.header}= keeps the column",
            )
        if column.field in fields.ITEM_FIELDS:
            why = f"{column.why}; 但没有信息项名称 but no column is the items' name"
            decided[n] = replace(column, field=None, decision="KEPT", why=why)
    return decided
