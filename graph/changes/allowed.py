"""Who may change what: pure rules over what is known of the asker and of the place that a thing belongs to.

Each mutation says above its function who may do it, line by line, with the rules that each line rests on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graph.errors import Refused
from graph.permissions import Binding
from graph.words import RefusalCode, Role


class Reach(Enum):
    """How far a role goes."""

    OWN = "what belongs to its department or a part of it; without a department, to its region and what lies below"
    REGION = "what belongs to its region and what lies below"
    ALL = "everything"


@dataclass(frozen=True, slots=True)
class Right:
    """Who may: a role, how far it goes, and the names of the rules that say so (none: our choice)."""

    role: Role
    reach: Reach
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something belongs: to which department and regions, and what the regime of the place says.

    `departments` and `regions` begin with its own and go up; `points` has the values that the regime sets and the names
    of the rules under which it does, by the parameter's name.
    """

    name: str = ""
    departments: Sequence[str] = ()
    regions: Sequence[str] = ()
    regime: str = ""
    points: Mapping[str, tuple[Any, tuple[str, ...]]] = field(default_factory=dict[str, tuple[Any, tuple[str, ...]]])

    def value(self, point: str) -> Any:
        """What the regime sets for a parameter; None where none applies, or the one that does is silent."""
        return self.points.get(point, (None, ()))[0]

    def under(self, point: str) -> tuple[str, ...]:
        """The rules under which the regime sets a parameter."""
        return self.points.get(point, (None, ()))[1]

    def ours(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Of some rules those of the regime that applies: never another place's."""
        return tuple(rule for rule in rules if rule.startswith(f"{self.regime}-"))


def reaches(binding: Binding, right: Right, place: Place) -> bool:
    """Whether a role, as it is bound, goes as far as a place."""
    if binding.role is not right.role:
        return False
    if right.reach is Reach.ALL:
        return True
    if right.reach is Reach.OWN and binding.department:
        return binding.department in place.departments
    return binding.region in place.regions


def may(bindings: Iterable[Binding], rights: Iterable[Right], place: Place) -> bool:
    """Whether one of the asker's roles goes as far as a place by one of the rights."""
    held = tuple(bindings)
    return any(reaches(binding, right, place) for right in rights for binding in held)


def demand(bindings: Iterable[Binding], rights: Sequence[Right], place: Place) -> None:
    """Refused, NOT_ALLOWED, with the rules of the place, where none of the asker's roles goes that far."""
    if not may(bindings, rights, place):
        roles = "、".join(right.role.doc.split(" ", 1)[0] for right in rights)
        rules = place.ours(rule for right in rights for rule in right.rules)
        about = f"for {place.name} " if place.name else ""
        raise Refused(
            RefusalCode.NOT_ALLOWED, f"None of your roles allows this {about}here.", f"It is done by {roles}.", rules
        )
