"""Changes through the whole service: who is known by a token changes, who is not does not, and nobody by GET."""

import json

import pytest
from application import application

from api.identity import revoked
from changes.people import CIVIL_AFFAIRS, COUNTY
from graph.permissions import LOCAL, Viewer
from graph.revocation import revoke
from graph.words import Role

OFFICER = Viewer("local|officer", frozenset({Role.CATALOG_OFFICER}), CIVIL_AFFAIRS, COUNTY)
DESCRIBE = """mutation($name: String!, $key: ID!) {
  describeResource(department: "Department:410299/县民政局", fields: { name: $name }, idempotencyKey: $key) {
    __typename ... on ResourceChanged { resource { id publication } event } ... on Refusal { code } } }"""


@pytest.fixture
async def client(changing, tmp_path):
    async with application(changing, tmp_path, OFFICER) as (client, token):
        client.token = token
        yield client


async def test_a_change_is_in_the_trail_under_the_request_that_asked_for_it(client, changing):
    body = {"query": DESCRIBE, "variables": {"name": "服务条目", "key": "http"}}
    headers = client.token | {"x-request-id": "of-this-test"}
    response = await client.post("/graphql", json=body, headers=headers)
    answer = response.json()
    made = answer["data"]["describeResource"]
    assert made["resource"]["publication"] == "DRAFT"
    [event] = await changing.run(
        "MATCH (e:Event {id: $id}) RETURN e.actor AS actor, e.request AS request", id=made["event"]
    )
    assert event == {"actor": OFFICER.subject, "request": response.headers["x-request-id"]}
    assert event["request"] != "of-this-test"
    assert (await client.post("/graphql", json=body, headers=client.token)).json() == answer
    refused = (await client.post("/graphql", json=body)).json()
    assert refused["data"]["describeResource"] == {"__typename": "Refusal", "code": "NOT_ALLOWED"}


async def test_by_get_nothing_is_changed(client):
    document = 'mutation { publishResource(resource: "Resource:x", idempotencyKey: "x") { __typename } }'
    response = await client.get("/graphql", params={"query": document}, headers=client.token)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_a_file_is_imported_by_who_may(client, changing):
    rows = [{"信息资源代码": "SV1", "信息资源名称": "服务导入", "信息资源提供方": "县民政局"}]
    asked = {"name": "a.json", "region": "410299", "source": "示例",
             "map": ["信息资源代码=resourceCode", "信息资源名称=name", "信息资源提供方=provider"]}  # fmt: skip
    content = json.dumps(rows, ensure_ascii=False).encode()
    refused = await client.post("/import", params=asked, content=content)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "NOT_ALLOWED")
    done = await client.post("/import", params=asked, content=content, headers=client.token)
    assert done.status_code == 200
    assert json.loads(done.text.splitlines()[-1])["report"]["new"] == 1
    [event] = await changing.run(
        "MATCH (e:Event {action: 'IMPORT', request: $id}) WHERE 'Resource:410299/SV1' IN e.targets RETURN e.actor AS actor",
        id=done.headers["x-request-id"],
    )
    assert event["actor"] == OFFICER.subject


async def test_who_is_revoked_while_his_file_comes_is_refused(client, changing, monkeypatch):
    monkeypatch.setattr(revoked, "SECONDS", 0.0)  # the list is read for each request

    async def coming():
        yield b'[{"\xe4\xbf\xa1\xe6\x81\xaf\xe8\xb5\x84\xe6\xba\x90\xe5\x90\x8d\xe7\xa7\xb0": "x"'
        await revoke(changing, LOCAL, OFFICER.subject)
        yield b"}]"

    asked = {"name": "a.json", "region": "410299", "source": "s", "dryRun": "true"}
    refused = await client.post("/import", params=asked, content=coming(), headers=client.token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "Unauthorized")
    await changing.run("MATCH (r:Revocation) DELETE r")
