"""The nouns: one by its id, as of a day and as it was known; or a page of them, filtered and sorted."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, LiteralString

from graph.lanes import PAGE, POINT
from graph.model import RECORDS
from graph.questions import PAGE_ARGUMENTS, Argument, Asked, Page, Question, register
from graph.record import Declared, Id
from graph.statement import Composer

# A state is asked for where one of the two dates is given; without a state on that day there is no answer.
ONE: LiteralString = "MATCH (n0:{label} {{id: $id}}) WHERE {visible} RETURN {row} AS row"
ONE_THEN: LiteralString = """MATCH (n0:{label} {{id: $id}}) WHERE {visible}
WITH n0, {state} AS s0 WHERE s0 IS NOT NULL RETURN {row} AS row"""
MANY: LiteralString = "RETURN {page} AS row"

DATES = (
    Argument("on", date | None, "截至日期 As of this day in the world; default: today.", None),
    Argument("knownAt", datetime | None, "知悉时间 As the catalog knew it at this instant; default: now.", None),
)


def noun(record: Declared) -> Callable[..., Awaitable[Any]]:
    """The question for one node of `record` by its id."""

    async def ask(asked: Asked, *, id: str, on: date | None = None, knownAt: datetime | None = None) -> Any:
        """The node's row, or None when there is none, or none that may be seen."""

        def compose(composer: Composer) -> LiteralString:
            label, seen = record.name, composer.visible(record.name, "n0")
            if not (composer.dated and record.has_states):
                return ONE.format(label=label, visible=seen, row=composer.record(asked.selection, record, 0))
            row = composer.record(asked.selection, record, 0, "s0")
            return ONE_THEN.format(label=label, visible=seen, state=composer.state(label, "n0"), row=row)

        columns = await asked.read(compose, on=on, known_at=knownAt, id=id)
        return columns and columns[0]

    return ask


def nouns(record: Declared) -> Callable[..., Awaitable[Any]]:
    """The question for a page of the nodes of `record`."""

    async def ask(asked: Asked, **_: Any) -> Any:
        """A page; its arguments are read by the composer, as those of a page inside a record are."""

        def compose(composer: Composer) -> LiteralString:
            return MANY.format(page=composer.listing(asked.selection, record))

        columns = await asked.read(compose)
        return columns and columns[0]

    return ask


async def node(asked: Asked, *, id: str) -> Any:
    """The node with any id: its kind leads to the label."""
    record = RECORDS.get(id.partition(":")[0])
    if record is None or not record.is_node:
        return None

    def compose(composer: Composer) -> LiteralString:
        row = composer.row(asked.selection, record, 0, record.name)
        return ONE.format(label=record.name, visible=composer.visible(record.name, "n0"), row=row)

    columns = await asked.read(compose, variant=record.name, id=id)
    return columns and columns[0]


PLURALS = {
    "Department": "departments",
    "Resource": "resources",
    "System": "systems",
    "Project": "projects",
    "DataItem": "dataItems",
    "DataElement": "dataElements",
    "Regime": "regimes",
    "Rule": "rules",
    "Region": "regions",
    "RoleAssignment": "roleAssignments",
    "Event": "events",
}
ALONE = ("Event",)
"""The records that are asked for one by one in another module."""


def declare() -> None:
    """Register the question for one and the question for many of every noun."""
    identifier = Argument("id", Id, "标识 The id, `Kind:key`.", ...)
    register(
        Question("node", "实体 The thing with this id, of whatever kind.", "Node", False, (identifier,), node, POINT)
    )
    for name, plural in PLURALS.items():
        record = RECORDS[name]
        term = record.doc.split(" ", 1)[0]
        singular = name[0].lower() + name[1:]
        if name not in ALONE:
            doc = f"{term} One {name} by its id."
            register(Question(singular, doc, name, False, (identifier, *DATES), noun(record), POINT))
        register(
            Question(
                plural,
                f"{term} {name}s, filtered and sorted, as of now.",
                Page(name),
                True,
                PAGE_ARGUMENTS,
                nouns(record),
                PAGE,
            )
        )


declare()
