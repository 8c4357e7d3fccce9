"""The model's fields that a column can be, and which concepts of a header say so.

Sources: 发改高技〔2017〕1272号 (core metadata of a resource and its items), GB/T 21063.3, the portals' shared habits.
"""

from dataclasses import dataclass

COMMON = frozenset({"THING", "DATA", "OF"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A header whose concepts contain `needs` and nothing beyond `needs` and `takes` is `field`, as sure as `score`."""

    field: str
    score: float
    needs: frozenset[str]
    takes: frozenset[str]


def _p(field: str, score: float, needs: str, takes: str = "") -> Pattern:
    need = frozenset(needs.split())
    return Pattern(field, score, need, need | frozenset(takes.split()) | COMMON)


def _counts_no_things(field: str, score: float, needs: str, takes: str) -> Pattern:
    """As `_p`, but a number of resources is no number of records."""
    pattern = _p(field, score, needs, takes)
    return Pattern(field, score, pattern.needs, pattern.takes - {"THING"})


PATTERNS = (
    _p("name", 0.95, "TITLE", "NAME"),
    _p("name", 0.93, "NAME", "TITLE"),
    _p("name", 0.6, "THING"),
    _p("provider", 0.94, "PARTY", "GIVES NAME OPEN"),
    _p("provider", 0.9, "PARTY PUBLISH", "GIVES NAME OPEN"),
    _p("provider", 0.7, "PARTY CREATE", "GIVES NAME OPEN"),
    _p("provider", 0.85, "PARTY UPDATE", "GIVES NAME"),
    _p("provider", 0.62, "GIVES", "NAME"),
    _p("theme", 0.93, "THEME", "NAME KEY CLASS OPEN ATTR AREA"),
    _p("theme", 0.7, "AREA", "NAME KEY CLASS"),
    _p("theme", 0.74, "FIELD", "NAME CLASS"),
    _p("theme", 0.72, "CLASS", "NAME OPEN"),
    _p("industry", 0.94, "INDUSTRY", "NAME CLASS ATTR THEME KEY"),
    _p("classification", 0.6, "THING CLASS", "CODE"),
    _p("openType", 0.6, "SHARE OPEN ATTR", ""),
    _p("openType", 0.95, "OPEN ATTR", "NAME SOCIETY WHETHER"),
    _p("openType", 0.95, "OPEN MODE", "NAME SOCIETY ATTR"),
    _p("openType", 0.95, "OPEN WHETHER", "SOCIETY ATTR"),
    _p("openType", 0.8, "OPEN", "SOCIETY"),
    _p("openType", 0.85, "OPEN CLASS", "NAME SOCIETY"),
    _p("openCondition", 0.9, "OPEN COND", "ABSTRACT CONTENT"),
    _p("shareType", 0.95, "SHARE ATTR", "NAME"),
    _p("shareType", 0.8, "SHARE CLASS", "NAME"),
    _p("shareType", 0.82, "SHARE WHETHER"),
    _p("shareCondition", 0.95, "SHARE COND", "ABSTRACT CONTENT"),
    _p("shareModes", 0.95, "SHARE MODE", "ATTR CLASS"),
    _p("legalBasis", 0.88, "BASIS", "SHARE OPEN"),
    _p("publishedOn", 0.95, "PUBLISH TIME", "OPEN CREATE"),
    _p("publishedOn", 0.88, "CREATE TIME", ""),
    _p("publishedOn", 0.66, "OPEN TIME", ""),
    _p("publishedOn", 0.7, "LATEST PUBLISH TIME", "CREATE"),
    _p("publishedOn", 0.6, "PUBLISH", ""),
    _p("publishedOn", 0.55, "TIME", ""),
    _p("lastUpdatedAt", 0.95, "UPDATE TIME", "LATEST CONTENT"),
    _p("lastUpdatedAt", 0.9, "UPDATE LATEST", "TIME"),
    _p("lastUpdatedAt", 0.78, "LATEST TIME", ""),
    _p("lastUpdatedAt", 0.62, "UPDATE", ""),
    _p("lastUpdatedAt", 0.5, "TIME", ""),
    _p("updateCycle", 0.95, "UPDATE CYCLE", "NAME ATTR"),
    _p("updateCycle", 0.84, "CYCLE", "NAME ATTR"),
    _p("formats", 0.95, "FORMAT", "FILE ATTR NAME OPEN CLASS DOWNLOAD GIVES"),
    _p("formats", 0.84, "FILE ATTR", "OPEN"),
    _p("formats", 0.55, "DATA ATTR", "NAME"),
    _p("formats", 0.55, "THING ATTR", "NAME"),
    _p("formats", 0.5, "ATTR", "NAME"),
    _p("landingPage", 0.94, "URL", "PAGE GIVES ADDRESS OPEN"),
    _p("landingPage", 0.78, "PAGE ADDRESS", "URL"),
    _p("landingPage", 0.6, "ADDRESS", ""),
    _p("landingPage", 0.6, "PAGE", ""),
    _p("keywords", 0.95, "TAG", "NAME CLASS CONTENT LABEL"),
    _p("keywords", 0.85, "LABEL", "NAME CLASS CONTENT"),
    _p("abstract", 0.94, "ABSTRACT", "CONTENT REMARK"),
    _p("abstract", 0.82, "THING REMARK", "CONTENT"),
    _p("abstract", 0.82, "DATA REMARK", "CONTENT"),
    _p("abstract", 0.7, "REMARK", "CONTENT"),
    _p("abstract", 0.7, "CONTENT", ""),
    _p("contactPhone", 0.94, "PHONE", "PARTY CONTACT GIVES PERSON MODE"),
    _p("contactPhone", 0.82, "CONTACT MODE", "PARTY GIVES PERSON"),
    _p("contactPhone", 0.5, "CONTACT", "PARTY GIVES"),
    _p("contactEmail", 0.94, "EMAIL", "PARTY CONTACT GIVES PERSON ADDRESS"),
    _p("contactEmail", 0.5, "CONTACT MODE", "PARTY GIVES PERSON"),
    _p("recordCount", 0.93, "COUNT", "SIZE AMOUNT"),
    _counts_no_things("recordCount", 0.9, "DATA AMOUNT", "SIZE"),
    _counts_no_things("recordCount", 0.62, "AMOUNT", ""),
    _p("recordCount", 0.85, "DATA SIZE", ""),
    _p("recordCount", 0.55, "SIZE", ""),
    _p("resourceCode", 0.95, "THING CODE", ""),
    _p("resourceCode", 0.55, "CODE", ""),
    _p("resourceCode", 0.49, "ID", "CODE"),
    _p("secrecy", 0.93, "SECRET", "ATTR WHETHER SAFETY"),
    _p("securityLevel", 0.84, "SAFETY ATTR", "CLASS"),
    _p("securityLevel", 0.7, "SAFETY", "CLASS"),
    _p("item.name", 0.95, "ITEM NAME", "TITLE"),
    _p("item.name", 0.93, "ITEM TITLE", "NAME"),
    _p("item.name", 0.84, "ITEM", ""),
    _p("item.name", 0.74, "FIELD NAME", "NAME"),
    _p("item.position", 0.93, "ITEM NUMBER", ""),
    _p("item.position", 0.9, "FIELD NUMBER", ""),
    _p("item.dataType", 0.95, "ITEM ATTR", "NAME"),
    _p("item.dataType", 0.9, "FIELD ATTR", "NAME"),
    _p("item.dataType", 0.6, "DATA ATTR", ""),
    _p("item.length", 0.9, "LENGTH", "ITEM FIELD"),
    _p("item.description", 0.94, "ITEM ABSTRACT", "CONTENT REMARK"),
    _p("item.description", 0.9, "ITEM REMARK", "CONTENT"),
    _p("item.description", 0.9, "FIELD ABSTRACT", "CONTENT"),
)
"""How a header's concepts speak for a field. Scores: 0.8 and more is enough by itself; less waits for the values."""

WHOLE = {
    "类": "classification",
    "项": "classification",
    "目": "classification",
    "细目": "classification",
    "信息资源分类": "classification",
    "结构化信息记录总数": "recordCount",
    "行政区划": "region",
    "所属行政区划": "region",
    "所属地区": "region",
}
"""Headers of the national template that no cutting into words explains."""

LISTS = frozenset({"formats", "keywords", "shareModes", "classification"})
"""Fields that several columns may fill together."""

ITEM_FIELDS = ("item.name", "item.position", "item.dataType", "item.length", "item.description")
REFERENCE_FIELDS = ("landingPage", "name", "provider", "resourceCode")
"""What is enough to say which resource an item belongs to."""

RESOURCE_FIELDS = (
    "name",
    "resourceCode",
    "provider",
    "classification",
    "abstract",
    "theme",
    "industry",
    "formats",
    "keywords",
    "landingPage",
    "shareType",
    "shareCondition",
    "shareModes",
    "legalBasis",
    "openType",
    "openCondition",
    "updateCycle",
    "publishedOn",
    "lastUpdatedAt",
    "contactPhone",
    "contactEmail",
    "recordCount",
    "secrecy",
    "securityLevel",
)
FIELDS = frozenset((*RESOURCE_FIELDS, *ITEM_FIELDS, "region"))

WEAK = {
    "publishedOn": frozenset({"CREATE", "OPEN", "LATEST"}),
    "recordCount": frozenset({"SIZE"}),
    "abstract": frozenset({"CONTENT", "REMARK"}),
}
"""Concepts that mean the field only where no column says it better: a created-at beside a published-at is another."""
