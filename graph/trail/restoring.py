"""What of the signed checkpoints a restored copy of the database still has: found from its events, not from what it says."""

from collections import defaultdict
from typing import Any, LiteralString

from graph.database import Database
from graph.trail import merkle
from graph.trail.canonical import same
from graph.trail.checkpoint import Checkpoint, checkpoint_of
from graph.trail.findings import Findings
from graph.trail.keyring import Keyring
from graph.trail.signed import signed

_LEAVES: LiteralString = """
MATCH (e:Event) WHERE e.id >= '' RETURN e.log AS log, e.payload AS payload ORDER BY e.id
"""

_CHECKPOINTS: LiteralString = "MATCH (c:Checkpoint) RETURN c.number AS number, c.note AS note, c.moved AS moved"


async def kept(database: Database, ring: Keyring) -> tuple[int, int]:
    """The last checkpoint up to which every event that was signed is there as it was, and the last one signed; 0 for none.

    The events are read, all of them, and compared with the roots that are signed in the file beside the key and, as far as
    that lacks them, in the database.
    """
    found = {each.number: each for each in map(read_row, await database.run(_CHECKPOINTS)) if each is not None}
    found |= {each.number: each for each in ring.all()}
    made = signed(found, ring.public(), Findings())
    frontiers: defaultdict[str, list[bytes]] = defaultdict(list)
    sizes: defaultdict[str, int] = defaultdict(int)
    wrong: set[int] = set()
    async for row in database.stream(_LEAVES):
        log = str(row["log"])
        merkle.append(frontiers[log], sizes[log], merkle.leaf(str(row["payload"]).encode()))
        sizes[log] += 1
        for number, root in made.roots.get(log, {}).get(sizes[log], ()):
            if merkle.root(frontiers[log]).hex() != root:
                wrong.add(number)
    for log, roots in made.roots.items():
        wrong |= {number for size, signs in roots.items() if size > sizes[log] for number, _ in signs}
    return min(wrong, default=made.last + 1) - 1, made.last


def read_row(row: dict[str, Any]) -> Checkpoint | None:
    """The checkpoint in a record of the database, None if that holds something else or another number."""
    try:
        checkpoint = checkpoint_of(row)
        return checkpoint if same(row["number"], checkpoint.number) else None
    except (KeyError, TypeError, ValueError):
        return None
