"""Which systems stand alone: those that exchange with none, and groups that reach no sharing platform."""

from typing import Annotated, Any, LiteralString

from graph import basis
from graph.computed import Columns, Nodes
from graph.questions import Asked, Doc, Page, place, question
from graph.record import Id
from graph.selection import pages, wants_total
from graph.settled import INSTANT
from graph.statement import Composer
from graph.verdicts import Parameter, standing_alone
from graph.words import IslandKind, Scope

# Only systems in use stand alone, and only those connect. A group is listed once, under its first system by name.
ISLANDS: LiteralString = """
MATCH (s:System)
WHERE <after> AND s.status = 'IN_USE' AND NOT coalesce(s.kind = 'PLATFORM', false) AND <visible s> AND <within>
  AND NOT EXISTS {
    MATCH (s) ((x:System WHERE <use x>)-[e:EXCHANGES_WITH WHERE <e>]-(y:System WHERE <use y>)){1,30}
      (p:System {kind: 'PLATFORM'}) }
WITH s, [s] + COLLECT {
    MATCH (s) ((x:System WHERE <use x>)-[e:EXCHANGES_WITH WHERE <e>]-(y:System WHERE <use y>)){1,30} (t)
    RETURN DISTINCT t } AS reached
WHERE all(t IN reached WHERE t.sortName >= s.sortName)
"""
LIST: LiteralString = """
CALL () {
<islands>
WITH s, reached ORDER BY s.sortName LIMIT $first + 1
CALL (s, reached) {
  UNWIND reached AS t WITH DISTINCT t ORDER BY t.sortName
  RETURN collect(t) AS systems, collect(t.standaloneBasis) AS bases, collect([t.name, t.standaloneBasis]) AS facts }
WITH s, systems, bases, facts, COLLECT {
  UNWIND systems AS t MATCH (t)<-[o:OPERATES WHERE <o>]-(d:Department) WHERE <visible d>
  WITH DISTINCT d ORDER BY d.id RETURN d } AS departments
CALL (*) {
  WITH *, head(COLLECT {
    MATCH (s)<-[o:OPERATES WHERE <o>]-(d:Department)-[l:LOCATED_IN WHERE <l>]->(a:Region) WHERE <visible d>
    RETURN a ORDER BY d.id }) AS r
  <applying>
  RETURN regime, parameter, rules }
RETURN collect([s.sortName, facts, parameter, [d IN departments | d.name], <columns>]) AS rows }
RETURN rows, <total> AS total, <instant> AS asOf
"""
TOTAL: LiteralString = "COUNT { <islands> RETURN s }"
IN_USE: LiteralString = "({t}.status = 'IN_USE' AND {visible})"
WITHIN: LiteralString = """EXISTS {
  MATCH (s)<-[o:OPERATES WHERE <o>]-(d:Department WHERE <visible d>)-[l:LOCATED_IN WHERE <l>]->(a:Region)
  WHERE EXISTS { MATCH (a)-[:WITHIN*0..6]->(:Region {id: $region}) } }"""
SOURCES = basis.SOURCES | {
    "Island.systems": Nodes("systems", ("System",), is_one=False),
    "Island.departments": Nodes("departments", ("Department",), is_one=False),
}
EDGES: tuple[LiteralString, ...] = ("e", "l", "o")


@question("信息孤岛 Which systems in use stand alone.", Page("Island"), required=True)
async def islands(
    asked: Asked,
    *,
    region: Annotated[Id | None, Doc("行政区划 Only in this region and what lies in it.")] = None,
    first: Annotated[int, Doc("前几条 How many from the start.")] = 20,
    after: Annotated[str | None, Doc("起始游标 The cursor to start after.")] = None,
) -> Any:
    """A page of islands as `[rows, totalCount]`, by the name of their first system."""
    columns = Columns(asked.selection, "Island", SOURCES)

    def compose(composer: Composer) -> LiteralString:
        found = ISLANDS.replace("<within>", WITHIN if region is not None else "true")
        total = TOTAL.replace("<islands>", found.replace("<after>", "true"))
        listed = LIST.replace(
            "<islands>",
            found.replace("<after>", "s.sortName > $after" if after is not None else "s.sortName IS NOT NULL"),
        )
        listed = listed.replace("<total>", total if wants_total(asked.selection, "Island") else "null")
        listed = listed.replace("<applying>", basis.applying(composer, "'exchange.joinPlatform'"))
        for hole in ("x", "y"):
            listed = listed.replace(
                "<use " + hole + ">", IN_USE.replace("{t}", hole).replace("{visible}", composer.visible("System", hole))
            )
        for hole in EDGES:
            listed = listed.replace("<" + hole + ">", composer.holds(hole))
        listed = listed.replace("<visible s>", composer.visible("System", "s")).replace(
            "<visible d>", composer.visible("Department", "d")
        )
        return listed.replace("<instant>", INSTANT).replace("<columns>", columns.compose(composer))

    sight = await asked.see()
    found = await asked.read(compose, region=region, first=first, after=after)
    if found is None:
        return [[], 0]
    rows: list[Any] = []
    for key, systems, parameter, departments, nodes in found[0]:
        node = columns.get(nodes)
        verdict = standing_alone(Parameter.of(parameter), [standalone for _, standalone in systems])
        facts = [as_seen(fact, sight.scope) for fact in sentences(systems, departments)]
        values = {
            "kind": IslandKind.NO_EXCHANGE if len(systems) == 1 else IslandKind.CUT_OFF_GROUP,
            "systems": node,
            "departments": node,
            "reason": as_seen(reason([name for name, _ in systems]), sight.scope),
            "basis": basis.basis(verdict, facts, node, asked.today, found[2], sight),
        }
        rows.append([key, *(place(page, "Island", values) for page in pages(asked.selection, "Island"))])
    return [rows, found[1]]


def as_seen(sentence: str, scope: Scope) -> str:
    """A sentence that claims nothing of what was not seen."""
    return sentence if scope is Scope.WHOLE else f"就所见范围而言，{sentence}"


def reason(systems: list[str]) -> str:
    """Why systems count as an island."""
    if len(systems) == 1:
        return f"“{systems[0]}”与其他在用系统没有交换。"
    return f"{len(systems)}个系统只在彼此之间交换，到不了任何共享交换平台。"


def sentences(systems: list[list[Any]], departments: list[str]) -> list[str]:
    """The facts in words; a system is `[name, basis for standing alone]`."""
    alone = [f"“{name}”登记的独立建设依据：{standalone}。" for name, standalone in systems if standalone]
    names = "、".join(f"“{name}”" for name, _ in systems)
    return [f"{'、'.join(departments) or '未登记的部门'}运行{names}。", *alone]
