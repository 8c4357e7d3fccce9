"""Stamps on nodes who may see them: the one place where `audience` is set.

* `OPEN`                            a published resource that is open to society without conditions: everyone
* `S<region path>`                  another published resource: the region is its provider's
* `R<region path>#<department id>`  a resource not published, secret or not shared to all: the provider
* `G<region path>#<department id>`  a grant: the provider of what is granted
* `Y<region path>`                  a system, a project: the region of its operator, its proposer

Items have the audience of their resource. `Region.path` is `/<code of the root>/…/<code>/`. A node without audience is seen
by administrators alone. Every write of what this depends on calls `stamp` in its own transaction: of a resource's
publication, secrecy or types, of who provides, operates or proposes, of what is granted. Earlier states keep the audience
that the node had.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import LiteralString

from graph.batches import BATCH, batches
from graph.database import Runner

# Of several edges that have begun the one that holds longest counts, the last one where all have ended; then what is still
# to begin. One recorded wrongly never does. Without `$today` the engine's day counts, which may be another than ours.
FIRST: LiteralString = (
    "coalesce({e}.since > coalesce($today, date()), false), {e}.until IS NOT NULL, {e}.until DESC, {m}.id LIMIT 1"
)
# The names inside are used nowhere else, so that they meet none of the statement around.
PATH: LiteralString = """head(COLLECT { MATCH (<d>)-[lies:LOCATED_IN WHERE lies.withdrawnAt IS NULL]->(locality:Region)
    RETURN locality.path ORDER BY <first lies locality> })"""
PROVIDER: LiteralString = """head(COLLECT { MATCH (<r>)<-[provides:PROVIDES WHERE provides.withdrawnAt IS NULL]-(giver:Department)
    RETURN giver ORDER BY <first provides giver> })"""

# The lock comes first: whoever adds items to the resource meanwhile is waited for, and they are found.
RESOURCES: LiteralString = """
UNWIND $ids AS id MATCH (r:Resource {id: id})
SET r._lock = 1 REMOVE r._lock
WITH r, <provider r> AS d
WITH r, d, CASE WHEN d IS NULL THEN head(COLLECT { MATCH (g:Region {id: 'Region:' + r.catalogRegion}) RETURN g.path })
  ELSE <path d> END AS path
WITH r, CASE
  WHEN coalesce(r.publication, '') <> 'PUBLISHED' OR coalesce(r.secrecy, 'NOT_SECRET') <> 'NOT_SECRET'
    OR coalesce(r.shareType, '') IN ['NOT_SHARED', 'SPECIAL', 'DEFERRED'] THEN 'R' + path + '#' + coalesce(d.id, '')
  WHEN r.openType = 'UNCONDITIONAL_OPEN' THEN 'OPEN'
  ELSE 'S' + path END AS audience
WHERE coalesce(r.audience, '') <> coalesce(audience, '')
SET r.audience = audience
"""
# An item that belonged to several resources has the narrowest of their audiences.
ITEMS: LiteralString = """
UNWIND $ids AS id MATCH (:Resource {id: id})-[:HAS_ITEM]->(i:DataItem)
WITH DISTINCT i
WITH i, head(COLLECT { MATCH (i)<-[:HAS_ITEM]-(r:Resource) WITH r.audience AS each RETURN each
  ORDER BY CASE WHEN each IS NULL THEN 0 WHEN each STARTS WITH 'R' THEN 1 WHEN each STARTS WITH 'S' THEN 2 ELSE 3 END, each
  LIMIT 1 }) AS audience
WHERE coalesce(i.audience, '') <> coalesce(audience, '')
SET i.audience = audience
"""
OF_DEPARTMENTS: LiteralString = """
UNWIND $ids AS id MATCH (:Department {id: id})-[:PROVIDES|OPERATES|PROPOSES]->(x) RETURN collect(DISTINCT x.id) AS ids
"""
GRANTS_OF: LiteralString = """
UNWIND $ids AS id MATCH (r:Resource {id: id})-[:HAS_ITEM*0..1]->(x)<-[:OF]-(g:Grant) RETURN collect(DISTINCT g.id) AS ids
"""
GRANTS: LiteralString = """
UNWIND $ids AS id MATCH (g:Grant {id: id})
WITH g, head(COLLECT { MATCH (g)-[of:OF WHERE of.withdrawnAt IS NULL]->(x:Resource|DataItem)
  RETURN x ORDER BY <first of x> }) AS x
WITH g, CASE WHEN x:Resource THEN x
  ELSE head(COLLECT { MATCH (x)<-[has:HAS_ITEM WHERE has.withdrawnAt IS NULL]-(r:Resource)
    RETURN r ORDER BY <first has r> }) END AS r
