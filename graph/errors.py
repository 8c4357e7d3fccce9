"""What can go wrong, as a tree.

* GraphError                 anything a person can be told: what is wrong, and the cure
  * BadInput                 a value given by the asker cannot be used
  * EngineError              the database server cannot be started, reached or trusted
    * TooSlow                a statement ran into its deadline
    * Interrupted            the connection broke, or another write was in the way
    * Overloaded             more is asked at once than the database is given
  * Refused                  a rule does not allow a change; nothing was changed
  * ImportRefused            a file cannot be imported; nothing was changed
  * TrailError               the trail cannot be signed, exported or verified
"""

from collections.abc import Iterable
from typing import Any

from graph.words import RefusalCode


class GraphError(Exception):
    """An error to show to a person.

    `message` says what is wrong, `cure` what to do about it (may be empty where nothing can be done).
    """

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    @property
    def code(self) -> str:
        """What programs tell it by."""
        return type(self).__name__

    def as_json(self) -> dict[str, Any]:
        """What a program is told."""
        return {"code": self.code, "message": self.message, "cure": self.cure}

    def __str__(self) -> str:
        """Message and cure in one line."""
        return f"{self.message} {self.cure}".strip()


class BadInput(GraphError):
    """A value given by the asker cannot be used."""


class EngineError(GraphError):
    """The database server cannot be started, reached or trusted."""


class TooSlow(EngineError):
    """A statement ran into its deadline."""


class Interrupted(EngineError):
    """The connection broke, perhaps during a commit, or another write was in the way: asking again may succeed."""


class Refused(GraphError):
    """A rule does not allow a change; nothing was changed. `rules` are the names of the rules, none where it is our choice.

    `is_hidden`: what stands in the way is nothing that the asker may see.
    """

    def __init__(
        self, code: RefusalCode, message: str, cure: str, rules: Iterable[str] = (), *, is_hidden: bool = False
    ) -> None:
        super().__init__(message, cure)
        self.why = code
        self.rules = tuple(rules)
        self.is_hidden = is_hidden

    @property
    def code(self) -> RefusalCode:
        """Why."""
        return self.why

    def as_json(self) -> dict[str, Any]:
        """What a program is told, with the rules."""
        return super().as_json() | {"rules": list(self.rules)}


class Overloaded(EngineError):
    """More is asked at once than the database is given; nothing was done, and it is worth asking again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__("The service is busy.", "Ask again in a moment.")
        self.seconds = seconds


class ImportRefused(GraphError):
    """A file cannot be imported; nothing was changed."""


class TrailError(GraphError):
    """The trail cannot be signed, exported or verified."""
