"""Every question with its near-misses: `<question>/<case>.graphql` asks, `<case>.json` is the whole answer.

A case says in its first line how many statements it takes; `<case>.variables.json` holds its variables. To write an answer
down anew, delete it and run with YUANLIU_GOLDEN=write, then read what was written against seeds/town/README.md.
"""

import json
import os
import re
from pathlib import Path

import pytest

from api.answer import Request
from graph.permissions import LOCAL

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.graphql"))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Counted:
    """A database that counts its reads."""

    def __init__(self, database):
        self.database = database
        self.lanes = database.lanes
        self.count = 0

    async def read(self, *arguments):
        self.count += 1
        return await self.database.read(*arguments)


def settled(value, given):
    """The answer with the instants of this run told apart only from those that the case itself gives."""
    if isinstance(value, dict):
        return {key: settled(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [settled(inner, given) for inner in value]
    if isinstance(value, str) and INSTANT.fullmatch(value) and value not in given and value >= "2026-11":
        return "<now>"
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
async def test_golden(case, answerer, monkeypatch):
    text = case.read_text(encoding="utf-8")
    told = re.match(r"# statements: (\d+)\n", text)
    assert told, "the first line says how many statements it takes"
    variables = case.with_suffix(".variables.json")
    given = json.loads(variables.read_text(encoding="utf-8")) if variables.exists() else None
    counted = Counted(answerer.database)
    monkeypatch.setattr(answerer, "database", counted)
    answer = await answerer.answer(Request(text, None, given), LOCAL)
    body = settled(json.loads(answer.body), {each[0] for each in re.finditer(INSTANT, text + json.dumps(given))})
    expected = case.with_suffix(".json")
    if not expected.exists() and os.environ.get("YUANLIU_GOLDEN") == "write":
        expected.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    assert body == wanted
    assert json.dumps(body) == json.dumps(wanted), "the keys stand in the order of the request"
    assert counted.count == int(told[1])
    if "errors" not in body and "__schema" not in text:
        assert answerer.fallbacks == 0


def test_every_question_has_a_case():
    from graph.questions import QUESTIONS

    asked = {case.parent.name for case in CASES}
    assert {"duplicateCollection", "holders", "islands", "lineage", "node", "noun", "nouns", "search"} <= asked
    texts = "\n".join(case.read_text(encoding="utf-8") for case in CASES)
    assert [name for name in QUESTIONS if not re.search(rf"\b{name}\b *\(", texts)] == []
