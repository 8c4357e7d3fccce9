"""What a viewer sees: the table of graph/permissions.py, worked out for his roles, department and region.

One statement finds the roles that the catalog itself grants him, the places of his department and region, and what was
granted to his department. What it found is kept for a few seconds, and dropped when this process writes; another process's
write is seen when the time is over.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, LiteralString, TypeAlias
from weakref import WeakKeyDictionary

from graph.audience import path_of
from graph.clocks import holds
from graph.database import Database, Runner
from graph.lanes import POINT
from graph.permissions import OVERSIGHT, STAMPED, TABLE, WHOLE, Binding, Line, Shape, Viewer
from graph.words import Audience, Position, Role, Scope

SECONDS = 3.0
"""How long a sight is kept."""
KEPT = 1000
MANY = 5_000
"""From how many nodes below a region on a list is read in its order, and not by what lies below the region."""
LOOKERS = OVERSIGHT | {role for line in TABLE if Position.BELOW in line.places for role in line.roles}
WIDE = frozenset[Role]().union(*(line.roles for line in TABLE if Position.WIDE in line.places))
"""Who looks down where he is bound to no department."""
LISTED = ("Resource", "DataItem", "System", "Project")
"""The kinds that carry an audience and are listed."""

# The roles of the token, and those that the catalog grants; for each the department, the paths, the department's parts,
# what it was granted (but what lies open to all, or to its region), and how much lies below the region.
SEE: LiteralString = """
WITH [{roles: $roles, department: $department, region: $region}] + COLLECT {
  MATCH (a:RoleAssignment {subject: $subject}) WHERE <a>
  RETURN {roles: [a.role], department: coalesce(a.department, ''), region: coalesce(a.region, '')} ORDER BY a.id } AS bound
RETURN COLLECT {
  UNWIND bound AS b
  OPTIONAL MATCH (d:Department {id: b.department})
  OPTIONAL MATCH (g:Region {id: b.region})
  WITH b, d, g, <path d> AS seat
  WITH b, d, g, seat, coalesce(g.path, seat) AS path
  WITH b, d, g, seat, path, CASE WHEN any(role IN b.roles
    WHERE role IN $lookers OR (b.department = '' AND role IN $wide)) THEN path END AS root
  RETURN [b.roles, b.department, b.region, seat, path,
    COLLECT {
      MATCH (d)<-[parts:PART_OF*1..4]-(part:Department)
      WHERE all(step IN parts WHERE <step>)
      WITH DISTINCT part RETURN [part.id, <path part>] },
    COLLECT {
      MATCH (d)<-[t:TO]-(:Grant)-[o:OF]->(x:Resource|DataItem)
      WHERE <t> AND <o>
      MATCH (x)-[has:HAS_ITEM*0..1]->(y)
      WHERE all(step IN has WHERE <step>)
        AND y.audience <> 'OPEN' AND NOT coalesce(path STARTS WITH substring(y.audience, 1), false)
      RETURN DISTINCT [y.id, y.audience] },
    [<many>]] } AS bounds
