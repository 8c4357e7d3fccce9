"""The service itself, as `serve` runs it."""

from api.app import create_app
from api.settings import Settings
from bench.servers.running import run

if __name__ == "__main__":
    settings = Settings.read()
    if settings.address is None:
        raise SystemExit("NEO4J_URI is not set")
    run(create_app(settings, settings.address))
