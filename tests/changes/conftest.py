"""The town, to be changed: loaded once, every test works on entries of its own."""

import json
from itertools import count

import pytest
from content import CONTENT, SEEDS, TODAY, WIPE

from api.answer import Answerer, Request
from api.schema import SCHEMA
from changes.people import ADMINISTRATOR
from changes.spelling import Word, spelled
from graph.load import load

KEYS = count()


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
