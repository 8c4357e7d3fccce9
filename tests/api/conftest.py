"""The whole service over ASGI, reading the town, asked by the local administrator."""

import pytest
from application import application

from api.identity.local import person


@pytest.fixture
async def client(town, tmp_path):
    async with application(town, tmp_path, person()) as (client, token):
        client.headers.update(token)
        yield client
