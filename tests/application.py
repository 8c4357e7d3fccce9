"""The whole service over ASGI, in the process of the test."""

from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import httpx

from api.app import create_app
from api.identity.local import issued
from api.settings import CURRENT, Settings


@asynccontextmanager
async def application(database, home, viewer):
    """A client of the service on a database, and the headers by which a viewer is known there."""
    settings = Settings(
        home=home, cache=home, address=database.address, version=CURRENT, zone=ZoneInfo("Asia/Shanghai")
    )
    app = create_app(settings, database.address)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client, {"authorization": f"Bearer {issued(home, viewer)}"}
