"""Who holds something: the departments that collect it, store it, were granted it, or received it by a flow."""

from datetime import date, datetime
from typing import Annotated, Any, LiteralString

from graph.computed import NAMED, Columns, Nodes
from graph.errors import BadInput
from graph.model import RECORDS
from graph.questions import Asked, Doc, Page, place, question
from graph.record import Id
from graph.selection import pages, wants_total
from graph.statement import Composer

# What is looked for when a resource, an item or an element is asked about: resources, and items.
TARGETS: dict[str, LiteralString] = {
    "Resource": """[a] AS resources,
  COLLECT { MATCH (a)-[h:HAS_ITEM WHERE <h>]->(i:DataItem) WHERE <visible i> RETURN DISTINCT i } AS items""",
    "DataItem": """COLLECT { MATCH (r:Resource)-[h:HAS_ITEM WHERE <h>]->(a) WHERE <visible r> RETURN DISTINCT r } AS resources,
  [a] AS items""",
    "DataElement": """COLLECT { MATCH (r:Resource)-[h:HAS_ITEM WHERE <h>]->(i:DataItem)-[m:MEANS WHERE <m>]->(a)
    WHERE <visible r> AND <visible i> RETURN DISTINCT r } AS resources,
  COLLECT { MATCH (i:DataItem)-[m:MEANS WHERE <m>]->(a) WHERE <visible i> RETURN DISTINCT i } AS items""",
}
# Copies are followed from what was asked about: resources from a resource, items from an item or an element.
COPIES: dict[str, LiteralString] = {
    "Resource": """UNWIND resources AS of
  MATCH (of) ((x:Resource)-[f:FLOWS_TO WHERE <f>]->(y:Resource WHERE <visible y>)){1,10} (copy)
  WITH of, collect(DISTINCT copy) AS copies, resources UNWIND copies AS copy
  WITH of, copies, copy, copy AS place WHERE NOT copy IN resources""",
    "DataItem": """UNWIND items AS of
  MATCH (of) ((x:DataItem)-[f:FLOWS_TO WHERE <f>]->(y:DataItem WHERE <visible y>)){1,10} (copy)
  WITH of, collect(DISTINCT copy) AS copies, items UNWIND copies AS copy
  WITH of, copies, copy WHERE NOT copy IN items
  MATCH (place:Resource)-[h:HAS_ITEM WHERE <h>]->(copy) WHERE <visible place>""",
}
# Each way of holding is listed once; a department that collects the same from citizens and by sharing has two.
FOUND: LiteralString = """
MATCH (a:<label> {id: $of}) WHERE <visible a>
CALL (a) {
WITH a, <targets>
CALL (resources, items) {
  UNWIND items AS of MATCH (d:Department)-[c:COLLECTS WHERE <c>]->(of) WHERE <visible d>
  RETURN DISTINCT d, of, 'COLLECTED' AS way, c.from AS kind, [] AS through, c.since AS since, c.until AS until, null AS grant
 UNION ALL
  UNWIND resources AS of
  MATCH (d:Department)-[o:OPERATES WHERE <o>]->(s:System)-[t:STORES WHERE <t>]->(of) WHERE <visible d> AND <visible s>
  RETURN DISTINCT d, of, 'STORED' AS way, null AS kind, [s] AS through, t.since AS since, t.until AS until, null AS grant
 UNION ALL
  UNWIND resources + items AS of
  MATCH (of)<-[o:OF WHERE <o>]-(g:Grant)-[t:TO WHERE <t>]->(d:Department) WHERE <visible d> AND <visible g>
  RETURN DISTINCT d, of, 'GRANTED' AS way, null AS kind, [] AS through, t.since AS since, t.until AS until, g.id AS grant
 UNION ALL
  <copies>
  CALL (of, copies, copy) {
    MATCH (copy)<-[f:FLOWS_TO WHERE <f>]-(x) WHERE x = of OR x IN copies
    RETURN min(f.since) AS since, max(f.until) AS until, count(f.until) AS ends, count(f) AS flows }
  WITH of, copy, place, since, CASE WHEN ends = flows THEN until END AS until
  CALL (copy, place) {
    MATCH (d:Department)-[p:PROVIDES WHERE <p>]->(place) WHERE <visible d>
    RETURN d, CASE WHEN copy = place THEN [copy] ELSE [copy, place] END AS through
   UNION
    MATCH (d:Department)-[o:OPERATES WHERE <o>]->(s:System)-[t:STORES WHERE <t>]->(place) WHERE <visible d> AND <visible s>
      AND NOT EXISTS { MATCH (d)-[p:PROVIDES WHERE <p>]->(place) }
    RETURN d, CASE WHEN copy = place THEN [copy, s] ELSE [copy, place, s] END AS through }
  RETURN DISTINCT d, of, 'FLOWED' AS way, null AS kind, through, since, until, null AS grant }
WITH resources, d, of, way, through, since, until, grant,
  way + '\\u0001' + d.id + '\\u0001' + of.id + '\\u0001' + coalesce(grant, '')
    + reduce(k = '', x IN through | k + '\\u0001' + x.id)
    + reduce(k = '', x IN [kind, since, until] | k + '\\u0001' + coalesce(toString(x), '')) AS key
WITH collect({d: d, of: of, way: way, through: through, since: since, until: until, grant: grant, key: key,
  resources: resources}) AS held
RETURN held }
CALL (a, held) {
UNWIND held AS h WITH a, h WHERE <after>
WITH a, h ORDER BY h.key LIMIT $first + 1
WITH a, h, h.d AS d, h.of AS of, h.through AS through, h.resources AS resources
RETURN collect([h.key, h.way, toString(h.since), toString(h.until), h.grant, <source>, <columns>]) AS rows }
RETURN rows, size(held) AS total
"""
AUTHORITY: LiteralString = """CASE
  WHEN EXISTS { MATCH (x:Department WHERE <visible x>)-[u:AUTHORITY_FOR WHERE <u>]-><element> WHERE EXISTS {
    MATCH (x)-[l:LOCATED_IN WHERE <l>]->(:Region)<-[:WITHIN*0..6]-(:Region)<-[k:LOCATED_IN WHERE <k>]-(d) } }
  THEN EXISTS { MATCH (d)-[u:AUTHORITY_FOR WHERE <u>]-><element> }
  ELSE EXISTS { MATCH (d)-[p:PROVIDES WHERE <p>]->(r) WHERE r IN resources } END"""
