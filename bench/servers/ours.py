"""The service itself, as `serve` runs it, asked by the local administrator."""

import logging
from dataclasses import replace

import uvloop
from starlette.types import Scope

from api.app import create_app
from api.door.server import DoorServer
from api.settings import Settings
from bench.servers.running import bound
from graph.permissions import LOCAL, Viewer


async def identify(_: Scope) -> Viewer:
    """The local administrator: the floor and the others know no viewers at all."""
    return LOCAL


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # a line for each slow request; errors are still told
    settings = Settings.read()
    if settings.address is None:
        raise SystemExit("NEO4J_URI is not set")
    app = create_app(settings, settings.address)
    app.graphql.identify = identify
    server = DoorServer(app, door=replace(settings.door, drain=0), stopping=app.stop)
    uvloop.run(server.serve([bound()]))
