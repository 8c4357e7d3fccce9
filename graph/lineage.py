"""Where something came from and where it went: breadth first, each node once, in one statement a direction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from operator import itemgetter
from typing import Annotated, Any, LiteralString

from graph.database import instant
from graph.errors import BadInput, TooSlow
from graph.model import RECORDS
from graph.questions import Asked, Doc, Put, columns, laid_out, one, place, question
from graph.record import Declared, Id
from graph.selection import Selection
from graph.settled import INSTANT, OPEN, OVERTAKEN
from graph.statement import Composer
from graph.words import CutReason, Direction, FlowOrigin

MAX_HOPS = 20
MAX_NODES = 10_000
MAX_FLOWS = 200_000
SECONDS = 10.0
VALUES_OF_A_FLOW = 10
"""To put a flow in its place takes as long as to lay out so many values of a list."""
FOLLOWED = ("Resource", "DataItem")
"""The kinds between which data flows."""

# One fragment for each bound, because Cypher wants it literal.
HOPS: tuple[LiteralString, ...] = (
    "{1,1}", "{1,1}", "{1,2}", "{1,3}", "{1,4}", "{1,5}", "{1,6}", "{1,7}", "{1,8}", "{1,9}", "{1,10}",
    "{1,11}", "{1,12}", "{1,13}", "{1,14}", "{1,15}", "{1,16}", "{1,17}", "{1,18}", "{1,19}", "{1,20}",
)  # fmt: skip

# The planner turns the inner MATCH into VarLengthExpand(Pruning,BFS): nearest first, each node once, so that LIMIT cuts by
# distance and ends the walk; a test holds the plan. Two nodes more than wanted are taken: the start may come back by a
# cycle, and one more says that there are more.
WALK: LiteralString = """
WITH <open> AS isOpen, <instant> AS asOf
MATCH (a:<label> {id: $of}) WHERE <visible a>
OPTIONAL CALL (a) {
  MATCH (a) ((x:<label>)-[e:FLOWS_TO WHERE <edge>]->(y:<label> WHERE <visible y>))<hops> (b)
  <cut> }
WITH isOpen, asOf, a, collect(b) AS reached
WITH isOpen, asOf, [a] + [b IN reached WHERE b <> a] AS found
WITH isOpen, asOf, found,
  COLLECT { UNWIND found AS x MATCH (x)-[e:FLOWS_TO WHERE <edge>]->(y:<label> WHERE <visible y>)
    RETURN [id(x), id(y), id(e)<columns>] LIMIT $flows } AS edges
