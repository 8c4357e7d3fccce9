"""The service: routes and the one database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.answer import Answerer
from api.http import GraphQLEndpoint
from api.schema import SCHEMA
from api.settings import Settings
from api.uploads import Uploads
from graph.database import Address, Database
from graph.permissions import LOCAL, Viewer

LOOPBACK = ("127.0.0.1", "localhost")
"""The names under which this machine, and no other, is reached."""
ASSETS = Path(__file__).parent / "graphiql"


def create_app(settings: Settings, address: Address) -> Starlette:
    """The application over the database at `address`, which must have the present schema."""
    database = Database(address)

    async def identify(_: Scope) -> Viewer:
        return LOCAL

    graphql = GraphQLEndpoint(
        Answerer(SCHEMA, database, settings.today), identify, (ASSETS / "index.html").read_bytes()
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with database:
            yield

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        is_ready = await database.is_ready()
        return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/graphql", graphql),
            Route("/import", Uploads(database, identify, settings).answer, methods=["POST"]),
            Mount("/graphiql", StaticFiles(directory=ASSETS)),
            Route("/health", health),
            Route("/ready", ready),
            Route("/metrics", metrics),
        ],
        # Without identities the loopback address is the only guard, so a foreign name that leads to it is refused.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)],
        lifespan=lifespan,
    )
