"""Schemathesis over the published schema: whatever is asked, the service does not fail.

Ten cases a field; YUANLIU_FUZZ=N tries N / 300 (see tests/api/test_fuzz.py).
"""

import itertools
import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from serving import QUICK, serving

from api.door.options import Door

CASES = max(1, int(os.environ.get("YUANLIU_FUZZ", "3000")) // 300)
FAILED = {"Internal", "EngineError", "Interrupted"}
schemathesis.graphql.scalar("Date", st.dates().map(lambda day: nodes.String(day.isoformat())))
schemathesis.graphql.scalar(
    "DateTime", st.datetimes(timezones=st.just(None)).map(lambda at: nodes.String(at.isoformat() + "Z"))
)
SCHEMA = schemathesis.graphql.from_path(Path(__file__).parents[2] / "schema.graphql")
QUICKLY = settings(
    max_examples=CASES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch(writer, writing, tmp_path_factory):
    """A service over a database whose content does not matter."""
    with serving(writing, Door(bounds=QUICK, rate=0), tmp_path_factory.mktemp("scratch")) as served:
        yield served


WHO = itertools.cycle(["administrator", "viewer", "public"])


def sound(case, served):
    """Ask as one or another; the answer is GraphQL's, and no failure of the service."""
    headers = {"connection": "close", "x-viewer": next(WHO)}
    response = case.call(base_url=f"http://localhost:{served.port}/graphql", headers=headers, timeout=60)
    assert response.status_code in (200, 400), response.text
    body = response.json()
    assert body.keys() <= {"data", "errors"}
    codes = {error.get("extensions", {}).get("code") for error in body.get("errors", [])}
    assert not codes & FAILED, (case.body, body)


@SCHEMA.include(name_regex="^Query").parametrize()
@QUICKLY
def test_no_question_makes_the_service_fail(case, town, door):
    sound(case, door)


@SCHEMA.include(name_regex="^Mutation").parametrize()
@QUICKLY
def test_no_change_makes_the_service_fail(case, scratch):
    sound(case, scratch)
