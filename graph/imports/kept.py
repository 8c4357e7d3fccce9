"""What was worked out for a short text is kept; a long text is worked out each time, so that files cannot fill the memory."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONGEST = 200
Result = TypeVar("Result")


def kept(most: int) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """Keep up to `most` results of a pure function of a text, those of texts of at most LONGEST characters."""

    def keeping(function: Callable[[str], Result]) -> Callable[[str], Result]:
        known = lru_cache(maxsize=most)(function)

        @wraps(function)
        def ask(text: str) -> Result:
            return known(text) if len(text) <= LONGEST else function(text)

        return ask

    return keeping
