"""The service: routes and the one database."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from api.answer import Answerer
from api.door.documents import read_documents
from api.door.gate import PRICES, Gate, first_part
from api.door.metrics import TALLY
from api.door.rate import Rates
from api.door.readiness import Readiness
from api.http import PAGE_HEADERS, GraphQLEndpoint
from api.identity.assemble import assemble
from api.identity.local import person
from api.identity.settings import ANY_HOST
from api.schema import SCHEMA
from api.settings import Settings
from api.uploads import Uploads
from graph.database import Address, Database
from graph.lanes import Lanes
from graph.trail.keyring import Keyring
from graph.trail.sealing import sealing

ASSETS = Path(__file__).parent / "graphiql"


class Assets(StaticFiles):
    """The files of the page, the page itself among them, under the policy that it has at `/graphql`."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """The response with a file."""
        response = super().file_response(*args, **options)
        response.raw_headers += PAGE_HEADERS
        return response


class Service(Starlette):
    """The application. `/graphql` is answered before any routing; `is_stopping` makes the service say that it is not ready."""

    is_stopping = False
    graphql: GraphQLEndpoint
    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == "/graphql":
            await self.graphql(scope, receive, send)
        elif scope["type"] == "http" and first_part(scope["path"]) in PRICES:
            await self.gate(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def stop(self) -> None:
        """Say from now on that the service is not ready."""
        self.is_stopping = True


def create_app(settings: Settings, address: Address, say: Callable[[str], None] = lambda _: None) -> Service:
    """The application over the database at `address`, which must have the present schema.

    Without an identity provider `say` is told the path of each one-time link by which a browser logs in.
    """
    door = settings.door
    database = Database(address, Lanes(door.statements))
    rates = Rates(door.rate, door.public_rate)
    readiness = Readiness(database.is_ready)
    identity = assemble(settings.home, settings.providers, database, say)

    uploads = Uploads(database, identity.identify, identity.still, settings, rates)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        TALLY.lanes.append(database.lanes)
        try:
            async with database, sealing(database, Keyring(settings.trail), person()) as TALLY.sealed:
                yield
                await database.settle()
                await identity.close()
                await uploads.denials.close()
        finally:
            TALLY.sealed = None
            TALLY.lanes.remove(database.lanes)

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        is_ready = not app.is_stopping and await readiness.is_ready()
        return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)

    app = Service(
        routes=[
            Route("/import", uploads.answer, methods=["POST"]),
            *identity.routes,
            Mount("/graphiql", Assets(directory=ASSETS)),
            Route("/health", health),
            Route("/ready", ready),
        ],
        # A foreign name that leads to our address is refused (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=identity.hosts)],
        lifespan=lifespan,
    )
    app.gate = Gate(super(Service, app).__call__, rates, identity.remembers)
    app.graphql = GraphQLEndpoint(
        Answerer(SCHEMA, database, settings.today, seconds=door.seconds, hides_schema=not door.tells_schema),
        identity.identify,
        (ASSETS / "index.html").read_bytes(),
        hosts=frozenset() if ANY_HOST in identity.hosts else frozenset(identity.hosts),
        rates=rates,
        remembers=identity.remembers,
        documents=read_documents(door.documents) if door.documents else {},
        only_documents=door.only_documents,
        logs_all=door.logs_all,
    )
    return app