"""
MUCH: LiteralString = """COUNT { UNWIND ['R', 'S', 'Y'] AS letter
  MATCH (n:<label>) WHERE n.audience STARTS WITH letter + root RETURN n LIMIT $many }"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer sees: the shape, on which the text of statements depends, and the value of `$viewer`.

    `bindings` are all his roles, those that the catalog grants included.
    """

    viewer: Viewer
    bindings: tuple[Binding, ...]
    shape: Shape
    parameters: dict[str, Any] = field(hash=False, compare=False)

    @property
    def scope(self) -> Scope:
        """Whether a verdict may count as resting on everything: by who asks alone, never by what is hidden."""
        return Scope.WHOLE if self.shape.is_whole else Scope.PARTIAL


Flight: TypeAlias = tuple[tuple[Viewer, date], int]
"""Whose sight is worked out for which day, and after how many writes."""


class Sights:
    """The sights of one database that were worked out lately."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[Viewer, date], tuple[float, Sight]] = OrderedDict()
        self.under_way: dict[Flight, asyncio.Task[Sight]] = {}
        self.writes = 0

    async def get(self, database: Database, viewer: Viewer, today: date) -> Sight:
        """The sight of a viewer, worked out once for all who ask at the same time; EngineError as the engine does."""
        key = viewer, today
        found = self.kept.get(key)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        flight = key, self.writes
        task = self.under_way.get(flight)
        if task is None:
            task = self.under_way[flight] = asyncio.create_task(self._load(database, *flight))
            task.add_done_callback(lambda done: self._landed(flight, done))
        return await asyncio.shield(task)

    async def _load(self, database: Database, key: tuple[Viewer, date], writes: int) -> Sight:
        sight = await load(database, *key)
        if writes == self.writes:  # else it may be of before the write
            self.kept[key] = time.monotonic() + SECONDS, sight
            self.kept.move_to_end(key)
            if len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return sight

    def _landed(self, flight: "Flight", done: "asyncio.Task[Sight]") -> None:
        del self.under_way[flight]
        if not done.cancelled():
            done.exception()  # who waited was told

    def forget(self) -> None:
        """Drop everything: something was written."""
        self.writes += 1
        self.kept.clear()


SIGHTS: WeakKeyDictionary[Database, Sights] = WeakKeyDictionary()


async def sight_of(database: Database, viewer: Viewer, today: date) -> Sight:
    """What the viewer sees on a day; without a statement for an administrator and for the public."""
    if Role.ADMINISTRATOR in viewer.roles or (not viewer.subject and viewer.roles <= {Role.PUBLIC}):
        return unbound(viewer, today)
    sights = SIGHTS.get(database)
    if sights is None:
        sights = SIGHTS.setdefault(database, Sights())
    return await sights.get(database, viewer, today)


@lru_cache(maxsize=KEPT)
def unbound(viewer: Viewer, today: date) -> Sight:
    """The sight of a viewer for whom the department and the region make no difference."""
    return compiled(
        viewer,
        [[sorted(viewer.roles | {Role.PUBLIC}), viewer.department, viewer.region, None, None, [], [], []]],
        today,
    )


def forget(database: Database) -> None:
    """Drop the sights that were worked out: what they rest on may have changed."""
    if database in SIGHTS:
        SIGHTS[database].forget()


def statement() -> LiteralString:
    """The statement that finds what a sight is worked out from."""
    many: list[LiteralString] = [MUCH.replace("<label>", "Resource"), MUCH.replace("<label>", "DataItem"),
                                 MUCH.replace("<label>", "System"), MUCH.replace("<label>", "Project")]  # fmt: skip
    text = (
        SEE.replace("<path d>", path_of("d")).replace("<path part>", path_of("part")).replace("<many>", ", ".join(many))
    )
    edges: list[tuple[LiteralString, LiteralString]] = [("<a>", "a"), ("<step>", "step"), ("<t>", "t"), ("<o>", "o")]
    for hole, edge in edges:
        text = text.replace(hole, holds(edge))
    return text


async def load(database: Database, viewer: Viewer, today: date) -> Sight:
    """Work out what the viewer sees."""
    found = await database.read(statement(), asking(viewer, today), lane=database.lanes.by_name[POINT])
    return compiled(viewer, found[0] if found else [], today)


async def load_within(tx: Runner, viewer: Viewer, today: date) -> Sight:
    """Work out what the viewer sees, and which roles he has, inside a transaction: as it is now, whatever was kept."""
    if Role.ADMINISTRATOR in viewer.roles:
        return unbound(viewer, today)
    found = await tx.run(statement(), **asking(viewer, today))
    return compiled(viewer, found[0]["bounds"], today)


def asking(viewer: Viewer, today: date) -> dict[str, Any]:
    """The parameters of the statement."""
    return {
        # Nobody's subject is empty: such a viewer has no roles but those of his token.
        "subject": viewer.entitled or None,
        "roles": sorted(viewer.roles | {Role.PUBLIC}),
        "department": viewer.department,
        "region": viewer.region,
        "lookers": sorted(LOOKERS),
        "wide": sorted(WIDE),
        "many": MANY,
        "today": today,
    }


