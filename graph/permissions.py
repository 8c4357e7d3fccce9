"""Who may see what: one table, from which the permission fragment of every read is compiled.

A node carries its `audience` (graph/audience.py): the class of those who may see it, and the place that this class belongs
to. What a viewer sees is worked out once (graph/sight.py) and given to the fragments as `$viewer`. Search, traversal, lists
and counts take their fragments from here, so they cannot disagree. To a viewer, what he may not see does not exist.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from graph.clocks import holds
from graph.words import Audience, Position, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the subject (`issuer|sub`, or empty), the roles, the department and region that they are bound to (ids).

    `on_behalf_of` is for whom a machine asks, where that is another than the subject.
    """

    subject: str = ""
    roles: frozenset[Role] = frozenset({Role.PUBLIC})
    department: str = ""
    region: str = ""
    on_behalf_of: str = ""

    @property
    def entitled(self) -> str:
        """The subject whose rights count: where a machine acts for somebody, not its own."""
        return self.on_behalf_of or self.subject


PUBLIC = Viewer()
"""Everyone who has not said who they are."""
LOCAL = Viewer("local", frozenset({Role.ADMINISTRATOR}))
"""The person at this machine."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A role that somebody has, bound to a department and a region (ids, may be empty)."""

    role: Role
    department: str = ""
    region: str = ""


EVERYONE = frozenset(Role)
STAFF = EVERYONE - {Role.PUBLIC}
"""Everyone who works for a department, in whatever role."""
OVERSIGHT = frozenset({Role.COMPETENT_DEPARTMENT, Role.AUDITOR})
"""Who answers for a region and what lies below it."""
KEEPERS = frozenset({Role.CATALOG_OFFICER, Role.REVIEWER})
"""Who keeps the catalog of a department, or without one of a region: he sees what he may change."""

OURS = "our choice"
"""What a line rests on where no regime says anything."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: these roles see this, at these places as seen from the department and region they have.

    `what` are labels or `Label.field`; `rules` the ids of rules, or OURS. What no line shows, administrators alone see.
    """

    what: tuple[str, ...]
    audience: Audience
    roles: frozenset[Role]
    places: tuple[Position, ...]
    rules: tuple[str, ...]


ENTRIES = ("Resource", "DataItem")
BUILT = ("System", "Project")
SECURITY = ("System.network", "System.hosting", "System.onCloud", "System.mlpsLevel")

TABLE: tuple[Line, ...] = (
    Line(
        ("Region", "Department", "Regime", "Parameter", "Rule"), Audience.ALL, EVERYONE, (Position.EVERYWHERE,), (OURS,)
    ),
    Line(ENTRIES, Audience.OPEN, EVERYONE, (Position.EVERYWHERE,), ("XY-SHARE-26a",)),
    Line(ENTRIES, Audience.SHARED, STAFF, (Position.OWN, Position.ABOVE), ("KF-SHARE-11b", "LN-12a")),
    Line(ENTRIES, Audience.SHARED, OVERSIGHT | {Role.PLANNER}, (Position.OWN, Position.BELOW), (OURS,)),
    Line(ENTRIES, Audience.SHARED, KEEPERS, (Position.WIDE,), (OURS,)),
    Line(ENTRIES, Audience.SHARED, STAFF, (Position.RECIPIENT,), ("KF-SHARE-15b",)),
    Line(ENTRIES, Audience.RESERVED, STAFF, (Position.DEPARTMENT,), ("KF-SHARE-11b",)),
    Line(ENTRIES, Audience.RESERVED, STAFF, (Position.RECIPIENT,), ("XY-SHARE-19",)),
    Line(ENTRIES, Audience.RESERVED, KEEPERS, (Position.WIDE,), (OURS,)),
    Line(ENTRIES, Audience.RESERVED, OVERSIGHT, (Position.OWN, Position.BELOW), (OURS,)),
    Line(("DataElement",), Audience.STANDARD, EVERYONE, (Position.EVERYWHERE,), (OURS,)),
    Line(("DataElement",), Audience.MEANT, EVERYONE, (Position.EVERYWHERE,), (OURS,)),
    Line(BUILT, Audience.BUILT, STAFF, (Position.OWN,), (OURS,)),
    Line(BUILT, Audience.BUILT, OVERSIGHT | {Role.PLANNER}, (Position.OWN, Position.BELOW), (OURS,)),
    Line(SECURITY, Audience.BUILT, STAFF, (Position.OPERATOR,), (OURS,)),
    Line(SECURITY, Audience.BUILT, OVERSIGHT, (Position.OWN, Position.BELOW), (OURS,)),
    Line(("Grant",), Audience.GRANTED, STAFF, (Position.DEPARTMENT, Position.RECIPIENT), ("KF-SHARE-15b",)),
    Line(("Grant",), Audience.GRANTED, OVERSIGHT, (Position.OWN, Position.BELOW), (OURS,)),
    Line(("Event",), Audience.DONE, frozenset({Role.AUDITOR}), (Position.OWN, Position.BELOW), (OURS,)),
    Line(("RoleAssignment",), Audience.ASSIGNED, EVERYONE, (Position.SUBJECT,), (OURS,)),
    Line(("RoleAssignment",), Audience.ASSIGNED, frozenset({Role.AUDITOR}), (Position.OWN, Position.BELOW), (OURS,)),
)
"""Edges have no lines of their own: who sees both ends sees the edge, and an earlier state needs its node, too."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a sight decides on the text of a statement; the rest of it are parameters.

    `is_whole`: an administrator, who sees all. `looks_down`: he sees what lies below a region; `wide` are the labels of
    which that is much. `is_recipient`: he was granted what he would not see otherwise.
    """

    is_whole: bool = False
    looks_down: bool = False
    is_recipient: bool = False
    wide: frozenset[str] = frozenset()