# The source of a resource provides it; that of a datum has the authority for it, or provides it where none is named.
SOURCE: dict[str, LiteralString] = {
    "Resource": "EXISTS { MATCH (d)-[p:PROVIDES WHERE <p>]->(a) }",
    "DataItem": AUTHORITY.replace("<element>", "(:DataElement)<-[m:MEANS WHERE <m>]-(a)"),
    "DataElement": AUTHORITY.replace("<element>", "(a)"),
}
HOLES: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("<c>", "c"), ("<f>", "f"), ("<h>", "h"), ("<k>", "k"), ("<l>", "l"), ("<m>", "m"), ("<o>", "o"), ("<p>", "p"),
    ("<t>", "t"), ("<u>", "u"),
)  # fmt: skip
SEEN: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("<visible i>", "DataItem", "i"),
    ("<visible r>", "Resource", "r"),
    ("<visible place>", "Resource", "place"),
    ("<visible d>", "Department", "d"),
    ("<visible s>", "System", "s"),
    ("<visible g>", "Grant", "g"),
    ("<visible x>", "Department", "x"),
)
SOURCES = {
    "Holding.department": Nodes("[d]", ("Department",)),
    "Holding.of": Nodes("[of]", NAMED, is_interface=True),
    "Holding.through": Nodes("through", NAMED, is_one=False, is_interface=True),
}


@question("持有者 Who holds something, and why; null: there is no such thing.", Page("Holding"))
async def holders(
    asked: Asked,
    *,
    of: Annotated[Id, Doc("对象 Id of a resource, a data item or a data element.")],
    on: Annotated[date | None, Doc("截至日期 As of this day in the world; default: today.")] = None,
    knownAt: Annotated[datetime | None, Doc("知悉时间 As the catalog knew it at this instant; default: now.")] = None,
    first: Annotated[int, Doc("前几条 How many from the start.")] = 100,
    after: Annotated[str | None, Doc("起始游标 The cursor to start after.")] = None,
) -> Any:
    """A page of holdings as `[rows, totalCount]`, or None when there is no such thing, or none that may be seen.

    BadInput for a kind of thing that is not held.
    """
    label = of.partition(":")[0]
    if label not in TARGETS:
        raise BadInput(f"{of!r} is nothing that is held.", "Ask for a `Resource:…`, `DataItem:…` or `DataElement:…`.")
    columns = Columns(asked.selection, "Holding", SOURCES)

    def compose(composer: Composer) -> LiteralString:
        text = FOUND.replace("<targets>", TARGETS[label]).replace("<source>", SOURCE[label])
        text = text.replace("<copies>", COPIES["Resource" if label == "Resource" else "DataItem"])
        text = text.replace("<after>", "h.key > $after" if after is not None else "true")
        return filled(composer, text, label).replace("<columns>", columns.compose(composer))

    found = await asked.read(compose, variant=label, on=on, known_at=knownAt, of=of, first=first, after=after)
    if found is None:
        return None
    rows: list[Any] = []
    for key, way, since, until, grant, is_source, nodes in found[0]:
        node = columns.get(nodes)
        facts = {"department": node, "of": node, "through": node, "way": way, "since": since, "until": until}
        facts |= {"grant": grant, "isSource": is_source}
        rows.append([key, *(place(page, "Holding", facts) for page in pages(asked.selection, "Holding"))])
    return [rows, found[1] if wants_total(asked.selection, "Holding") else None]


def filled(composer: Composer, text: LiteralString, label: str) -> LiteralString:
    """The statement with its clocks and permissions in place."""
    text = text.replace("<label>", RECORDS[label].name).replace("<visible a>", composer.visible(label, "a"))
    text = text.replace("<visible y>", composer.visible("Resource" if label == "Resource" else "DataItem", "y"))
    for hole, kind, variable in SEEN:
        text = text.replace(hole, composer.visible(kind, variable))
    for hole, edge in HOLES:
        text = text.replace(hole, composer.holds(edge))
    return text
