"""Plain strawberry: types, resolvers and data loaders as its documentation shows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import strawberry
from neo4j import AsyncDriver
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from bench.servers.running import READ, connected, run

HOLDS = "e.withdrawnAt IS NULL AND (e.since IS NULL OR e.since <= $on) AND (e.until IS NULL OR e.until > $on)"
ONE = "MATCH (r:Resource {id: $id}) RETURN r"
MANY = "MATCH (r:Resource) WHERE r.sortName > $after RETURN r ORDER BY r.sortName LIMIT $first"
PROVIDERS = f"MATCH (r:Resource WHERE r.id IN $ids)<-[e:PROVIDES]-(d:Department) WHERE {HOLDS} RETURN r.id AS id, d"
ITEMS = f"""MATCH (r:Resource WHERE r.id IN $ids)-[e:HAS_ITEM]->(i:DataItem) WHERE {HOLDS}
WITH r, i ORDER BY i.sortPosition RETURN r.id AS id, collect(i)[0..$first] AS items"""

drivers: list[AsyncDriver] = []


async def rows(cypher: str, **parameters: Any) -> list[Any]:
    """The records of a read."""

    async def work(transaction: Any) -> list[Any]:
        result = await transaction.run(cypher, parameters)
        return [record async for record in result]

    async with drivers[0].session(database="neo4j", default_access_mode=READ) as session:
        return await session.execute_read(work)


@strawberry.type
class Department:
    id: strawberry.ID
    name: str


@strawberry.type
class DataItem:
    id: strawberry.ID
    name: str
    position: int | None
    dataType: str | None
    description: str | None


@strawberry.type
class Items:
    nodes: list[DataItem]


@strawberry.type
class Resource:
    id: strawberry.ID
    name: str
    resourceCode: str | None
    classification: str | None
    abstract: str | None
    theme: str | None
    shareType: str | None
    openType: str | None
    updateCycle: str | None
    lastUpdatedAt: date | None

    @strawberry.field
    async def provider(self, info: strawberry.Info) -> Department | None:
        return await info.context["providers"].load(self.id)

    @strawberry.field
    async def items(self, info: strawberry.Info, first: int) -> Items:
        return Items(nodes=await info.context["items"].load((self.id, first)))


@strawberry.type
class Resources:
    nodes: list[Resource]


def resource(node: Any) -> Resource:
    """A resource from its node."""
    updated = node.get("lastUpdatedAt")
    return Resource(
        id=node["id"],
        name=node["name"],
        resourceCode=node.get("resourceCode"),
        classification=node.get("classification"),
        abstract=node.get("abstract"),
        theme=node.get("theme"),
        shareType=node.get("shareType"),
        openType=node.get("openType"),
        updateCycle=node.get("updateCycle"),
        lastUpdatedAt=updated and updated.to_native(),
    )


@strawberry.type
class Query:
    @strawberry.field
    async def resource(self, id: strawberry.ID) -> Resource | None:
        found = await rows(ONE, id=id)
        return resource(found[0]["r"]) if found else None

    @strawberry.field
    async def resources(self, first: int, after: str) -> Resources:
        return Resources(nodes=[resource(row["r"]) for row in await rows(MANY, first=first, after=after)])


async def load_providers(ids: list[str]) -> list[Department | None]:
    """The providers of resources."""
    found = {row["id"]: row["d"] for row in await rows(PROVIDERS, ids=ids, on=date.today())}  # noqa: DTZ011
    return [Department(id=found[id]["id"], name=found[id]["name"]) if id in found else None for id in ids]


async def load_items(keys: list[tuple[str, int]]) -> list[list[DataItem]]:
    """The first items of resources, as many of each."""
    ids, first = [id for id, _ in keys], keys[0][1]
    found = {row["id"]: row["items"] for row in await rows(ITEMS, ids=ids, first=first, on=date.today())}  # noqa: DTZ011
    return [
        [
            DataItem(
                id=node["id"],
                name=node["name"],
                position=node.get("position"),
                dataType=node.get("dataType"),
                description=node.get("description"),
            )
            for node in found.get(id, ())
        ]
        for id in ids
    ]


class Endpoint(GraphQL):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"providers": DataLoader(load_fn=load_providers), "items": DataLoader(load_fn=load_items)}


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Keep the driver open while the server runs."""
    async with connected() as driver:
        drivers.append(driver)
        yield


if __name__ == "__main__":
    schema = strawberry.Schema(Query, config=strawberry.schema.config.StrawberryConfig(auto_camel_case=False))
    run(Starlette(routes=[Route("/graphql", Endpoint(schema))], lifespan=lifespan))