WHOLE = Shape(is_whole=True)

# The fragments have the hole `{n}` for the node; the names inside subqueries are used nowhere else.
EXACT: LiteralString = "{n}.audience IN $viewer.sees"
BELOW: LiteralString = "any(prefix IN $viewer.below WHERE {n}.audience STARTS WITH prefix)"
GRANTED: LiteralString = "{n}.id IN $viewer.granted"
RECEIVED: LiteralString = """EXISTS { MATCH ({n})-[received:TO]->(recipient:Department)
  WHERE recipient.id IN $viewer.departments AND <received> }""".replace(
    "<received>", holds("received", "$viewer.today")
)
STANDARD: LiteralString = "{n}.standard IS NOT NULL"
MEANT: LiteralString = "EXISTS { MATCH ({n})<-[:MEANS]-(meaning:DataItem) WHERE {meaning} }"
SHOWN_ALONG: LiteralString = "({n})-[{e}:MEANS]->"
"""From an item that the viewer sees: what it means he sees, too, and need not be looked for among thousands of items."""
DONE: LiteralString = """EXISTS { MATCH (doer:Department {id: {n}.department})-[sits:LOCATED_IN]->(seat:Region)
  WHERE <sits> AND any(prefix IN $viewer.watched WHERE seat.path STARTS WITH prefix) }""".replace(
    "<sits>", holds("sits", "$viewer.today")
)
ASSIGNED: LiteralString = """{n}.subject = $viewer.subject OR EXISTS { MATCH (seat:Region {id: {n}.region})
  WHERE any(prefix IN $viewer.watched WHERE seat.path STARTS WITH prefix) }"""
# Who operates a system today, and who answers for the region that the state `{s}` of it belonged to.
SECURED: LiteralString = """(any(prefix IN $viewer.secured WHERE {s}.audience STARTS WITH prefix)
  OR EXISTS { MATCH ({n})<-[runs:OPERATES]-(operator:Department)
    WHERE operator.id IN $viewer.departments AND <runs> })""".replace("<runs>", holds("runs", "$viewer.today"))

STAMPED = (Audience.OPEN, Audience.SHARED, Audience.RESERVED, Audience.GRANTED, Audience.BUILT)
"""The audiences that nodes carry; the others follow from what stands around a node."""


def visible(label: str, variable: LiteralString, shape: Shape) -> LiteralString:
    """The predicate under which the viewer may see the node of `label` in `variable`."""
    return "true" if shape.is_whole else seen(label, shape.looks_down, shape.is_recipient).replace("{n}", variable)


@lru_cache
def seen(label: str, looks_down: bool, is_recipient: bool) -> LiteralString:  # noqa: FBT001
    """The predicate for `{n}`; without a line in the table it is `false`."""
    lines = [line for line in TABLE if label in line.what]
    parts: list[LiteralString] = []
    if any(line.audience is Audience.ALL for line in lines):
        return "true"
    if any(line.audience in STAMPED for line in lines):
        parts.append(stamped(looks_down))
    if any(Position.RECIPIENT in line.places for line in lines):
        if label == "Grant":
            parts.append(RECEIVED)
        elif is_recipient:
            parts.append(GRANTED)
    if any(line.audience is Audience.STANDARD for line in lines):
        parts.append(STANDARD)
    if any(line.audience is Audience.MEANT for line in lines):
        parts.append(MEANT.replace("{meaning}", seen("DataItem", looks_down, is_recipient).replace("{n}", "meaning")))
    if any(line.audience is Audience.DONE for line in lines):
        parts.append(DONE)
    if any(line.audience is Audience.ASSIGNED for line in lines):
        parts.append(ASSIGNED)
    return "(" + " OR ".join(parts) + ")" if parts else "false"


def stamped(looks_down: bool) -> LiteralString:  # noqa: FBT001
    """The predicate for the audience that `{n}` carries; null where it carries none."""
    return EXACT + " OR " + BELOW if looks_down else EXACT


def is_stamped(label: str) -> bool:
    """Whether nodes of `label` carry an audience."""
    return any(label in line.what and line.audience in STAMPED for line in TABLE)


def visible_state(label: str, variable: LiteralString, shape: Shape) -> LiteralString:
    """The predicate for an earlier state of a node that may be seen: by its own audience; a grant shows none."""
    if shape.is_whole:
        return "true"
    carried: LiteralString = "(" + stamped(shape.looks_down) + ")"
    seen_now = seen(label, shape.looks_down, is_recipient=False)
    return (carried if is_stamped(label) else seen_now).replace("{n}", variable)


def shown(label: str, field: str, shape: Shape) -> LiteralString | None:
    """The predicate under which a field of the state `{s}` of `{n}` is shown; None where it is to all who see the node."""
    masked = not shape.is_whole and any(label + "." + field in line.what for line in TABLE)
    return SECURED if masked else None


def seeks(label: str, shape: Shape) -> list[tuple[LiteralString, LiteralString]]:
    """What the viewer sees of `label`, in parts that an index finds and that share no node: a row's source, its condition.

    Each part is `UNWIND <source> AS part MATCH … WHERE <condition>`, with the hole `{n}`. Empty where all may be seen, or
    what may be seen hangs on something else than the audience.
    """
    if shape.is_whole or not is_stamped(label):
        return []
    found: list[tuple[LiteralString, LiteralString]] = [("$viewer.sees", "{n}.audience = part")]
    if shape.looks_down:
        found.append(("$viewer.below", "{n}.audience STARTS WITH part"))
    if shape.is_recipient and GRANTED in seen(label, shape.looks_down, is_recipient=True):
        found.append(("$viewer.granted", "{n}.id = part AND NOT coalesce(" + stamped(shape.looks_down) + ", false)"))
    return found
