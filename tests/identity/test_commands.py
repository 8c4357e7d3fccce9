"""`yuanliu token`, and who runs a command."""

import json
import os
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from api.identity import local
from graph.permissions import Viewer
from graph.trail.log import Entry, record_alone
from graph.words import Action, Role
from identity.hops import events

DEPARTMENT, REGION = "Department:410200/市民政局", "Region:410200"


def test_the_name_of_the_os_user_does_not_come_from_the_environment(monkeypatch):
    before = local.person()
    monkeypatch.setenv("USER", "eve")
    monkeypatch.setenv("LOGNAME", "eve")
    assert local.person() == before
    assert before.subject.startswith("local|")
    assert before.roles == {Role.ADMINISTRATOR}


def yuanliu(home, *words, **environment):
    return subprocess.run(
        [Path(sys.executable).parent / "yuanliu", *words], capture_output=True, text=True, check=True,
        env=dict(os.environ) | {"YUANLIU_HOME": str(home), "COLUMNS": "200"} | environment,
    )  # fmt: skip


async def test_the_command_prints_a_token(tmp_path):
    roles = ["--role", "catalog_officer", "--role", "AUDITOR"]
    ran = yuanliu(tmp_path, "token", *roles, "--department", "410200/市民政局", "--region", "410200")
    assert "No event tells of this token: The database does not run." in ran.stderr
    believed = await local.tokens(tmp_path).believed(ran.stdout.strip())
    held = frozenset({Role.CATALOG_OFFICER, Role.AUDITOR})
    assert believed.viewer == Viewer(local.person().subject, held, DEPARTMENT, REGION)


async def test_who_keeps_a_whole_region_says_so(tmp_path):
    officer = ("token", "--role", "CATALOG_OFFICER", "--region", "410200")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        yuanliu(tmp_path, *officer)
    assert "--department '*'" in refused.value.stderr
    ran = yuanliu(tmp_path, *officer, "--department", "*")
    viewer = (await local.tokens(tmp_path).believed(ran.stdout.strip())).viewer
    assert (viewer.department, viewer.region) == ("", REGION)


def reached(address):
    uri, user, password, name = astuple(address)
    return {"NEO4J_URI": uri, "NEO4J_USER": user, "NEO4J_PASSWORD": password, "NEO4J_DATABASE": name}


async def test_a_database_without_a_trail_is_left_as_it_is(tmp_path, empty_database):
    """One that is just made, or somebody else's: an event in it would make it one that the service refuses."""
    ran = yuanliu(tmp_path, "token", "--role", "AUDITOR", **reached(empty_database.address))
    assert (ran.stdout.count("."), "The database holds no trail yet." in ran.stderr) == (2, True)
    [nodes] = await empty_database.run("MATCH (n) WHERE NOT n:Catalog RETURN count(n) AS count")
    assert nodes["count"] == 0


async def test_why_no_event_tells_of_a_token_is_said(tmp_path, empty_database):
    wrong = reached(empty_database.address) | {"NEO4J_PASSWORD": "not this one"}
    ran = yuanliu(tmp_path, "token", "--role", "AUDITOR", **wrong)
    assert (ran.stdout.count("."), "refuses the user or the password" in ran.stderr) == (2, True)


async def test_where_the_database_runs_a_token_leaves_an_event(tmp_path, empty_database):
    await record_alone(empty_database, local.person(), [Entry(Action.MIGRATION)], request="")
    ran = yuanliu(tmp_path, "token", "--role", "AUDITOR", "--hours", "2", **reached(empty_database.address))
    assert (ran.stdout.count("."), ran.stderr) == (2, "")
    [event] = await events(empty_database, "LOGIN")
    said = json.loads(event["payload"])
    assert (event["actor"], said["after"]["roles"], said["after"]["minutes"]) == (
        local.person().subject, ["AUDITOR"], 120,
    )  # fmt: skip
    assert ran.stdout.strip() not in event["payload"]
