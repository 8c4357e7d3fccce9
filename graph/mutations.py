"""What a mutation is: a function that changes the graph inside one transaction, declared where its Cypher stands.

Everything that the outside needs to know about a mutation (its name, arguments, answer, docs, who may) is read from here,
so a mutation is written once. `graph/changes/perform.py` runs it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from graph.changes.allowed import Place, Right, demand, may
from graph.changes.places import POINTS
from graph.database import Transaction
from graph.permissions import Viewer, visible
from graph.questions import Argument, arguments_of
from graph.record import Id
from graph.sight import Sight
from graph.words import Action


@dataclass(frozen=True, slots=True)
class Changed:
    """What a mutation did: to which thing, what it was before (None: not there) and is now, what else it touched, why."""

    id: str
    before: Any
    after: Any
    also: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One mutation under way: its transaction, what the asker sees and which roles he has, the instant and the day of it."""

    tx: Transaction
    sight: Sight
    at: str
    today: date

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return self.sight.viewer

    async def one(self, statement: LiteralString, **parameters: Any) -> dict[str, Any] | None:
        """The first record of a statement that knows `$at`, `$today`, `$viewer` and the `$points` of a regime; or None."""
        known = {"at": self.at, "today": self.today, "viewer": self.sight.parameters, "points": POINTS}
        found = await self.tx.run(statement, **known, **parameters)
        return found[0] if found else None

    def visible(self, label: str, variable: LiteralString) -> LiteralString:
        """The predicate under which the asker may see the node of `label` in `variable`."""
        return visible(label, variable, self.sight.shape)

    def may(self, rights: Sequence[Right], place: Place) -> bool:
        """Whether one of the asker's roles goes as far as the place."""
        return may(self.sight.bindings, rights, place)

    def demand(self, rights: Sequence[Right], place: Place) -> None:
        """Refused where none of the asker's roles goes as far as the place."""
        demand(self.sight.bindings, rights, place)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation: `answer` names the record that tells what was changed, `who` who may; `change` raises Refused.

    `locks` are the arguments whose things are locked before anything is read, and before the instant is fixed.
    """

    name: str
    doc: str
    answer: str
    action: Action
    who: tuple[Right, ...]
    locks: tuple[str, ...]
    arguments: tuple[Argument, ...]
    change: Callable[..., Awaitable[Changed]]


MUTATIONS: dict[str, Mutation] = {}
KEY = Argument("idempotencyKey", Id, "幂等键 A word of your own for this change; sent again, it is made once.", ...)


def mutation(
    doc: str, answer: str, action: Action, who: tuple[Right, ...], *, name: str, locks: tuple[str, ...]
) -> Callable[[Callable[..., Awaitable[Changed]]], Callable[..., Awaitable[Changed]]]:
    """Declare a function as a mutation; its keyword arguments are annotated with types and `Doc`."""

    def declare(change: Callable[..., Awaitable[Changed]]) -> Callable[..., Awaitable[Changed]]:
        MUTATIONS[name] = Mutation(name, doc, answer, action, who, locks, (*arguments_of(change), KEY), change)
        return change

    return declare
