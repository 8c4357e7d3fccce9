"""Ids: `Kind:key`, stable, readable, and the same whatever the order of rows and files."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

import msgspec

from graph.imports.kept import kept

_SPACES = re.compile(r"\s+")
_BESIDE_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) | (?=[\u3000-\u9fff\uff00-\uffef])")
_BRACKETED = re.compile(r"[【\[](.{2,20}?)[】\]](.+)")
_DASHED = re.compile(r"(.{2,12}?(?:省|市|区|县|州|盟|旗))[-—–－_](.+)")


@kept(100_000)
def normalised(name: str) -> str:
    """A name as keys compare it: NFKC, no control characters, spaces only between Latin words."""
    text = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c)[0] != "C" or c.isspace())
    return _BESIDE_CHINESE.sub("", _SPACES.sub(" ", text).strip())


LONGEST = {"name": 1500, "provider": 750, "resourceCode": 750, "landingPage": 2000}
"""In bytes: ids and sort keys are made of these, and the engine indexes no key of more than 8,160."""


def is_too_long(field: str, value: str) -> bool:
    """Whether no key can be made of what a field says."""
    longest = LONGEST.get(field)
    return longest is not None and (len(value.encode()) > longest or len(normalised(value).encode()) > longest)


@kept(20_000)
def department_name(raw: str) -> str:
    """A department's name without the place that a portal put in front of it a second time.

    `【台州市】台州市统计局` and `台州市-台州市统计局` are 台州市统计局; a place that is not said again stays.
    """
    text = _BESIDE_CHINESE.sub("", _SPACES.sub(" ", raw)).strip()
    for pattern in (_BRACKETED, _DASHED):
        if (found := pattern.fullmatch(text)) and found[2].startswith(found[1]):
            return found[2]
    return text


def content_hash(content: Mapping[str, object]) -> str:
    """32 hexadecimal digits that two contents share only when they are equal."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]


def department_id(region: str, name: str) -> str:
    """`Department:<region code>/<normalised name>`."""
    return f"Department:{region}/{normalised(name)}"


def element_id(item_name: str) -> str:
    """`DataElement:<normalised name>`."""
    return f"DataElement:{normalised(item_name)}"


def resource_ids(region: str, source: str, said: Mapping[str, object]) -> tuple[str, ...]:
    """The ids that a resource can go by, the one it has first: by code, by page, by provider and name."""
    code, page, name = said.get("resourceCode"), said.get("landingPage"), said.get("name")
    provider = department_name(str(said.get("provider") or ""))
    ids: list[str] = []
    if code:
        ids.append(f"Resource:{region}/{code}")
    if page:
        ids.append(f"Resource:{source}/{page}")
    if name:
        ids.append(f"Resource:{source}/{normalised(provider)}/{normalised(str(name))}")
    return tuple(ids)


def item_id(resource_id: str, suffix: str) -> str:
    """`DataItem:<resource key>/<suffix>`, the suffix being the normalised name, told apart where it repeats."""
    return f"DataItem:{resource_id.removeprefix('Resource:')}/{suffix}"
