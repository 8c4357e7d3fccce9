"""What a column's values say about its field."""

import heapq
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from graph.imports import terms, values

OPEN_FLAG = "openType, whether"
"""openType under a header that asks whether, as 是否开放 does: 1 and 0 answer it."""
LABEL = "keywords, label"
"""keywords under label, which may as well be the title."""

SAMPLE = 3_000
"""How many values of a column of more than twice as many are looked at."""

_PARTY = re.compile(
    r"(?:局|厅|委|部|办|院|会|署|处|所|站|中心|公司|集团|银行|学校|大学|医院|团|馆|队|政府|法院|检察院|海关|分局|支队|总队|社|室|区|县|市|州|镇|乡|街道|旗|盟|协会|联|税务)"
    r"(?:[(（][^)）]*[)）])?$"
)
_PLACED = re.compile(r"(?!.*(?:信息|数据|目录|名录|名单|清单|情况|表)$).{0,8}[省市区县州盟旗].{2,12}")
"""A place and what is of it, as 开封市气象台 and 市红十字: a party, unless its end is that of a resource's title."""
_PARTY_WORDS = re.compile(
    r"\b(?:department|ministry|agency|office|bureau|council|commission|authority|administration|board|service|city|county"
    r"|university|institute|court|police)\b",
    re.IGNORECASE,
)
_CHARACTER_SETS = re.compile(
    r"(?i)utf-?(?:8|16|32)(?:-?sig|-?[lb]e)?|gbk|gb-?(?:2312|18030)|big5|ascii|ansi|unicode|iso-?8859-\d+"
)
_NATIONAL_CODE = re.compile(r"[123]\d{5}[0-9A-Za-z]*/[0-9A-Za-z]+")
"""分类码/顺序码 of a resource code (1272号)."""
_MANY = 20
_FEW, _SOME, _MOST, _NEARLY_ALL = 0.1, 0.3, 0.5, 0.75
_LONG_TEXT = 14
_END = 300
"""How much of a text, from the end that counts, is looked at for a word."""
_TITLE_LENGTHS = (3, 80)
_DATA_TYPES = re.compile(
    r"(?i)(?:.*型.*|varchar.*|char.*|nvarchar.*|string|text|int.*|bigint|number.*|decimal.*|float|double|date.*|time.*|bool.*|blob|clob|[cnydtlmgbif])$"
)


@dataclass(frozen=True)
class Profile:
    """A column's values without those that say nothing, as texts, and what share of them is what."""

    texts: Sequence[str]
    raw: Sequence[object] = field(repr=False)

    @classmethod
    def of(cls, column: Sequence[object]) -> "Profile":
        """Look at the values, of a long column at some that are the same in any order of its rows."""
        raw: list[object] = []
        texts: list[str] = []
        for value in column if len(column) < 2 * SAMPLE else _sample(column):
            text = cell_text(value)
            if text:
                raw.append(value)
                texts.append(text)
        return cls(texts, raw)

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of values that pass, each distinct text tested once."""
        return sum(n for text, n in self._counts.items() if test(text)) / max(1, len(self.texts))

    def distinct_share(self, test: Callable[[str], bool]) -> float:
        """The share of distinct values that pass."""
        return sum(map(test, self._counts)) / max(1, len(self._counts))

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.texts)

    @cached_property
    def distinct(self) -> float:
        """Distinct values among all, 1.0 where no two are the same."""
        return len(self._counts) / max(1, len(self.texts))

    @cached_property
    def mean_length(self) -> float:
        """Mean length of the distinct values."""
        return sum(map(len, self._counts)) / max(1, len(self._counts))

    @cached_property
    def dates(self) -> float:
        """The share that are dates."""
        return sum(map(values.is_date, self.raw)) / max(1, len(self.raw))

    @cached_property
    def numbers(self) -> float:
        """The share that are whole numbers."""
        return sum(values.parse_count(value) is not None for value in self.raw) / max(1, len(self.raw))

    @cached_property
    def urls(self) -> float:
        """The share that are web addresses."""
        return self.share(lambda text: values.parse_url(text) is not None)

    @cached_property
    def typed(self) -> bool:
        """Whether the values are dates, numbers, addresses: anything but words."""
        return max(self.dates, self.urls, self.share(values.is_email)) > _MOST or self.numbers > _NEARLY_ALL

    @cached_property
    def is_title_like(self) -> bool:
        """Mostly distinct words of a title's length."""
        shortest, longest = _TITLE_LENGTHS
        return not self.typed and self.distinct > _NEARLY_ALL and shortest < self.mean_length < longest


def _sample(column: Sequence[object]) -> list[object]:
    """SAMPLE of the values, as if drawn by lot: each is drawn by what it says and how many before it say the same."""
    seen: Counter[str] = Counter()
    lots: list[tuple[int, str, int]] = []
    for place, value in enumerate(column):
        said = cell_key(value)
        seen[said] += 1
        lots.append((zlib.crc32(f"{seen[said]}\0{said}".encode(errors="replace")), said, place))
    return [column[place] for _, _, place in heapq.nsmallest(SAMPLE, lots)]


def cell_text(value: object) -> str:
    """A cell as text, "" where it says nothing; a list as its members with `;` between."""
    if value is None:
        return ""
    if isinstance(value, str):
        return values.text_of(value)
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(cell_text, value)))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return values.text_of(str(value))


def cell_key(value: object) -> str:
    """What tells a cell from every other that says something else: the number 1 from the text `1`, too."""
    return value if isinstance(value, str) else f"\0{type(value).__name__}{value!r}"


