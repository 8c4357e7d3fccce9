"""From a selection to one Cypher statement, joined from the literal fragments of the records.

Nothing but literals enters the text: pyright refuses anything else. Values become parameters `$p0`, `$p1`, …; variables
are `n<depth>` for nodes, `e<depth>` for edges, `s<depth>` for the state of a node that the two dates ask for, `v<depth>` for
a map of its properties.
"""

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString, TypeAlias

from graph.clocks import holds
from graph.errors import BadInput
from graph.model import RECORDS
from graph.permissions import SHOWN_ALONG, WHOLE, Shape, seeks, shown, visible, visible_state
from graph.record import Declared, Many, One, Order, Value
from graph.selection import Selection, pages, wants_cursor, wants_more, wants_rows, wants_total

NODES: tuple[LiteralString, ...] = ("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11", "n12")
EDGES: tuple[LiteralString, ...] = ("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10", "e11", "e12")
STATES: tuple[LiteralString, ...] = ("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12")
VIEWS: tuple[LiteralString, ...] = ("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12")
DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
Binds: TypeAlias = list[tuple[str, int, tuple[str | int, ...]]]
"""Each parameter of a statement: its name, the slot of its value, and where in that it stands."""

MAX_PARAMETERS = 200
MAX_FILTERS = 200
MAX_NESTED = 20
MAX_PAGE = 1000
MANY_PROPERTIES = 3

# The node itself if its present state holds on the day and was known at the instant, else the earlier state that does.
STATE: LiteralString = """head([x IN [{n}] WHERE ({n}.since IS NULL OR {n}.since <= $on) {present}]
  + COLLECT {{ MATCH ({n})-[:WAS]->(x) WHERE {past} RETURN x ORDER BY x.recordedAt DESC LIMIT 1 }})"""