WITH isOpen, asOf, edges, COLLECT { UNWIND found AS n0 RETURN [id(n0), n0.id<rows>] } AS nodes
RETURN nodes, edges, asOf, NOT isOpen AND NOT <overtaken> AS settled
"""

FIRST_FOUND: LiteralString = "RETURN DISTINCT b LIMIT $nodes + 2"
# When the first walk was cut inside a distance, which of its nodes came first is chance. Then this takes, beside the nodes
# of the complete distances ($inner), the first of the cut one by id.
FIRST_BY_ID: LiteralString = """WITH DISTINCT b, id(b) IN $inner AS isInner
  RETURN b ORDER BY isInner DESC, b.id LIMIT $nodes + 2"""

ORIGIN: LiteralString = " AND e.origin IN $origins"
COLUMNS: dict[str, LiteralString] = {
    "origin": "e.origin",
    "job": "e.job",
    "transformation": "e.transformation",
    "since": "toString(e.since)",
    "until": "toString(e.until)",
    "recordedAt": "toString(e.recordedAt)",
}


@dataclass(slots=True)
class Found:
    """What one walk found: each node `[number, id, row, …]` by its number, the start first; each edge with its columns.

    `is_late` when time allowed fewer hops than were asked for.
    """

    nodes: dict[int, list[Any]]
    edges: list[list[Any]]
    as_of: str
    settled: bool
    is_late: bool = False


@question("血缘 Where something came from and where it went; null: there is no such thing.", "Lineage")
async def lineage(
    asked: Asked,
    *,
    of: Annotated[Id, Doc("对象 Id of a resource or a data item.")],
    direction: Annotated[Direction, Doc("方向 Upstream, downstream or both.")],
    hops: Annotated[int, Doc("层数 How many hops at most, 1 to 20.")] = 5,
    nodes: Annotated[int, Doc("节点数 How many nodes at most in each direction, 1 to 10,000.")] = 1000,
    origins: Annotated[list[FlowOrigin] | None, Doc("流向来源 Only flows known in these ways; default: all.")] = None,
    on: Annotated[date | None, Doc("截至日期 As of this day in the world; default: today.")] = None,
    knownAt: Annotated[datetime | None, Doc("知悉时间 As the catalog knew it at this instant; default: now.")] = None,
) -> Any:
    """The lineage as a row, or None when there is no such node, or none that may be seen.

    Bounds above 20 hops or 10,000 nodes are taken as these. A cut by nodes takes whole distances as far as they fit, and of
    the last one the first by id; a cut by time takes fewer hops. BadInput for bounds below one, a kind of thing that data
    does not flow through, or more than 200,000 flows from and between the nodes.
    """
    record = RECORDS.get(of.partition(":")[0])
    if record is None or record.name not in FOLLOWED:
        raise BadInput(f"Data does not flow through {of!r}.", "Ask for a `Resource:…` or a `DataItem:…`.")
    if hops < 1 or nodes < 1:
        raise BadInput("A lineage has at least one hop and one node.", "Ask for `hops` and `nodes` from 1.")
    hops, nodes = min(hops, MAX_HOPS), min(nodes, MAX_NODES)
    ways = [Direction.UPSTREAM, Direction.DOWNSTREAM] if direction is Direction.BOTH else [direction]
    walk = Walk(asked, record, of, hops, nodes, origins, on, knownAt)
    reached: list[Found] = []
    for way in ways:
        if reached:
            # The second direction is asked as of the instant of the first, so that both know the same.
            walk.parameters["known_at"] = knownAt or instant(reached[0].as_of)
        walked = await walk.in_time(way)
        if walked is None:
            return None
        reached.append(walked)
    dates = {
        "on": (on or asked.today).isoformat(),
        "knownAt": knownAt.isoformat() if knownAt else reached[0].as_of,
    }

    def lay_out() -> list[Any]:
        return place(asked.selection, "Lineage", assemble(list(zip(ways, reached, strict=True)), walk) | dates)

    return await laid_out(VALUES_OF_A_FLOW * sum(len(found.edges) for found in reached), lay_out)


class Walk:
    """A lineage as it was asked for; each direction is a walk of its own."""

    def __init__(
        self,
        asked: Asked,
        record: Declared,
        of: str,
        hops: int,
        nodes: int,
        origins: list[FlowOrigin] | None,
        on: date | None,
        known_at: datetime | None,
    ) -> None:
        self.asked, self.record, self.hops, self.nodes = asked, record, hops, nodes
        self.is_filtered = bool(origins)
        layout = asked.selection.memo.get(Walk)
        if layout is None:
            layout = *named_selections(asked.selection), flow_columns(asked.selection)
            asked.selection.memo[Walk] = layout
        self.distinct, self.named, self.columns = layout
        self.parameters: dict[str, Any] = {"of": of, "nodes": nodes, "origins": origins, "on": on, "known_at": known_at}

    async def in_time(self, way: Direction) -> Found | None:
        """What is found in one direction; fewer hops where time does not allow all. TooSlow if it allows none."""
        bound = self.hops
        while True:
            try:
                found = await self.whole(way, bound, SECONDS * bound / self.hops)
            except TooSlow:
                if bound == 1:
                    raise
                bound //= 2
                continue
            if found is not None:
                found.is_late = bound < self.hops
            return found

    async def whole(self, way: Direction, hops: int, seconds: float) -> Found | None:
        """What is found within some hops, the same at every asking even where the nodes are cut."""
        found = await self.once(way, hops, seconds, None)
        if found is None or len(found.nodes) <= self.nodes + 1:
            return found
        reach = await laid_out(VALUES_OF_A_FLOW * len(found.edges), distances, next(iter(found.nodes)), found.edges)
        last = max(reach.get(number, 0) for number in found.nodes)
        return await self.once(way, last, seconds, [number for number in found.nodes if reach.get(number, last) < last])

    async def once(self, way: Direction, hops: int, seconds: float, inner: list[int] | None) -> Found | None:
        """What one statement finds; `inner` are the nodes of the complete distances, where a first one was cut."""

        def compose(composer: Composer) -> LiteralString:
            edge = composer.holds("e") + (ORIGIN if self.is_filtered else "")
            cut = FIRST_FOUND if inner is None else FIRST_BY_ID
            return walk_statement(composer, self.record, way, hops, cut, edge, self.distinct, self.columns)

        variant = (way, self.record.name, hops, inner is None, self.is_filtered)
        bounds = {"inner": inner, "flows": MAX_FLOWS + 1}
        row = await self.asked.read(compose, variant=variant, seconds=seconds, **bounds, **self.parameters)
        if row is None:
            return None
        if len(row[1]) > MAX_FLOWS:
            raise BadInput(
                f"The lineage has more than {MAX_FLOWS} flows.", "Ask for fewer nodes or hops, or from elsewhere."
            )
        return Found({node[0]: node for node in row[0]}, row[1], row[2], row[3])


def walk_statement(
    composer: Composer,
    record: Declared,
    way: Direction,
    hops: int,
    cut: LiteralString,
    edge: LiteralString,
    named: list[Selection],
    columns: list[str],
) -> LiteralString:
    """The statement of one walk."""
    rows: list[LiteralString] = [", " + composer.row(selection, record, 0, record.name) for selection in named]
    flows: list[LiteralString] = [", " + COLUMNS[column] for column in columns]
    statement = (
        WALK.replace("<label>", record.name)
        .replace("<cut>", cut)
        .replace("<edge>", edge)
        .replace("<hops>", HOPS[hops])
        .replace("<visible a>", composer.visible(record.name, "a"))
        .replace("<visible y>", composer.visible(record.name, "y"))
        .replace("<columns>", "".join(flows))
        .replace("<rows>", "".join(rows))
        .replace("<open>", OPEN)
        .replace("<instant>", INSTANT)
        .replace("<overtaken>", OVERTAKEN)
    )
    if way is Direction.UPSTREAM:
        statement = statement.replace("-[e:FLOWS_TO", "<-[e:FLOWS_TO").replace("]->(y:", "]-(y:")
    return statement


def named_selections(selection: Selection) -> tuple[list[Selection], dict[int, int]]:
    """What is asked of single nodes anywhere in a lineage, and for each selection (by identity) which of that answers it."""
    wanted: list[Selection] = []
    for child in selection.fields("Lineage"):
        if child.field == "start":
            wanted.append(child)
        wanted += [inner for inner in child.fields("LineageNode") if inner.field == "node"]
        wanted += [inner for inner in child.fields("Flow") if inner.field in ("from", "to")]
    places: dict[Any, int] = {}
    distinct: list[Selection] = []
    named: dict[int, int] = {}
    for each in wanted:
        # The same properties asked of both ends and of the node itself are read and sent once.
        leaves = all(not child.on for children in each.on.values() for child in children)
        shape = tuple((kind, *(child.field for child in each.fields(kind))) for kind in each.on) if leaves else id(each)
        if shape not in places:
            places[shape] = len(distinct)
            distinct.append(each)
        named[id(each)] = places[shape]
    return distinct, named


def flow_columns(selection: Selection) -> list[str]:
    """The columns of flows that are asked for."""
    flows = [child.fields("Flow") for child in selection.fields("Lineage")]
    wanted = {inner.field for fields in flows for inner in fields}
    return [column for column in COLUMNS if column in wanted]


def distances(start: int, edges: list[list[Any]]) -> dict[int, int]:
    """Fewest hops from the start along the edges, each `[near, far, …]` in the direction of the walk."""
    reached: dict[int, int] = {start: 0}
    # The walk finds the nearest first, so that one pass is enough; where its edges come otherwise, until none leads nearer.
    in_order, is_nearer = False, True
    while is_nearer and not in_order:
        in_order, is_nearer, last = True, False, 0
        for edge in edges:
            distance = reached.get(edge[0])
            if distance is None or distance < last:
                in_order = False
            if distance is not None:
                last = distance
                if reached.get(edge[1], inf) > distance + 1:
                    reached[edge[1]] = distance + 1
                    is_nearer = True
    return reached


def assemble(walks: list[tuple[Direction, Found]], asked: Walk) -> dict[str, Any]:
    """The fields of a lineage: the walks put together, nearest first, cut at the bounds."""
    kept: dict[int, int] = {}
    nodes: dict[int, list[Any]] = {}
    flows: dict[int, list[Any]] = {}
    frontier: set[str] = set()
    reasons: set[CutReason] = set()
    start = next(iter(walks[0][1].nodes))
    for way, walk in walks:
        reach = distances(start, walk.edges)
        here = nearest(walk, reach, asked.nodes + 1)
        kept |= {number: reach[number] for number in here if reach[number] < kept.get(number, inf)}
        nodes |= here
        inside = [edge for edge in walk.edges if edge[0] in here and edge[1] in here]
        if len(inside) < len(walk.edges):
            for near in {edge[0] for edge in walk.edges if edge[0] in here and edge[1] not in here}:
                frontier.add(here[near][1])
                reasons.add(cut_reason(walk, reach[near], asked.hops))
        if way is Direction.UPSTREAM:
            inside = [[far, near, *rest] for near, far, *rest in inside]
        flows |= {edge[2]: edge for edge in inside}
    # Ids are compared once for each node; below, numbers are.
    by_id = sorted(nodes.values(), key=itemgetter(1))
    rank = {node[0]: place for place, node in enumerate(by_id)}
    size = len(rank)
    ordered = sorted(rank, key=kept.__getitem__)
    listed = list(flows.values())
    if asked.columns:
        listed.sort(key=lambda flow: [*map(str, flow[3:])])
    listed.sort(key=lambda flow: rank[flow[0]] * size + rank[flow[1]])

    def node(numbers: Iterable[int]) -> Put:
        def put(selection: Selection) -> list[Any]:
            column = asked.named[id(selection)] + 2
            return [nodes[number][column] for number in numbers]

        return put

    def first(selection: Selection) -> Any:
        return node([start])(selection)[0]

    reason = min(reasons, key=list(reversed(CutReason)).index, default=None)
    reached = {"node": node(ordered), "distance": [kept[number] for number in ordered]}
    flow: dict[str, Any] = {
        name: [values[place] for values in listed] for place, name in enumerate(asked.columns, start=3)
    }
    flow["from"], flow["to"] = node([values[0] for values in listed]), node([values[1] for values in listed])
    return {
        "start": first,
        "nodes": columns("LineageNode", len(ordered), reached),
        "edges": columns("Flow", len(listed), flow),
        "truncated": one("Truncation", {"reason": reason, "frontier": sorted(frontier)}) if reasons else None,
        "settled": all(walk.settled for _, walk in walks),
    }


def nearest(walk: Found, reach: Mapping[int, int], most: int) -> dict[int, list[Any]]:
    """The nodes of a walk, or the first of them by distance, then id, where there are more than `most`.

    What nothing leads to any more was hidden between the walk and the reading of its edges: it is left out.
    """
    nodes = walk.nodes
    if gone := nodes.keys() - reach.keys():
        nodes = {number: node for number, node in nodes.items() if number not in gone}
    if len(nodes) <= most:
        return nodes
    order = sorted(nodes.values(), key=lambda node: (reach[node[0]], node[1]))
    return {node[0]: node for node in order[:most]}


def cut_reason(walk: Found, distance: int, hops: int) -> CutReason:
    """Why a walk does not go on from a node at this distance."""
    if walk.is_late:
        return CutReason.TIME
    return CutReason.HOPS if distance == hops else CutReason.NODES
