"""Where a file comes from, as far as it says so itself: the host of its pages, the region that its names begin with."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.imports.values import host_of

_DOMINANT = 0.9
_ENOUGH = 0.3
_FEWEST = 5
_LONGEST_PATH = 200
_LEVEL_WORDS = {"省": "PROVINCE", "市": "CITY", "县": "COUNTY", "区": "COUNTY", "州": "CITY"}
_PEOPLES = (
    "土家族|布依族|哈尼族|傈僳族|景颇族|哈萨克|柯尔克孜|蒙古族|朝鲜族|拉祜族|苗族|侗族|藏族|羌族|彝族|傣族|白族|壮族|回族|满族|瑶族|黎族|畲族|"
    "水族|佤族|土族|怒族|独龙族|仡佬族|仫佬族|毛南族|保安族|东乡族|撒拉族|裕固族|蒙古|各族|锡伯|塔吉克"
)
_SHORT = re.compile(rf"(.+?)(?:{_PEOPLES})+自治([州县旗])")


@dataclass(frozen=True, slots=True)
class RegionName:
    """A region of the graph: code, name and level (NATION, PROVINCE, CITY, COUNTY, TOWN)."""

    code: str
    name: str
    level: str = ""


def source_in(pages: Iterable[str]) -> str | None:
    """The host that at least nine of ten pages share, or None."""
    hosts = Counter(host for page in pages if (host := host_of(page)))
    if not hosts:
        return None
    host, count = hosts.most_common(1)[0]
    return host if count >= _DOMINANT * hosts.total() else None


def region_in(providers: Sequence[str], titles: Sequence[str], regions: Iterable[RegionName]) -> str | None:
    """The code of the one region that the departments, else the titles, begin with; None where it is not clear.

    A name counts for its region and all above it. Nine of ten counted names must agree on a region, at least three of
    ten names must count, and `省…`, `市…` in front of the others must not speak of another level.
    """
    known = _Names(regions)
    levels = Counter(_LEVEL_WORDS[text[0]] for text in providers if text[:1] in _LEVEL_WORDS)
    for texts in (providers, titles):
        found = [code for text in texts if (code := known.begins(text[:_LONGEST_PATH].lstrip("【[ ")))]
        if len(found) < max(_FEWEST, _ENOUGH * len(texts)):
            continue
        code = _common(found)
        if code not in known:
            return None
        if not levels or known.level(code) in (levels.most_common(1)[0][0], ""):
            return code
        if levels.total() < 0.2 * len(providers):
            return code
        return None
    return None


def _common(codes: Sequence[str]) -> str:
    """The deepest region that nine of ten codes lie in; "" where there is none."""
    for digits in (6, 4, 2):
        prefix, count = Counter(code[:digits] for code in codes).most_common(1)[0]
        if count >= _DOMINANT * len(codes):
            return prefix.ljust(6, "0")
    return ""


class _Names:
    """The regions' names, those that name one region only, by their first two characters."""

    def __init__(self, regions: Iterable[RegionName]) -> None:
        self._levels: dict[str, str] = {}
        codes: defaultdict[str, set[str]] = defaultdict(set)
        for region in regions:
            if not re.fullmatch(r"\d{6}", region.code):
                continue
            self._levels[region.code] = region.level
            codes[region.name].add(region.code)
            if short := _SHORT.fullmatch(region.name):
                codes[short[1] + short[2]].add(region.code)
        self._by_start: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for name, found in codes.items():
            if len(name) > 1:
                self._by_start[name[:2]].append((name, frozenset(found)))
        for entries in self._by_start.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def __contains__(self, code: str) -> bool:
        return code in self._levels

    def level(self, code: str) -> str:
        return self._levels.get(code, "")

    def begins(self, text: str, within: str = "") -> str | None:
        """The deepest region that a text begins with, names of regions in a row read as a path."""
        for name, codes in self._by_start.get(text[:2], ()):
            if text.startswith(name):
                fitting = [code for code in codes if code.startswith(within)]
                if len(fitting) == 1:
                    code = fitting[0]
                    deeper = self.begins(text[len(name) :].lstrip("】]-—_ "), code[: 2 if code.endswith("0000") else 4])
                    return deeper or code
        return None
