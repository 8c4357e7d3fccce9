"""The service itself, as `serve` runs it; the local administrator asks, with a token of his."""

import logging
from dataclasses import replace

import uvloop

from api.app import create_app
from api.door.server import DoorServer
from api.settings import Settings
from bench.servers.running import bound

if __name__ == "__main__":
    # Slow requests are not told. Nor that the key in the home of the run is not that of an older database: nothing is signed.
    logging.disable(logging.ERROR)
    settings = Settings.read()
    if settings.address is None:
        raise SystemExit("NEO4J_URI is not set")
    app = create_app(settings, settings.address)
    server = DoorServer(app, door=replace(settings.door, drain=0), stopping=app.stop)
    uvloop.run(server.serve([bound()]))