def compiled(viewer: Viewer, rows: Sequence[Sequence[Any]], today: date) -> Sight:
    """The sight of a viewer from what was found of each of his bonds."""
    bindings: list[Binding] = []
    seen = Seen()
    for roles, department, region, seat, path, parts, granted, much in rows:
        own = {department: seat} if department else {}
        # A role without a region has that of its department.
        held = "Region:" + path.strip("/").rpartition("/")[2] if path else region
        for role in map(Role, roles):
            bindings.append(Binding(role, department, held))
            for line in TABLE:
                if role in line.roles and (not department or line.places != (Position.WIDE,)):
                    seen.add(line, path, own, dict(parts), granted)
        seen.wide |= {label for label, count in zip(LISTED, much, strict=False) if count >= MANY}
    if any(each.role is Role.ADMINISTRATOR for each in bindings):
        return Sight(viewer, tuple(bindings), WHOLE, {})
    shape, parameters = seen.result(today)
    return Sight(viewer, tuple(bindings), shape, parameters | {"subject": viewer.entitled or None})


@dataclass(slots=True)
class Seen:
    """The audiences, ids and paths that lines of the table add up to."""

    sees: set[str] = field(default_factory=set[str])
    below: set[str] = field(default_factory=set[str])
    granted: dict[str, str] = field(default_factory=dict[str, str])
    departments: set[str] = field(default_factory=set[str])
    secured: set[str] = field(default_factory=set[str])
    watched: set[str] = field(default_factory=set[str])
    wide: set[str] = field(default_factory=set[str])

    def add(
        self,
        line: Line,
        path: str | None,
        own: dict[str, str | None],
        parts: dict[str, str | None],
        granted: Sequence[tuple[str, str]],
    ) -> None:
        """Add what a line shows to a role at a region's path, in a department with its parts, each with its path."""
        if any("." in what for what in line.what):
            self.departments |= own.keys() if Position.OPERATOR in line.places else set()
            self.secured |= {line.audience + path} if path and Position.BELOW in line.places else set()
        elif line.audience in (Audience.DONE, Audience.ASSIGNED):
            self.watched |= {path} if path and Position.BELOW in line.places else set()
        elif line.audience is Audience.OPEN:
            self.sees.add(Audience.OPEN)
        elif line.audience in STAMPED:
            self._stamped(line, path, own | parts)
            if Position.RECIPIENT in line.places:
                self.departments |= own.keys()
                self.granted |= {one: audience for one, audience in granted if audience.startswith(line.audience)}

    def _stamped(self, line: Line, path: str | None, departments: dict[str, str | None]) -> None:
        letter = line.audience.value
        if Position.DEPARTMENT in line.places:
            self.sees |= {f"{letter}{seat}#{one}" for one, seat in departments.items() if seat}
        if path is None:
            return
        if Position.BELOW in line.places or Position.WIDE in line.places:
            self.below.add(letter + path)
        elif Position.OWN in line.places:
            self.sees.add(letter + path)
        if Position.ABOVE in line.places:
            codes = path.strip("/").split("/")
            self.sees |= {f"{letter}/{'/'.join(codes[:depth])}/" for depth in range(1, len(codes))}

    def result(self, today: date) -> tuple[Shape, dict[str, Any]]:
        """The shape and the value of `$viewer`; what is seen in two ways is named once."""
        below = sorted(
            one for one in self.below if not any(one != other and one.startswith(other) for other in self.below)
        )
        sees = sorted(one for one in self.sees if not one.startswith(tuple(below)))
        granted = sorted(
            one
            for one, audience in self.granted.items()
            if audience not in self.sees and not audience.startswith(tuple(below))
        )
        wide = frozenset(self.wide if below else ())
        shape = Shape(looks_down=bool(below), is_recipient=bool(granted), wide=wide)
        return shape, {
            "sees": sees,
            "below": below,
            "granted": granted,
            "departments": sorted(self.departments),
            "secured": sorted(self.secured),
            "watched": sorted(self.watched),
            "today": today,
        }
