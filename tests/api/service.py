"""Asking the service as a client does."""

import json

from api.http import JSON

RESOURCE = "Resource:410299/MZ001"
QUERY = {"query": f'{{ resource(id: "{RESOURCE}") {{ name }} }}'}
ANSWER = {"data": {"resource": {"name": "婚姻登记信息"}}}


async def post(client, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/graphql", content=content, headers={"content-type": JSON} | headers)


async def ask(client, query, **rest):
    response = await post(client, {"query": query} | rest)
    assert response.status_code == 200
    return response.json()
