"""The locks of an import, taken before its instant is fixed and before it is asked whether it is allowed."""

from collections.abc import Iterable

from graph.batches import batches
from graph.database import Runner

_REGION = "MATCH (g:Region {id: $region}) SET g._lock = 1 REMOVE g._lock"
_RESOURCES = "UNWIND $ids AS id MATCH (r:Resource {id: id}) SET r._lock = 1 REMOVE r._lock"


async def lock_region(run: Runner, region: str) -> None:
    """Let imports into one region wait for each other."""
    await run.run(_REGION, region=f"Region:{region}")


async def lock_resources(run: Runner, ids: Iterable[str]) -> None:
    """Let changes of these resources and of their items wait; in the order of ids, so that two cannot wait for each other."""
    for batch in batches(sorted(ids)):
        await run.run(_RESOURCES, ids=batch)