WITH g, <provider r> AS d
WITH g, 'G' + <path d> + '#' + d.id AS audience
WHERE coalesce(g.audience, '') <> coalesce(audience, '')
SET g.audience = audience
"""
SYSTEMS: LiteralString = """
UNWIND $ids AS id MATCH (s:System {id: id})
WITH s, head(COLLECT { MATCH (s)<-[operates:OPERATES WHERE operates.withdrawnAt IS NULL]-(o:Department)
  RETURN o ORDER BY <first operates o> }) AS d
WITH s, 'Y' + <path d> AS audience
WHERE coalesce(s.audience, '') <> coalesce(audience, '')
SET s.audience = audience
"""
PROJECTS: LiteralString = """
UNWIND $ids AS id MATCH (p:Project {id: id})
WITH p, head(COLLECT { MATCH (p)<-[proposes:PROPOSES WHERE proposes.withdrawnAt IS NULL]-(o:Department)
  RETURN o ORDER BY <first proposes o> }) AS d
WITH p, 'Y' + <path d> AS audience
WHERE coalesce(p.audience, '') <> coalesce(audience, '')
SET p.audience = audience
"""
REGIONS: LiteralString = """
MATCH up = (g:Region)-[:WITHIN*0..8]->(top:Region) WHERE NOT EXISTS { (top)-[:WITHIN]->() }
WITH g, g.path AS former, reduce(path = '/', each IN reverse(nodes(up)) | path + each.code + '/') AS path
WHERE coalesce(former, '') <> path
SET g.path = path
RETURN count(former) > 0 AS moved
"""
EVERY: dict[str, LiteralString] = {
    "Resource": "MATCH (n:Resource) WHERE n.id > $after RETURN n.id AS id ORDER BY n.id LIMIT $size",
    "System": "MATCH (n:System) WHERE n.id > $after RETURN n.id AS id ORDER BY n.id LIMIT $size",
    "Project": "MATCH (n:Project) WHERE n.id > $after RETURN n.id AS id ORDER BY n.id LIMIT $size",
    "Grant": "MATCH (n:Grant) WHERE n.id > $after RETURN n.id AS id ORDER BY n.id LIMIT $size",
}


def path_of(department: LiteralString) -> LiteralString:
    """The path of the region of the department in a variable, or null."""
    return PATH.replace("<d>", department).replace("<first lies locality>", first("lies", "locality"))


def first(edge: LiteralString, end: LiteralString) -> LiteralString:
    """The order in which the edge that counts, and the node at its end, come first; with the limit."""
    return FIRST.replace("{e}", edge).replace("{m}", end)


def provider_of(resource: LiteralString) -> LiteralString:
    """The department that provides the resource in a variable, or null."""
    return PROVIDER.replace("<r>", resource).replace("<first provides giver>", first("provides", "giver"))


STAMPS: dict[str, tuple[LiteralString, ...]] = {
    "Resource": (RESOURCES.replace("<provider r>", provider_of("r")).replace("<path d>", path_of("d")), ITEMS),
    "Grant": (
        GRANTS.replace("<first of x>", first("of", "x"))
        .replace("<first has r>", first("has", "r"))
        .replace("<provider r>", provider_of("r"))
        .replace("<path d>", path_of("d")),
    ),
    "System": (SYSTEMS.replace("<first operates o>", first("operates", "o")).replace("<path d>", path_of("d")),),
    "Project": (PROJECTS.replace("<first proposes o>", first("proposes", "o")).replace("<path d>", path_of("d")),),
}


async def stamp(run: Runner, ids: Iterable[str], today: date | None = None) -> None:
    """Set the audience of resources with their items and the grants of them, of grants, systems and projects, by their ids.

    A department stands for what it provides, operates and proposes; ids of other kinds are passed over, so that a writer
    may hand in all that it touched.
    """
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for each in ids:
        kinds[each.partition(":")[0]].add(each)
    for batch in batches(sorted(kinds["Department"])):
        [found] = await run.run(OF_DEPARTMENTS, ids=batch)
        for each in found["ids"]:
            kinds[each.partition(":")[0]].add(each)
    for batch in batches(sorted(kinds["Resource"])):
        [found] = await run.run(GRANTS_OF, ids=batch)
        kinds["Grant"].update(found["ids"])
    for kind, statements in STAMPS.items():
        for batch in batches(sorted(kinds[kind])):
            for statement in statements:
                await run.run(statement, ids=batch, today=today)


async def stamp_regions(run: Runner) -> None:
    """Set the path of every region; where one moved, all audiences too."""
    [found] = await run.run(REGIONS)
    if found["moved"]:
        await stamp_all(run)


async def stamp_all(run: Runner) -> None:
    """Set every audience, in the order of ids."""
    for statement in EVERY.values():
        after = ""
        while rows := await run.run(statement, after=after, size=BATCH):
            await stamp(run, (row["id"] for row in rows))
            after = rows[-1]["id"]
