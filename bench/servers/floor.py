"""The floor: what no service in Python can be faster than.

Raw ASGI under uvicorn, the async driver with its Rust extension, the Cypher that a person would write by hand for
exactly this answer (the same edges hold: withdrawn and ended ones do not count), one record, orjson. It knows its
documents by heart: nothing is parsed, checked, limited or counted. Of a lineage it tells the flows alone, as pairs of ids.
"""

from datetime import date
from typing import Any

import orjson

from bench.lineage import BARE, MOST
from bench.lineage import QUERY as LINEAGE
from bench.questions import LIST, NESTED, POINT
from bench.servers.running import READ, connected, run

POINT_CYPHER = """MATCH (r:Resource {id: $id})
OPTIONAL MATCH (r)<-[e:PROVIDES]-(d:Department)
WHERE e.withdrawnAt IS NULL AND (e.since IS NULL OR e.since <= $on) AND (e.until IS NULL OR e.until > $on)
RETURN [r.id, r.name, r.resourceCode, r.classification, r.abstract, r.theme, r.shareType, r.openType, r.updateCycle,
  toString(r.lastUpdatedAt), d.name] AS row LIMIT 1"""
LIST_CYPHER = """MATCH (r:Resource) WHERE r.sortName > $after WITH r ORDER BY r.sortName LIMIT 1000
RETURN collect([r.id, r.name, r.resourceCode, r.classification, r.abstract, r.theme, r.shareType, r.openType,
  r.updateCycle, toString(r.lastUpdatedAt)]) AS rows"""
NESTED_CYPHER = """MATCH (r:Resource) WHERE r.sortName > $after WITH r ORDER BY r.sortName LIMIT 50
RETURN collect([r.id, r.name, COLLECT {
  MATCH (r)-[e:HAS_ITEM]->(i:DataItem)
  WHERE e.withdrawnAt IS NULL AND (e.since IS NULL OR e.since <= $on) AND (e.until IS NULL OR e.until > $on)
  WITH i ORDER BY i.sortPosition LIMIT 20
  RETURN [i.id, i.name, i.position, i.dataType, i.description] }]) AS rows"""


def point(row: list[Any]) -> dict[str, Any]:
    """The answer to the point."""
    *row, provider = row
    return {"resource": scalars([row])[0] | {"provider": provider and {"name": provider}}}


def listed(rows: list[list[Any]]) -> dict[str, Any]:
    """The answer to the list."""
    return {"resources": {"nodes": scalars(rows)}}


def scalars(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The ten fields of resources."""
    return [
        {
            "id": id,
            "name": name,
            "resourceCode": code,
            "classification": classification,
            "abstract": abstract,
            "theme": theme,
            "shareType": share,
            "openType": opened,
            "updateCycle": cycle,
            "lastUpdatedAt": updated,
        }
        for id, name, code, classification, abstract, theme, share, opened, cycle, updated in rows
    ]


def nested(rows: list[list[Any]]) -> dict[str, Any]:
    """The answer to the nested question."""
    return {
        "resources": {
            "nodes": [
                {
                    "id": id,
                    "name": name,
                    "items": {
                        "nodes": [
                            {"id": id, "name": name, "position": position, "dataType": kind, "description": description}
                            for id, name, position, kind, description in items
                        ]
                    },
                }
                for id, name, items in rows
            ]
        }
    }


def flows(rows: list[list[Any]]) -> dict[str, Any]:
    """The flows of a lineage."""
    return {"lineage": rows}


KNOWN = {
    POINT: (POINT_CYPHER, point),
    LIST: (LIST_CYPHER, listed),
    NESTED: (NESTED_CYPHER, nested),
    LINEAGE: (BARE, flows),
}


class Floor:
    """The ASGI application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.driver = connected()
            self.today = date.today()  # noqa: DTZ011
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.driver.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        asked = orjson.loads((await receive())["body"])
        cypher, named = KNOWN[asked["query"]]
        async with self.driver.session(database="neo4j", default_access_mode=READ, fetch_size=-1) as session:
            result = await session.run(cypher, asked["variables"] | {"on": self.today, "nodes": MOST})
            record = await result.single()
        body = orjson.dumps({"data": named(record[0])})
        length = b"%d" % len(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    run(Floor())
