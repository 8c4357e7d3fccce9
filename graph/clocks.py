"""When an asserted edge holds, and when it was known: the one predicate for both clocks.

`since` ≤ day < `until`, where a missing end is open; `recordedAt` ≤ instant < `withdrawnAt`.
"""

from typing import LiteralString

HOLDS: LiteralString = "({e}.since IS NULL OR {e}.since <= {day}) AND ({e}.until IS NULL OR {e}.until > {day})"
KNOWN: LiteralString = "{e}.recordedAt <= {instant} AND ({e}.withdrawnAt IS NULL OR {e}.withdrawnAt > {instant})"
STANDS: LiteralString = "{e}.withdrawnAt IS NULL"


def holds(edge: LiteralString, day: LiteralString = "$today", instant: LiteralString = "") -> LiteralString:
    """The predicate under which an edge holds on a day, as far as it was known at an instant; without one, as it is known now."""
    known = KNOWN.replace("{instant}", instant) if instant else STANDS
    return (known + " AND " + HOLDS.replace("{day}", day)).replace("{e}", edge)
