"""The whole service over ASGI, reading the town, asked by the local administrator."""

from zoneinfo import ZoneInfo

import httpx
import pytest

from api.app import create_app
from api.identity.local import issued, person
from api.settings import CURRENT, Settings


@pytest.fixture
async def client(town, tmp_path):
    settings = Settings(
        home=tmp_path, cache=tmp_path, address=town.address, version=CURRENT, zone=ZoneInfo("Asia/Shanghai")
    )
    app = create_app(settings, town.address)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        headers = {"authorization": f"Bearer {issued(tmp_path, person())}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            yield client
