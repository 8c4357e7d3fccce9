"""Several commands, one server; whoever is killed, nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from graph import engine
from graph.engine import sharing
from graph.errors import EngineError

from .conftest import eventually, is_alive, login, processes_of, servers_of


def server_of(process: subprocess.Popen[str]) -> int:
    return int(process.stdout.readline())


def test_two_commands_at_once_share_one_server_and_the_last_one_out_stops_it(command, installation):
    first, second = command(), command()
    pid = server_of(first)
    assert server_of(second) == pid
    assert len(servers_of(installation.home)) == 1
    assert engine.status(installation).users == tuple(sorted([first.pid, second.pid], key=str))
    for starter_or_not in (first, second):
        assert is_alive(pid)
        starter_or_not.kill()
        starter_or_not.wait()
        with engine.use(installation) as server, login(server) as driver:
            driver.verify_connectivity()
            assert engine.status(installation).pid == pid
    assert not engine.status(installation).isRunning
    assert eventually(lambda: not is_alive(pid))


def test_a_killed_command_leaves_no_server_and_no_lock(command, installation):
    process = command()
    pid = server_of(process)
    process.kill()
    process.wait()
    assert eventually(lambda: not is_alive(pid))
    assert eventually(lambda: processes_of(installation.home) == [])
    assert engine.status(installation).users == ()
    assert not list((installation.run / "users").iterdir())


def test_a_command_killed_while_starting_leaves_no_server(command, installation):
    process = command()
    assert eventually(lambda: servers_of(installation.home) != [])
    time.sleep(1)
    process.kill()
    assert eventually(lambda: processes_of(installation.home) == [])
    with engine.use(installation) as server, login(server) as driver:
        driver.verify_connectivity()


def test_a_killed_supervisor_takes_its_server_along(command, installation):
    pid = server_of(command())
    supervisor = next(p for p in processes_of(installation.home) if p.pid != pid)
    supervisor.kill()
    assert eventually(lambda: not is_alive(pid))
    with engine.use(installation) as server, login(server) as driver:
        driver.verify_connectivity()


def test_a_run_file_left_by_a_crash_is_not_believed(installation):
    with subprocess.Popen(["/bin/sleep", "100"]) as bystander:
        installation.make_private()
        state = {"state": "ready", "port": 1, "pid": bystander.pid, "reason": ""}
        (installation.run / "run.json").write_text(json.dumps(state))
        (installation.run / "keep").touch()
        (installation.run / "supervisor.lock").touch()
        (installation.run / "users" / "1-dead.lock").touch()
        assert not engine.status(installation).isRunning
        with engine.use(installation) as server:
            assert server.uri != "bolt://127.0.0.1:1"
            assert engine.status(installation).users == (os.getpid(),)
        assert not engine.status(installation).isRunning
        assert bystander.poll() is None
        bystander.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_server_is_known_by_its_folder_although_that_has_blanks(tmp_path, monkeypatch, system):
    """Where there is no /proc, `ps` says the words of a command line without telling where one ends."""
    mine, other = (
        engine.Installation(tmp_path / "Application Support" / name, tmp_path) for name in ("yuanliu", "other")
    )
    monkeypatch.setattr(sys, "platform", system)
    words = [sys.executable, "-c", "import sys; sys.stdin.read()", *mine.server()]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as server:
        assert eventually(lambda: sharing._is_ours(mine, server.pid))
        assert not sharing._is_ours(other, server.pid)
        assert not sharing._is_ours(mine, os.getpid())
        server.stdin.close()
    assert not sharing._is_ours(mine, server.pid)


def test_a_kept_server_stays_and_keeps_its_data_through_dump_and_load(command, installation, tmp_path):
    engine.start(installation)
    pid = engine.status(installation).pid
    with engine.use(installation) as server, login(server) as driver:
        driver.execute_query("CREATE (:Kept {name: '源流'})")
        for refused in (engine.stop, engine.reset, lambda i: engine.dump(i, tmp_path / "a.dump")):
            with pytest.raises(EngineError, match=f"in use by process {os.getpid()}"):
                refused(installation)
    assert engine.status(installation).isKept
    assert engine.status(installation).pid == pid

    dump = tmp_path / "年度 备份.dump"
    engine.dump(installation, dump)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [dump.name]
    assert engine.status(installation).isKept
    assert engine.stop(installation)
    assert not engine.stop(installation)

    with pytest.raises(EngineError, match="exists"):
        engine.dump(installation, dump)
    with pytest.raises(EngineError, match="holds data"):
        engine.load(installation, dump)
    wrong = tmp_path / "wrong.dump"
    wrong.write_bytes(b"no dump")
    with pytest.raises(EngineError, match="database load neo4j failed"):
        engine.load(installation, wrong, replace=True)
    with engine.use(installation) as server, login(server) as driver:
        assert driver.execute_query("MATCH (k:Kept) RETURN k.name").records[0].value() == "源流"

    engine.reset(installation)
    assert [path.name for path in installation.directory.iterdir()] == ["run"]
    engine.load(installation, dump)
    with engine.use(installation) as server, login(server) as driver:
        assert driver.execute_query("MATCH (k:Kept) RETURN k.name").records[0].value() == "源流"


def test_bulk_import(installation, tmp_path):
    nodes, edges = tmp_path / "nodes.csv", tmp_path / "edges.csv"
    nodes.write_text("id:ID,name\n1,甲\n2,乙\n")
    edges.write_text(":START_ID,:END_ID\n1,2\n")
    engine.bulk_import(installation, nodes=[f"Resource={nodes}"], relationships=[f"FLOWS_TO={edges}"])
    with engine.use(installation) as server, login(server) as driver:
        rows = driver.execute_query("MATCH (a:Resource)-[:FLOWS_TO]->(b) RETURN a.name, b.name").records
        assert [tuple(row) for row in rows] == [("甲", "乙")]