class Composer:
    """Joins one statement for viewers of one shape. `dated`: nouns are asked for as of a day; `known`: as of an instant, too."""

    def __init__(
        self, values: Sequence[Any], shape: Shape = WHOLE, *, dated: bool = False, known: bool = False
    ) -> None:
        self.values = values
        self.shape = shape
        self.dated = dated or known
        self.known = known
        self.binds: Binds = []
        self.filters = 0

    def parameter(self, slot: int, path: tuple[str | int, ...] = ()) -> LiteralString:
        """A new parameter for the value in `slot`, or for what stands in it at `path`; BadInput when there are too many."""
        number = len(self.binds)
        if number >= MAX_PARAMETERS:
            raise BadInput(f"The question has more than {MAX_PARAMETERS} values.", "Ask it in parts.")
        name: LiteralString = "p" + DIGITS[number // 100] + DIGITS[number // 10 % 10] + DIGITS[number % 10]
        self.binds.append((name, slot, path))
        return "$" + name

    def visible(self, label: str, variable: LiteralString) -> LiteralString:
        """The predicate under which the viewer may see the node of `label` in `variable`."""
        return visible(label, variable, self.shape)

    def holds(self, edge: LiteralString) -> LiteralString:
        """The predicate under which an asserted edge holds on the day, as far as it was known."""
        return holds(edge, "$on", "$knownAt" if self.known else "")

    def state(self, label: str, node: LiteralString) -> LiteralString:
        """The expression for the state of a node on the day, as far as it was known, and may be seen."""
        present: LiteralString = "AND {n}.recordedAt <= $knownAt" if self.known else ""
        past = self.holds("x")
        seen = visible_state(label, "x", self.shape)
        if seen != "true":
            past = past + " AND " + seen
        return STATE.format(n=node, present=present.replace("{n}", node), past=past)

    def match(self, source: One | Many, label: str, depth: int) -> LiteralString:
        """`MATCH … WHERE …` from the node at `depth`, which the viewer sees, to its neighbours at `depth + 1`."""
        n, m, e = NODES[depth], NODES[depth + 1], EDGES[depth + 1]
        pattern = source.match.format(n=n, m=m, e=e)
        clocks: LiteralString = self.holds(e) + " AND " if "{e}" in source.match else ""
        seen: LiteralString = "true" if SHOWN_ALONG in source.match else self.visible(label, m)
        return "MATCH " + pattern + " WHERE " + clocks + seen

    def record(
        self,
        selection: Selection,
        record: Declared,
        depth: int,
        state: LiteralString | None = None,
        tag: LiteralString = "",
    ) -> LiteralString:
        """The row of the node at `depth`: its asked fields, in order, behind the `tag` if there is one.

        Many properties and nothing else are read at once, by a map: each alone would walk the node's chain of properties again.
        """
        asked = selection.fields(record.name)
        read = [] if state else properties(record, asked)
        here = VIEWS[depth] if read else NODES[depth]
        fields: list[LiteralString] = [self.field(child, record, depth, here, state) for child in asked]
        if tag:
            fields.insert(0, "'" + tag + "'")
        row: LiteralString = "[" + ", ".join(fields) + "]"
        return "[" + here + " IN [" + NODES[depth] + "{" + ", ".join(read) + "}] | " + row + "][0]" if read else row

    def field(
        self, selection: Selection, record: Declared, depth: int, node: LiteralString, state: LiteralString | None
    ) -> LiteralString:
        """One field of the node at `depth`; its properties are read from `node`, and from the state asked for, if one is."""
        field = record.fields[selection.field]
        source = field.source
        if isinstance(source, Value):
            value = source.cypher.format(n=node, s=state or node)
            return self.shown(record, field.name, value, depth, state or NODES[depth])
        if depth + 1 >= len(NODES):
            raise BadInput(f"The question is nested deeper than {len(NODES) - 1} levels.", "Ask it in parts.")
        target = RECORDS[neighbour(field.type)]
        if isinstance(source, One):
            row = self.row(selection, target, depth + 1)
            order: LiteralString = " ORDER BY " + NODES[depth + 1] + ".id LIMIT 1 RETURN "
            return (
                "COLLECT { "
                + self.match(source, target.name, depth)
                + " WITH "
                + NODES[depth + 1]
                + order
                + row
                + " }[0]"
            )
        if isinstance(source, Many):
            return self.page(selection, target, self.match(source, target.name, depth), depth + 1)
        raise BadInput(f"`{field.name}` is not there in a list.", "Ask for one by its id.")

    def shown(
        self, record: Declared, field: str, value: LiteralString, depth: int, state: LiteralString
    ) -> LiteralString:
        """A value of a state of the node at `depth`; null where the viewer may see the state, but not this."""
        allowed = shown(record.name, field, self.shape)
        if allowed is None:
            return value
        allowed = allowed.replace("{n}", NODES[depth]).replace("{s}", state)
        return "(CASE WHEN " + allowed + " THEN " + value + " END)"

    def row(self, selection: Selection, record: Declared, depth: int, tag: LiteralString = "") -> LiteralString:
        """The row of the node at `depth` in the state that the two dates ask for, behind the `tag` if there is one."""
        if self.dated and record.has_states:
            # A node without a state on that day is still an end of an edge that holds: then its present state speaks.
            now, then = NODES[depth], STATES[depth]
            row = self.record(selection, record, depth, then, tag)
            return "[" + then + " IN [coalesce(" + self.state(record.name, now) + ", " + now + ")] | " + row + "][0]"
        return self.record(selection, record, depth, tag=tag)

    def any_of(self, selection: Selection, records: Sequence[Declared], depth: int) -> LiteralString:
        """The row of the node at `depth`, which may be of several records; one for all where it is the same for each."""
        rows: list[LiteralString] = [self.row(selection, record, depth) for record in records]
        is_same = all(row == rows[0] for row in rows)
        cases: list[LiteralString] = []
        for record, row in zip(records, rows, strict=True):
            named: LiteralString = "['" + record.name + "']"
            cases.append(
                "WHEN " + NODES[depth] + ":" + record.name + " THEN " + (named if is_same else named + " + " + row)
            )
        case: LiteralString = "CASE " + " ".join(cases) + " END"
        return case + " + " + rows[0] if is_same else case

    def each(
        self, listed: LiteralString, selection: Selection, records: Sequence[Declared], *, is_interface: bool
    ) -> LiteralString:
        """The rows of the nodes in a Cypher list, in a scope of their own."""
        row = self.any_of(selection, records, 0) if is_interface else self.row(selection, records[0], 0)
        return "COLLECT { UNWIND " + listed + " AS n0 RETURN " + row + " }"

    def listing(self, selection: Selection, record: Declared) -> LiteralString:
        """The page of all nodes of a record, which become the nodes at depth 0."""
        label, n = record.name, NODES[0]
        parts = seeks(label, self.shape)
        if not parts:
            return self.page(selection, record, "MATCH (n0:" + label + ") WHERE " + self.visible(label, n), 0)
        where, bounds, direction, limit = self.cut(selection, record, 0)
        key: LiteralString = n + "." + self.order(selection, record).key
        order: LiteralString = key + direction + limit
        # The first part is exact: there the index is in the order of the key, behind the audience.
        orders: list[LiteralString] = [n + ".audience" + direction + ", " + order, *(order for _ in parts[1:])]
        found: list[LiteralString] = []
        counts: list[LiteralString] = []
        for (source, condition), by in zip(parts, orders, strict=True):
            part: LiteralString = "UNWIND " + source + " AS part "
            match: LiteralString = "MATCH (n0:" + label + ") WHERE " + condition.replace("{n}", n) + " AND " + key
            match = match + " IS NOT NULL" + where
            found.append(part + "CALL (part) { " + match + bounds + " RETURN n0 ORDER BY " + by + " } RETURN n0")
            counts.append("COUNT { " + part + match + " }")
        listed: LiteralString = "CALL () { " + " UNION ALL ".join(found) + " }"
        if label in self.shape.wide:  # then most rows of the whole list are his: it is read in its order, and filtered
            listed = "MATCH (n0:" + label + ") WHERE " + self.visible(label, n) + " AND " + key + " IS NOT NULL"
            listed = listed + where + bounds
        return self.rows(selection, record, 0, listed + " WITH n0 ORDER BY " + order, " + ".join(counts))

    def page(self, selection: Selection, record: Declared, match: LiteralString, depth: int) -> LiteralString:
        """`[rows, totalCount]` of the nodes at `depth` that `match` (with its WHERE) finds: a keyset page."""
        where, bounds, direction, limit = self.cut(selection, record, depth)
        n = NODES[depth]
        key: LiteralString = n + "." + self.order(selection, record).key
        # Below a node the neighbours are few: only the index of a whole list needs to hear that the key is never null.
        if depth == 0:
            bounds = " AND " + key + " IS NOT NULL" + bounds
        listed: LiteralString = match + where + bounds + " WITH " + n + " ORDER BY " + key + direction + limit
        return self.rows(selection, record, depth, listed, "COUNT { " + match + where + " }")

    def cut(
        self, selection: Selection, record: Declared, depth: int
    ) -> tuple[LiteralString, LiteralString, LiteralString, LiteralString]:
        """What makes a page of a list: the filter, the bounds that its cursors set, the direction and the limit."""
        slots = selection.slots
        where: LiteralString = ""
        if "where" in slots and self.values[slots["where"]]:
            where = " AND " + self.where(record, slots["where"], (), depth)
        order = self.order(selection, record)
        key: LiteralString = NODES[depth] + "." + order.key
        backward = self.given(selection, "last")
        bounds: LiteralString = ""
        if self.given(selection, "after"):
            bounds += " AND " + key + (" < " if order.descending else " > ") + self.parameter(slots["after"])
        if self.given(selection, "before"):
            bounds += " AND " + key + (" > " if order.descending else " < ") + self.parameter(slots["before"])
        limit: LiteralString = " LIMIT " + self.parameter(slots["last" if backward else "first"])
        more: LiteralString = " + 1" if wants_more(selection, record.name) else ""
        return where, bounds, " DESC" if order.descending != backward else "", limit + more

    def rows(
        self, selection: Selection, record: Declared, depth: int, listed: LiteralString, total: LiteralString
    ) -> LiteralString:
        """`[rows, totalCount]` of the nodes at `depth` that `listed` puts in order."""
        counted: LiteralString = total if wants_total(selection, record.name) else "null"
        if not wants_rows(selection, record.name):
            return "[[], " + counted + "]"
        key: LiteralString = NODES[depth] + "." + self.order(selection, record).key
        columns: list[LiteralString] = [self.row(child, record, depth) for child in pages(selection, record.name)]
        cursor: LiteralString = key if wants_cursor(selection, record.name) else "null"
        row = ", ".join([cursor, *columns])
        return "[COLLECT { " + listed + " RETURN [" + row + "] }, " + counted + "]"

    def given(self, selection: Selection, argument: str) -> bool:
        """Whether the argument has a value."""
        slot = selection.slots.get(argument)
        return slot is not None and self.values[slot] is not None

    def order(self, selection: Selection, record: Declared) -> Order:
        """The asked order of a list, or the record's first."""
        if self.given(selection, "orderBy"):
            return record.orders[self.values[selection.slots["orderBy"]]]
        return next(iter(record.orders.values()))

    def where(self, record: Declared, slot: int, path: tuple[str | int, ...], depth: int) -> LiteralString:
        """The predicate for the filter that stands at `path` in the value in `slot`."""
        wanted: Any = self.values[slot]
        for step in path:
            wanted = wanted[step]
        self.filters += 1
        if self.filters > MAX_FILTERS or len(path) > MAX_NESTED:
            raise BadInput("The filter has too many parts or is nested too deeply.", "Ask in parts.")
        parts: list[LiteralString] = []
        for name, inner in wanted.items():
            here = (*path, name)
            if name in ("and", "or"):
                joined: list[LiteralString] = [
                    self.where(record, slot, (*here, index), depth) for index in range(len(inner or ()))
                ]
                empty: LiteralString = "true" if name == "and" else "false"
                word: LiteralString = " AND " if name == "and" else " OR "
                parts.append("(" + word.join(joined) + ")" if joined else empty)
            elif name == "not":
                if inner is not None:
                    # What cannot be compared, for it is missing, is not like that either.
                    parts.append("NOT coalesce(" + self.where(record, slot, here, depth) + ", false)")
            elif inner is not None:
                compared: Iterator[LiteralString] = (
                    self.compare(record, name, slot, (*here, operator), depth) for operator in inner
                )
                parts.extend(compared)
        return "(" + " AND ".join(parts) + ")" if parts else "true"

    def compare(self, record: Declared, name: str, slot: int, path: tuple[str | int, ...], depth: int) -> LiteralString:
        """One comparison of a filter, by the operator that ends `path`; a null operand asks for the missing value."""
        field = record.fields[name]
        operand: Any = self.values[slot]
        for step in path:
            operand = operand[step]
        if isinstance(field.source, One):
            label = neighbour(field.type)
            found: LiteralString = self.match(field.source, label, depth)
            if operand is None:
                return "NOT EXISTS { " + found + " }"
            test = COMPARE[str(path[-1])].format(x=NODES[depth + 1] + ".id", p=self.parameter(slot, path))
            return "EXISTS { " + found + " AND " + test + " }"
        if not isinstance(field.source, Value):
            raise TypeError(f"{record.name}.{name} cannot be filtered")
        n = NODES[depth]
        value = self.shown(record, name, raw(field.source.cypher).format(n=n, s=n), depth, n)
        if operand is None:
            return value + " IS NULL"
        return COMPARE[str(path[-1])].format(x=value, p=self.parameter(slot, path))


def properties(record: Declared, asked: Sequence[Selection]) -> list[LiteralString]:
    """The entries of a map that holds what the asked fields read; empty where they are few, or not properties alone."""
    read: dict[LiteralString, None] = {}
    for child in asked:
        source = record.fields[child.field].source
        if not isinstance(source, Value):
            return []
        for part in source.cypher.replace("{n}", "{s}").split("{s}")[1:]:
            read[part.partition(")")[0].partition(",")[0]] = None
    return list(read) if len(read) >= MANY_PROPERTIES else []


COMPARE: dict[str, LiteralString] = {
    "eq": "{x} = {p}",
    "in": "{x} IN {p}",
    "contains": "{x} CONTAINS {p}",
    "startsWith": "{x} STARTS WITH {p}",
    "gte": "{x} >= {p}",
    "lt": "{x} < {p}",
    "has": "{p} IN {x}",
}


def raw(cypher: LiteralString) -> LiteralString:
    """The property behind a projection: `toString({s}.since)` is compared as the date that it is."""
    return cypher.removeprefix("toString(").removesuffix(")") if cypher.startswith("toString(") else cypher


def neighbour(kind: Any) -> str:
    """The record name in the type of an edge field (`Region`, `Region | None`)."""
    members: tuple[Any, ...] = getattr(kind, "__args__", (kind,))
    return str(next(member.__name__ for member in members if member is not type(None)))


def bind(binds: Binds, values: Sequence[Any]) -> dict[str, Any]:
    """The parameters of a composed statement for the values of one request."""
    parameters: dict[str, Any] = {}
    for name, slot, path in binds:
        value = values[slot]
        for step in path:
            value = value[step]
        parameters[name] = value
    return parameters
