"""The command as a person or a script runs it: a process of its own, in a home of its own."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path

import psutil
import pytest

from api.identity.local import person
from graph.trail.files import EVENTS
from graph.trail.keyring import Keyring
from graph.trail.verify import verify

from .conftest import ROWS, YUANLIU, catalog_file, environment, run


def test_schema_prints_the_published_schema(yuanliu):
    assert yuanliu("schema").stdout == (Path(__file__).parents[2] / "schema.graphql").read_text(encoding="utf-8")


def test_import_asks_for_what_the_file_does_not_say_and_ends_with_3(yuanliu, tmp_path):
    asked = yuanliu("import", str(catalog_file(tmp_path, ROWS)))
    assert asked.returncode == 3
    assert "--source" in asked.stderr
    assert "--region" in asked.stderr


def test_import_then_again_then_ask(yuanliu, tmp_path):
    path = str(catalog_file(tmp_path, ROWS))
    words = ("import", path, "--source", "测试", "--region", "410300", "--json")
    dry = json.loads(yuanliu(*words, "--dry-run").stdout)
    first = json.loads(yuanliu(*words).stdout)
    again = json.loads(yuanliu(*words).stdout)
    assert (dry["new"], first["new"], again["new"], again["unchanged"]) == (2, 2, 0, 2)
    assert {column["field"]: column["decision"] for column in first["columns"]} == {
        "name": "SURE", "provider": "SURE", "updateCycle": "SURE", "publishedOn": "SURE",
    }  # fmt: skip
    found = json.loads(yuanliu("ask", "search", "低保对象", "--json").stdout)
    assert [hit["node"]["name"] for hit in found["data"]["search"]["nodes"]] == ["低保对象信息"]
    table = yuanliu("ask", "islands", "--region", "410300")
    assert table.returncode == 0
    assert "共0处" in table.stdout


def test_an_unsure_column_is_mapped_by_the_line_that_was_printed(yuanliu, tmp_path):
    rows = [{"资源": f"名册{n}", "信息资源提供方": "市民政局", "甲": f"{n}"} for n in range(4)]
    words = ("import", str(catalog_file(tmp_path, rows)), "--source", "测试", "--region", "410300", "--json")
    asked = yuanliu(*words)
    if asked.returncode == 3:
        options = [question["option"] for question in json.loads(asked.stdout)["questions"]]
        assert all(option.startswith("--map ") for option in options)
    named = yuanliu(*words, "--map", "资源=name", "--map", "甲=")
    assert (named.returncode, json.loads(named.stdout)["new"]) == (0, 4)


def test_a_rejected_row_is_told_by_cell_and_ends_with_4(yuanliu, tmp_path):
    rows = [*ROWS, {"信息资源名称": "", "信息资源提供方": "市民政局", "更新周期": "每月", "发布日期": "2024-05-06"}]
    done = yuanliu("import", str(catalog_file(tmp_path, rows)), "--source", "测试", "--region", "410300", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 4
    assert [(one["row"], one["header"]) for one in report["rejected"]] == [(4, "信息资源名称")]
    assert all(one["reason"] and one["cure"] for one in report["rejected"])
    assert Path(report["rejectedFile"]).exists()


def test_an_unreadable_file_fails_with_a_cure(yuanliu, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("[{", encoding="utf-8")
    done = yuanliu("import", str(broken), "--source", "测试", "--region", "410300")
    assert done.returncode == 1
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


def test_asking_for_what_does_not_exist_names_the_cure(yuanliu):
    done = yuanliu("ask", "holders", "Resource:nowhere/nothing")
    assert done.returncode == 1
    assert "ask search" in done.stderr


def test_an_error_shows_what_was_given_as_it_is(yuanliu):
    done = yuanliu("ask", "lineage", "Resource[/百人]:x")
    assert done.returncode == 1
    assert "Resource[/百人]:x" in done.stderr


def test_serve_refuses_other_addresses(yuanliu):
    done = yuanliu("serve", "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "loopback" in done.stderr


def test_a_port_in_use_is_named(yuanliu):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = yuanliu("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "--port" in done.stderr


def test_db_commands_leave_another_database_alone(yuanliu):
    done = yuanliu("db", "reset", "--yes", NEO4J_URI="bolt://127.0.0.1:1", NEO4J_PASSWORD="x")
    assert done.returncode == 1
    assert "not ours" in done.stderr


@cache
def free_port():
    """One for all tests: where the metrics are is a setting, and another one would be told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_and_stops(home, version, number, tmp_path):
    """What it did is under a checkpoint then, and how it is set is in the trail once; its metrics are elsewhere."""
    words, metrics = [YUANLIU, "serve", "--port", "0"], f"127.0.0.1:{free_port()}"
    variables = environment(home, version, YUANLIU_METRICS=metrics)
    with subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, text=True) as served:
        try:
            url = served.stdout.readline().split()[1]
            with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=30) as told:
                assert b"yuanliu_" in told.read()
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(url.replace("graphql", "metrics"), timeout=30)
            body = json.dumps({"query": '{ regime(id: "Regime:KF") { id } }'}).encode()
            request = urllib.request.Request(url, body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as response:
                assert json.load(response) == {"data": {"regime": {"id": "Regime:KF"}}}
        finally:
            served.send_signal(number)
        assert served.wait(30) == 0
    assert run(home, version, "audit", "export", str(tmp_path / "trail")).returncode == 0
    events = (tmp_path / "trail" / EVENTS).read_text().splitlines()
    actors = {json.loads(json.loads(line)["payload"])["actor"] for line in events}
    assert actors == {person().subject}, "who works at the command line is named in every event"
    [settings] = [line for line in events if "SETTING" in line]
    assert "Asia/Shanghai" in settings
    found = verify(tmp_path / "trail", Keyring(home / "trail").public())
    assert found.is_sound
    assert found.covered == found.events - 1, "the export itself came after the last checkpoint"


def test_the_link_that_serve_prints_logs_the_administrator_in(home, version):
    """The terminal shows it, a browser opens it once; the next one follows in the terminal."""
    words = [YUANLIU, "serve", "--port", "0"]
    with subprocess.Popen(words, env=environment(home, version), stdout=subprocess.PIPE, text=True) as served:
        try:
            url = served.stdout.readline().split()[1]
            link = served.stdout.readline().split()[-1]
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            browser.addheaders = [("accept", "text/html")]
            with browser.open(link, timeout=30) as page:
                assert page.url == url
            with browser.open(url.replace("graphql", "session"), timeout=30) as session:
                assert json.load(session)["roles"] == ["ADMINISTRATOR"]
            with pytest.raises(urllib.error.HTTPError, match="401"):
                browser.open(link, timeout=30)
            assert served.stdout.readline().split()[-1] not in ("", link)
        finally:
            served.terminate()
        assert served.wait(30) == 0


PROVIDER = """url = "https://catalog.example"
[issuers.gov]
issuer = "https://id.example"
audience = "urn:yuanliu:api"
"""


def test_with_a_provider_serve_binds_any_address_and_there_are_no_local_tokens(home, version, tmp_path):
    file = tmp_path / "identity.toml"
    file.write_text(PROVIDER)
    asked = run(home, version, "token", "--role", "AUDITOR", YUANLIU_IDENTITY=str(file))
    assert asked.returncode == 1
    assert "→" in asked.stderr
    words = [YUANLIU, "serve", "--host", "0.0.0.0", "--port", "0"]
    given = environment(home, version, YUANLIU_IDENTITY=str(file))
    with subprocess.Popen(words, env=given, stdout=subprocess.PIPE, text=True) as served:
        try:
            port = served.stdout.readline().split()[1].rpartition(":")[2].removesuffix("/graphql")
            url = f"http://127.0.0.1:{port}/session"
            with urllib.request.urlopen(
                urllib.request.Request(url, headers={"host": "catalog.example"}), timeout=30
            ) as told:
                assert json.load(told)["login"] == []
            with pytest.raises(urllib.error.HTTPError, match="400"):
                urllib.request.urlopen(urllib.request.Request(url, headers={"host": "other.example"}), timeout=30)
        finally:
            served.terminate()
        assert served.wait(30) == 0
        assert served.stdout.read() == ""


def test_revoke(yuanliu):
    assert yuanliu("revoke", "local|zhang").returncode == 0
    refused = yuanliu("revoke", "zhang")
    assert refused.returncode == 1
    assert "ISSUER|SUBJECT" in refused.stderr


def test_status_says_who_runs(yuanliu):
    status = json.loads(yuanliu("db", "status", "--json").stdout)
    assert status["isRunning"]
    assert status["uri"].startswith("bolt://127.0.0.1:")


def test_demo_answers_from_nothing_and_leaves_nothing_running(tmp_path, cache, version):
    (tmp_path / "cache").symlink_to(cache)
    done = run(tmp_path, version, "demo")
    assert done.returncode == 0, done.stderr
    for part in ("lineage(", "holders(", "duplicateCollection(", "islands(", "虚构数据", "真实数据", "接下来"):
        assert part in done.stdout
    deadline = time.monotonic() + 30
    while any(str(tmp_path) in " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < deadline
        time.sleep(0.2)
