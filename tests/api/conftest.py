"""The whole service over ASGI, reading the town."""

from zoneinfo import ZoneInfo

import httpx
import pytest

from api.app import create_app
from api.settings import CURRENT, Settings


@pytest.fixture
async def client(town, tmp_path):
    settings = Settings(
        home=tmp_path, cache=tmp_path, address=town.address, version=CURRENT, zone=ZoneInfo("Asia/Shanghai")
    )
    app = create_app(settings, town.address)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client