def support(name: str, profile: Profile) -> float | None:
    """How far the values speak for a field, from 0 (against) to 1 (for); None where they say nothing."""
    if not profile.texts:
        return None
    rule = _SUPPORT.get(name)
    return rule(profile) if rule else None


def _words(profile: Profile) -> float | None:
    return 0.0 if profile.typed else None


def _open(profile: Profile) -> float | None:
    known = profile.share(lambda text: terms.open_type(text)[0] is not None)
    if known > _MOST:
        return known
    return 0.0 if not known or (profile.typed and profile.dates + profile.urls > _MOST) else None


def _open_flag(profile: Profile) -> float | None:
    return 1.0 if profile.share(lambda text: text in ("0", "1")) > _NEARLY_ALL else _open(profile)


def _share(profile: Profile) -> float:
    return profile.share(lambda text: terms.share_type(text)[0] is not None)


def _beside_share_type(profile: Profile) -> float | None:
    """How and on which condition it is shared, which the share type itself does not say."""
    return 0.0 if profile.typed or _share(profile) > _MOST else None


def _is_list(text: str) -> bool:
    """Whether a text has several members; English words in a row are one."""
    return len(values.split_list(text)) > 1 and not (text.isascii() and re.search(r"[,;|\n]", text) is None)


def _label(profile: Profile) -> float | None:
    if profile.typed:
        return 0.0
    return 0.2 if profile.is_title_like and profile.share(_is_list) < _SOME else None


def _short_words(profile: Profile, known: float) -> float | None:
    if known > _SOME:
        return min(1.0, 0.5 + known / 2)
    if (
        profile.typed
        or (len(profile.texts) >= _MANY and profile.distinct > _MOST)
        or profile.mean_length > 2 * _LONG_TEXT
    ):
        return 0.0
    return 0.0 if profile.is_title_like and profile.mean_length > _LONG_TEXT else None


def _theme(profile: Profile) -> float | None:
    if profile.distinct_share(terms.is_industry) > _MOST:
        return 0.0
    return _short_words(profile, profile.share(terms.is_theme))


def _industry(profile: Profile) -> float | None:
    known = (profile.share(terms.is_industry) + profile.distinct_share(terms.is_industry)) / 2
    return _short_words(profile, known)


def _provider(profile: Profile) -> float | None:
    if profile.typed:
        return 0.0
    parties = profile.share(_is_party)
    return parties if parties > _MOST else (0.2 if parties < _FEW else None)


def _is_party(text: str) -> bool:
    return bool(_PARTY.search(text[-_END:]) or _PLACED.fullmatch(text) or _PARTY_WORDS.search(text[:_END]))


def _phone(profile: Profile) -> float:
    return profile.share(values.is_phone)


def _cycle(profile: Profile) -> float:
    return profile.share(lambda text: terms.update_cycle(text)[0] is not None)


def _formats(profile: Profile) -> float | None:
    known = profile.share(lambda text: any(map(terms.is_formats, values.split_list(text))) or terms.is_formats(text))
    if known > _SOME:
        return known
    return 0.0 if profile.dates > _MOST or profile.urls > _MOST or profile.mean_length > 2 * _LONG_TEXT else None


def _code(profile: Profile) -> float | None:
    if profile.dates > _MOST or profile.urls > _MOST or profile.share(_is_character_set) > _MOST:
        return 0.0
    if profile.share(lambda text: _NATIONAL_CODE.fullmatch(text) is not None) > _MOST:
        return 1.0
    return 0.0 if profile.share(lambda text: re.search("[\u4e00-\u9fff]", text) is not None) > _MOST else None


def _is_character_set(text: str) -> bool:
    return _CHARACTER_SETS.fullmatch(text) is not None


def _item_name(profile: Profile) -> float | None:
    if profile.typed:
        return 0.0
    return 0.2 if profile.share(_is_list) > _MOST else None


def _condition(profile: Profile) -> float | None:
    return 0.0 if profile.typed else None


def _not_dates(profile: Profile) -> float | None:
    return 0.0 if profile.dates > _MOST or profile.urls > _MOST else None


_SUPPORT: dict[str, Callable[[Profile], float | None]] = {
    "publishedOn": lambda p: p.dates,
    "lastUpdatedAt": lambda p: p.dates,
    "recordCount": lambda p: p.numbers if p.dates < _MOST else 0.0,
    "item.position": lambda p: p.numbers,
    "landingPage": lambda p: p.urls,
    "contactEmail": lambda p: p.share(values.is_email),
    "contactPhone": _phone,
    "openType": _open,
    OPEN_FLAG: _open_flag,
    "shareType": _share,
    "updateCycle": _cycle,
    "formats": _formats,
    "theme": _theme,
    "industry": _industry,
    "name": _words,
    "provider": _provider,
    "resourceCode": _code,
    "item.name": _item_name,
    "item.dataType": lambda p: p.share(lambda text: _DATA_TYPES.match(text[:_END]) is not None),
    "item.description": _words,
    "abstract": _words,
    "keywords": _words,
    LABEL: _label,
    "openCondition": _condition,
    "shareCondition": _beside_share_type,
    "legalBasis": _words,
    "shareModes": _beside_share_type,
    "secrecy": lambda p: p.share(lambda text: terms.secrecy(text) is not None),
    "classification": _not_dates,
}

BY_VALUES_ALONE = (
    "landingPage",
    "contactEmail",
    "contactPhone",
    "openType",
    "updateCycle",
    "formats",
    "industry",
    "theme",
    "provider",
)
"""The fields that values alone can suggest, most telling first; never enough to be sure."""
