"""One server: how it is reached, what it keeps to itself, and every way in which it may fail to come up."""

import dataclasses
import json
import os
import shutil
import socket
from datetime import datetime, timedelta
from pathlib import Path

import neo4j
import psutil
import pytest

from graph import engine
from graph.engine import jars, launch
from graph.errors import EngineError

from .conftest import eventually, is_alive, login, mode, servers_of


@pytest.mark.parametrize("version", engine.VERSIONS)
def test_a_server_is_private_and_gone_afterwards(home, jar_cache, version):
    installation = engine.Installation(home, jar_cache, version=version, heap=256, pagecache=16)
    with engine.use(installation) as server:
        status = engine.status(installation)
        assert status.isRunning
        assert not status.isKept
        assert status.users == (os.getpid(),)
        assert server.uri == status.uri
        assert server.password not in repr(server)
        with login(server) as driver:
            driver.execute_query("CREATE (:Kept {name: '源流'})")
        with login(server, "neo4j") as driver, pytest.raises(neo4j.exceptions.AuthError):
            driver.verify_connectivity()
        process = psutil.Process(status.pid)
        bound = [c for c in process.net_connections("inet") if c.status == "LISTEN" or c.type == socket.SOCK_DGRAM]
        assert [c.laddr.ip.removeprefix("::ffff:") for c in bound] == ["127.0.0.1"]
        assert server.password not in " ".join(process.cmdline())
        assert mode(installation.directory) == 0o700
        assert mode(installation.directory / "password") == 0o600
    assert not engine.status(installation).isRunning
    assert eventually(lambda: not is_alive(status.pid), 30)


def test_data_stay_and_neither_start_nor_stop_wastes_time(installation, tmp_path):
    """No wall clock, which says more of the machine: the cache is used, and Neo4j's 10 s pause at a stop is off."""
    # In a folder of its own the cache is made here and now: elsewhere a server that runs on may be recording for it.
    own = tmp_path / "cache"
    own.mkdir()
    (own / "jars").symlink_to(installation.cache / "jars")
    installation = dataclasses.replace(installation, cache=own)
    with engine.use(installation) as server, login(server) as driver:
        driver.execute_query("CREATE (:Kept {name: '源流'})")
    cache = installation.aot(jars.classpath(installation.version, installation.cache))
    engine.finish(installation)
    assert cache.exists()
    with engine.use(installation) as server, login(server) as driver:
        assert driver.execute_query("MATCH (k:Kept) RETURN k.name").records[0].value() == "源流"
        assert f"-XX:AOTCache={cache}" in psutil.Process(engine.status(installation).pid).cmdline()
    said = [json.loads(line) for line in (installation.directory / "logs" / "debug.log").read_text().splitlines()]
    closing = {line["message"]: datetime.fromisoformat(line["time"]) for line in said}
    pause = closing["Bolt server has been shut down"] - closing["Shutting down Bolt server"]
    assert pause < timedelta(seconds=4)


def test_a_port_in_use_is_named(installation):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(EngineError, match=f"Port {port} cannot be used") as caught,
            engine.use(dataclasses.replace(installation, port=port)),
        ):
            pass
    assert "another port" in caught.value.cure
    assert servers_of(installation.home) == []


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(installation):
    with (
        pytest.raises(EngineError, match="did not come up: it ended with code 1") as caught,
        engine.use(dataclasses.replace(installation, heap=1)),
    ):
        pass
    assert "heap" in caught.value.message
    assert str(installation.log) in caught.value.message
    assert not engine.status(installation).users
    assert not engine.status(installation).isRunning


def test_a_server_that_does_not_answer_in_time_is_ended(installation):
    with (
        pytest.raises(EngineError, match=r"did not answer within 0.3 s"),
        engine.use(dataclasses.replace(installation, start_timeout=0.3)),
    ):
        pass
    assert eventually(lambda: servers_of(installation.home) == [])


def test_a_disk_that_fills_while_starting(command, installation):
    process = command("20000")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 9
    assert "did not come up" in output or "cannot be written" in output
    assert eventually(lambda: servers_of(installation.home) == [])
    with engine.use(installation) as server, login(server) as driver:
        driver.verify_connectivity()


def test_too_little_room_for_data(installation, monkeypatch):
    usage = shutil.disk_usage(installation.cache)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))
    with pytest.raises(EngineError, match=r"is full \(1 MB free, 200 MB needed\)"), engine.use(installation):
        pass


def test_data_of_another_version_are_refused(installation):
    (installation.home / "neo4j-5.26.28" / "data" / "databases" / "neo4j").mkdir(parents=True)
    with (
        pytest.raises(EngineError, match=r"holds data of Neo4j 5.26.28; this is Neo4j 2026.09.0") as caught,
        engine.use(installation),
    ):
        pass
    assert "db dump" in caught.value.cure


def test_an_unknown_version_is_refused(tmp_path):
    with pytest.raises(EngineError, match=r"no lock of jars for Neo4j 4.4"):
        engine.Installation(tmp_path, tmp_path, version="4.4")


def test_a_lost_password_is_not_replaced(installation):
    (installation.directory / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(EngineError, match="password file") as caught, engine.use(installation):
        pass
    assert "db dump" in caught.value.cure


def test_a_home_that_cannot_be_written(jar_cache):
    with (
        pytest.raises(EngineError, match="cannot be written") as caught,
        engine.use(engine.Installation(Path("/sys/yuanliu"), jar_cache)),
    ):
        pass
    assert "YUANLIU_HOME" in caught.value.cure


@pytest.mark.parametrize("damage", ["garbage", "half"])
def test_a_damaged_ahead_of_time_cache_does_not_matter(installation, tmp_path, damage):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "jars").symlink_to(installation.cache / "jars")
    mine = dataclasses.replace(installation, cache=cache)
    aot = mine.aot(jars.classpath(mine.version, cache))
    aot.parent.mkdir()
    good = installation.aot(jars.classpath(installation.version, installation.cache))
    whole = good.read_bytes() if good.exists() else os.urandom(1_000_000)
    aot.write_bytes(os.urandom(100_000) if damage == "garbage" else whole[: len(whole) // 2])
    with engine.use(mine) as server, login(server) as driver:
        driver.verify_connectivity()


def test_the_port_is_free_and_loopback():
    port = launch._port(None)
    with socket.create_server(("127.0.0.1", port)) as bound:
        assert bound.getsockname() == ("127.0.0.1", port)
