"""Fetching: from a small repository of our own over HTTP, so that every fault is a real one."""

import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from api.settings import Settings
from graph.engine import jars
from graph.errors import BadInput, EngineError

from .conftest import ROOT

JARS = {name: os.urandom(200_000) for name in ("one", "two", "three")}


def lock():
    return [jars.Jar("org.example", name, "1.0", "", hashlib.sha256(data).hexdigest()) for name, data in JARS.items()]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A Maven repository; yields (its folder, its address)."""
    folder = tmp_path / "repository"
    for jar in lock():
        path = folder / "org/example" / jar.artifact / "1.0" / jar.name
        path.parent.mkdir(parents=True)
        path.write_bytes(JARS[jar.artifact])
    monkeypatch.setattr(jars, "read_lock", lambda _version: lock())

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_fetch_reports_progress_and_the_second_time_needs_no_network(repository, tmp_path):
    seen = []
    first = jars.classpath("v", tmp_path / "cache", repository[1], lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert [Path(path).read_bytes() for path in first.split(os.pathsep)] == list(JARS.values())
    again = jars.classpath(
        "v", tmp_path / "cache", "http://127.0.0.1:9", lambda done, total: seen.append((done, total))
    )
    assert again == first
    assert len(seen) == 3


def test_a_jar_that_is_not_what_the_lock_names_is_refused_and_removed(repository, tmp_path):
    (repository[0] / "org/example/two/1.0/two-1.0.jar").write_bytes(b"evil")
    with pytest.raises(EngineError, match=r"two-1.0.jar as fetched from .* is not what the lock names") as caught:
        jars.classpath("v", tmp_path / "cache", repository[1])
    assert "mirror" in caught.value.cure
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"evil" in path.read_bytes()]


def test_a_jar_changed_in_the_cache_is_found_even_with_the_same_size_and_time(repository, tmp_path):
    jars.classpath("v", tmp_path / "cache", repository[1])
    path = lock()[1].path(tmp_path / "cache")
    times = path.stat()
    path.write_bytes(b"x" + JARS["two"][1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(EngineError, match=r"two-1.0.jar was changed.* It was removed") as caught:
        jars.classpath("v", tmp_path / "cache", repository[1])
    assert "again" in caught.value.cure
    assert not path.exists()
    jars.classpath("v", tmp_path / "cache", repository[1])
    assert path.read_bytes() == JARS["two"]


def test_no_network(repository, tmp_path):
    with pytest.raises(EngineError, match="cannot be fetched") as caught:
        jars.classpath("v", tmp_path / "cache", "http://127.0.0.1:9")
    assert "HTTPS_PROXY" in caught.value.cure
    assert "YUANLIU_MAVEN_MIRROR" in caught.value.cure


def test_the_mirror_of_the_settings_is_fetched_from(repository, tmp_path):
    said = {"YUANLIU_HOME": str(tmp_path), "YUANLIU_MAVEN_MIRROR": repository[1]}
    installation = Settings.read(said).installation
    fetched = jars.classpath("v", installation.cache, installation.repository)
    assert [Path(path).read_bytes() for path in fetched.split(os.pathsep)] == list(JARS.values())
    assert str(tmp_path) in fetched
    with pytest.raises(BadInput, match=r"YUANLIU_MAVEN_MIRROR is 'mirror\.example'"):
        Settings.read(said | {"YUANLIU_MAVEN_MIRROR": "mirror.example"})


def test_a_missing_jar(repository, tmp_path):
    shutil.rmtree(repository[0] / "org/example/three")
    with pytest.raises(EngineError, match=r"three-1.0.jar cannot be fetched: 404"):
        jars.classpath("v", tmp_path / "cache", repository[1])


def test_too_little_room_is_said_before_fetching(repository, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))
    with pytest.raises(EngineError, match=r"is full \(1 MB free, 6 MB needed\)"):
        jars.classpath("v", tmp_path / "cache", repository[1])


def test_a_folder_that_cannot_be_written(repository):
    with pytest.raises(EngineError, match="cache folder /sys/yuanliu cannot be") as caught:
        jars.classpath("v", Path("/sys/yuanliu"), repository[1])
    assert "YUANLIU_HOME" in caught.value.cure


def test_a_complete_cache_is_not_written_to(repository, tmp_path):
    cache = tmp_path / "cache"
    jars.classpath("v", cache, repository[1])
    (cache / "fetch.lock").unlink()
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    jars.classpath("v", cache, "http://127.0.0.1:9")
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == before


FETCH = """
import resource, sys
from pathlib import Path
from graph.engine import jars
from graph.errors import EngineError
digest, address, cache, limit = sys.argv[1:]
jars.read_lock = lambda _: [jars.Jar("org.example", "one", "1.0", "", digest)]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    jars.classpath("v", Path(cache), address)
except EngineError as error:
    print(error)
"""


def arguments(address, cache, limit=0):
    return [sys.executable, "-c", FETCH, lock()[0].sha256, address, str(cache), str(limit)]


def test_a_disk_that_fills_while_fetching(repository, tmp_path):
    done = subprocess.run(
        arguments(repository[1], tmp_path / "cache", 100_000), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "is full (no room left while writing)" in done.stdout
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_a_killed_fetch_leaves_nothing_that_is_trusted(repository, tmp_path):
    reached = threading.Event()

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(JARS["one"])))
            self.end_headers()
            self.wfile.write(JARS["one"][:-1])
            reached.set()
            time.sleep(1)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        with subprocess.Popen(
            arguments(f"http://127.0.0.1:{server.server_port}", tmp_path / "cache"), cwd=ROOT
        ) as fetch:
            assert reached.wait(10)
            time.sleep(0.2)
            fetch.kill()
        server.shutdown()
    assert not list((tmp_path / "cache").rglob("*.jar"))
    jars.classpath("v", tmp_path / "cache", repository[1])
    assert not (tmp_path / "cache" / "staging").exists()


@pytest.mark.parametrize("version", ["2026.09.0", "5.26.28"])
def test_the_committed_locks(version):
    rows = (ROOT / "graph" / "engine" / f"neo4j-{version}.lock.tsv").read_text().splitlines()
    assert rows == sorted(set(rows))
    assert all(len(jar.sha256) == 64 for jar in jars.read_lock(version))
    assert "://" not in "".join(rows)
