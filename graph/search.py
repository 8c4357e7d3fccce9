"""Search, Chinese and English: the full-text index proposes, what may be seen stays, rank is from row and query alone.

Lucene's own scores depend on how many rows hold a word, the invisible ones too, so they are not used. Characters of other
widths (ｔａｘ) are the same everywhere: texts are compared in NFKC, as the index holds them.
"""

import re
import unicodedata
from typing import Annotated, Any, LiteralString

from graph.computed import NAMED, Columns, Nodes
from graph.errors import BadInput
from graph.questions import Asked, Doc, Page, each, place, question
from graph.selection import pages, wants_total
from graph.sorting import BETWEEN
from graph.statement import Composer
from graph.words import Kind

MAX_TEXT = 200
MAX_TERMS = 10
AROUND = 30
FIELDS = (
    "name", "abstract", "keywords", "formerNames", "functions", "summary",
    "description", "definition", "quote", "text", "code", "resourceCode",
)  # fmt: skip

# An exact name is best, then a name that starts with the text, then one that holds it, then one that holds every term;
# among equals the shorter name, which the text says more of.
HITS: LiteralString = """
CALL db.index.fulltext.queryNodes('found_by_text', $query) YIELD node AS n
WITH n WHERE <visible>
WITH n, toLower(normalize(n.name, NFKC)) AS name
WITH n, 1000 * CASE
    WHEN name = $whole THEN 9
    WHEN name STARTS WITH $whole THEN 8
    WHEN name CONTAINS $whole THEN 7
    WHEN all(term IN $terms WHERE name CONTAINS term) THEN 6
    WHEN any(word IN coalesce(n.keywords, []) WHERE toLower(normalize(word, NFKC)) = $whole) THEN 5
    WHEN any(term IN $terms WHERE name CONTAINS term) THEN 4
    ELSE 3 END - CASE WHEN size(name) < 999 THEN size(name) ELSE 999 END AS rank
"""
FOUND: LiteralString = """
CALL () {
<hits>
WITH n, rank WHERE <after>
WITH n, rank ORDER BY rank DESC, n.id LIMIT $first + 1
RETURN collect([rank, n.id, [<texts>], <columns>]) AS rows }
RETURN rows, <total> AS total
"""
BEYOND: LiteralString = "rank < $rank OR (rank = $rank AND n.id > $id)"
TEXTS: LiteralString = """n.name, n.abstract, n.keywords, n.formerNames, n.functions, n.summary,
  n.description, n.definition, n.quote, n.text, n.code, n.resourceCode"""
TOTAL: LiteralString = "COUNT { <hits> RETURN n }"


@question("检索 What holds this text, best first.", Page("SearchHit"), required=True)
async def search(
    asked: Asked,
    *,
    text: Annotated[str, Doc("检索词 Words in Chinese or English; all must be found.")],
    kinds: Annotated[list[Kind] | None, Doc("实体类别 Only things of these kinds; default: all.")] = None,
    first: Annotated[int, Doc("前几条 How many from the start.")] = 20,
    after: Annotated[str | None, Doc("起始游标 The cursor to start after.")] = None,
) -> Any:
    """A page of hits as `[rows, totalCount]`; BadInput for no words, too many, or a cursor from elsewhere."""
    terms = unicodedata.normalize("NFKC", text).lower().split()
    if not terms or len(text) > MAX_TEXT or len(terms) > MAX_TERMS:
        raise BadInput("The search has no words, or too many.", f"Give 1 to {MAX_TERMS} words, {MAX_TEXT} characters.")
    wanted = NAMED if kinds is None else {kind.value for kind in kinds}
    labels: tuple[LiteralString, ...] = tuple(name for name in NAMED if name in wanted)
    if not labels:
        return [[], 0]
    named = Nodes("[n]", labels, is_interface=True)
    columns = Columns(asked.selection, "SearchHit", {"SearchHit.node": named})
    rank, node = position(after)

    def compose(composer: Composer) -> LiteralString:
        allowed: list[LiteralString] = ["(n:" + name + " AND " + composer.visible(name, "n") + ")" for name in labels]
        hits = HITS.replace("<visible>", "(" + " OR ".join(allowed) + ")")
        total = TOTAL.replace("<hits>", hits) if wants_total(asked.selection, "SearchHit") else "null"
        found = FOUND.replace("<hits>", hits).replace("<total>", total).replace("<texts>", TEXTS)
        found = found.replace("<after>", BEYOND if after is not None else "true")
        return found.replace("<columns>", columns.compose(composer))

    parameters: dict[str, Any] = {
        "query": lucene(terms),
        "whole": " ".join(terms),
        "terms": terms,
        "rank": rank,
        "id": node,
    }
    columns_found = await asked.read(compose, variant=labels, first=first, **parameters)
    if columns_found is None:
        return [[], 0]
    rows: list[Any] = []
    for found_rank, identity, texts, nodes in columns_found[0]:
        matched = matches(terms, dict(zip(FIELDS, texts, strict=True)))
        facts = {"node": columns.get(nodes), "rank": found_rank, "matched": each("Match", matched)}
        cursor = f"{found_rank}{BETWEEN}{identity}"
        rows.append([cursor, *(place(page, "SearchHit", facts) for page in pages(asked.selection, "SearchHit"))])
    return [rows, columns_found[1]]


def position(after: str | None) -> tuple[int, str]:
    """The rank and the id in a cursor; BadInput if it is none of ours."""
    if after is None:
        return 0, ""
    rank, found, node = after.partition(BETWEEN)
    if not found or not re.fullmatch(r"-?\d{1,6}", rank):
        raise BadInput("The cursor is not from a search.", "Take it from `pageInfo` or `edges` of the page before.")
    return int(rank), node


def lucene(terms: list[str]) -> str:
    """The terms as a Lucene query: every one must occur, as a phrase or inside a word.

    The index holds Chinese as pairs of characters, so that a phrase finds any two or more in a row; other words it holds
    whole (`historic_landmarks`), so a part of one is looked for with wildcards.
    """
    parts: list[str] = []
    for term in terms:
        quoted = re.sub(r'(["\\])', r"\\\1", term)
        escaped = re.sub(r'([+\-&|!(){}\[\]^"~*?:\\/])', r"\\\1", term)
        parts.append(f'("{quoted}" OR *{escaped}*)' if len(term) == 1 or term.isascii() else f'"{quoted}"')
    return " AND ".join(parts)


def matches(terms: list[str], texts: dict[str, str | list[str] | None]) -> list[dict[str, str]]:
    """The fields in which a term stands, each with its text, shortened around the first hit."""
    found: list[dict[str, str]] = []
    for name, value in texts.items():
        text = "、".join(value) if isinstance(value, list) else value or ""
        plain = unicodedata.normalize("NFKC", text)
        places = [place for term in terms if (place := plain.lower().find(term)) >= 0]
        if places:
            # As it is written, where the places are the same in it.
            text = text if len(text) == len(plain) else plain
            start, end = max(0, min(places) - AROUND), min(places) + 2 * AROUND
            short = ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
            found.append({"field": name, "text": short})
    return found
