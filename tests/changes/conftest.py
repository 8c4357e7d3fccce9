"""The town, to be changed: loaded once, every test works on entries of its own."""

import json
from itertools import count
from zoneinfo import ZoneInfo

import httpx
import pytest
from content import CONTENT, SEEDS, TODAY, WIPE
from starlette.applications import Starlette
from starlette.routing import Route

from api.answer import Answerer, Request
from api.door.gate import Gate
from api.door.rate import Rates
from api.schema import SCHEMA
from api.settings import CURRENT, Settings
from api.uploads import Uploads
from changes.people import ADMINISTRATOR, EVERYONE
from changes.spelling import Word, spelled
from graph.imports import Limits
from graph.load import load

KEYS = count()
LONGEST = 300_000
"""Of a file, in bytes."""
COLUMNS = ["信息资源代码=resourceCode", "信息资源名称=name", "信息资源提供方=provider"]


@pytest.fixture
async def changing(writer, writing, request):
    content = request.config.stash[CONTENT]
    if content.get(writing.uri) != "changing":
        await writer.run(WIPE)
        await load(writer, SEEDS / "base", structure=True)
        await load(writer, SEEDS / "town")
        content[writing.uri] = "changing"
    return writer


@pytest.fixture
def send(changing):
    """Send one mutation, a field with its arguments and what is asked of its payload; the payload as it is answered."""
    answerer = Answerer(SCHEMA, changing, lambda: TODAY)

    async def sent(viewer, name, ask="__typename", key=None, **arguments):
        given = ", ".join(f"{argument}: {spelled(value)}" for argument, value in arguments.items() if value is not None)
        document = f"""mutation {{ {name}({given}, idempotencyKey: "{key or f"key {next(KEYS)}"}") {{
          __typename ... on Refusal {{ code message cure rules {{ name }} }} {ask} }} }}"""
        body = json.loads((await answerer.answer(Request(document), viewer)).body)
        assert "errors" not in body, body
        return body["data"][name]

    sent.answerer = answerer
    return sent


@pytest.fixture
def draft(send):
    """A new entry, described by the administrator: a draft that says all that any regime wants."""

    async def drafted(department="Department:410299/县民政局", **fields):
        said = {
            "name": f"新条目{next(KEYS)}",
            "classification": "民政",
            "formats": ["数据库"],
            "updateCycle": Word("MONTHLY"),
            "shareType": Word("UNCONDITIONAL"),
            "shareModes": ["数据接口"],
            "secrecy": Word("NOT_SECRET"),
        } | fields
        ask = "... on ResourceChanged { resource { id } }"
        made = await send(ADMINISTRATOR, "describeResource", ask, department=department, fields=said)
        return made["resource"]["id"]

    return drafted


@pytest.fixture
async def uploads(changing, tmp_path):
    """The endpoint, asked by whom the header `viewer` names."""

    async def identify(scope):
        return EVERYONE[dict(scope["headers"]).get(b"viewer", b"").decode()]

    settings = Settings(tmp_path, tmp_path, changing.address, CURRENT, ZoneInfo("Asia/Shanghai"))
    taken = Uploads(changing, identify, identify, settings, Rates(0, 0), Limits(file_bytes=LONGEST))
    yield taken
    await taken.denials.close()


@pytest.fixture
async def upload(uploads):
    """Send a file: its rows, or its bytes, with the options; the status and the lines of the answer."""
    app = Gate(Starlette(routes=[Route("/import", uploads.answer, methods=["POST"])]), Rates(0, 0), lambda _: False)

    async def sent(viewer, content, name="目录.json", **options):
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        asked = {"name": name, "region": "410299", "source": "示例", "map": COLUMNS, **options}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            response = await client.post("/import", content=body, params=asked, headers={"viewer": viewer.subject})
        sent.request = response.headers["x-request-id"]
        return response.status_code, [json.loads(line) for line in response.text.splitlines()]

    return sent
