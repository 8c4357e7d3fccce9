"""Whether an answer can still change: writes that have begun and whose instant is not fixed yet.

A write first commits `(:Write {id, registeredAt, until})`, then fixes its instant `at` inside the transaction that carries
its changes. So a reader who sees no open write at his instant K knows that every later write has an instant after K.
"""

from typing import LiteralString

# The instant at which a statement asks; in microseconds, so that it can be asked for again as it was printed.
INSTANT: LiteralString = "toString(datetime.truncate('microsecond', datetime.realtime()))"

# At the start of a statement: is a write open that may yet get an instant up to the asked one?
OPEN: LiteralString = """EXISTS { MATCH (w:Write)
  WHERE w.at IS NULL AND w.until > datetime.realtime() AND w.registeredAt <= coalesce($knownAt, datetime.realtime()) }"""

# At its end: is the asked instant still to come, or did, where the present was asked for, a write become known meanwhile?
OVERTAKEN: LiteralString = """coalesce($knownAt > datetime.realtime(),
  EXISTS { MATCH (w:Write) WHERE w.at > datetime(asOf) })"""
