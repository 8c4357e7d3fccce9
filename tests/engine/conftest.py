"""Real servers with small heaps in homes of their own; the jars are those of production, fetched once."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import neo4j
import platformdirs
import psutil
import pytest

from graph import engine
from graph.engine import jars

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def jar_cache() -> Path:
    return Path(platformdirs.user_cache_dir("yuanliu"))


@pytest.fixture(scope="session")
def classpath(jar_cache: Path) -> str:
    return jars.classpath("2026.09.0", jar_cache)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every living server and supervisor of the home."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            names_home = any(f"--home-dir={folder}/" in word or word.startswith(f"{folder}/") for word in words)
            if names_home and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with a blank and Chinese characters; what a test leaves running fails it."""
    folder = tmp_path / "源流 home"
    yield folder
    # A server that recorded for the cache goes on for some seconds without its data.
    left = [] if eventually(lambda: not servers_of(folder), 40) else servers_of(folder)
    for process in left:
        process.kill()
    assert left == []


def servers_of(folder: Path) -> list[psutil.Process]:
    return [process for process in processes_of(folder) if any("--home-dir=" in word for word in process.cmdline())]


@pytest.fixture
def installation(home: Path, jar_cache: Path, classpath: str) -> engine.Installation:
    return engine.Installation(home, jar_cache, heap=256, pagecache=16)


USER = """
import sys, resource
from pathlib import Path
from graph import engine
from graph.errors import EngineError
home, cache, limit = sys.argv[1:]
if limit != "-":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
installation = engine.Installation(Path(home), Path(cache), heap=256, pagecache=16)
try:
    with engine.use(installation):
        print(engine.status(installation).pid, flush=True)
        sys.stdin.read()
except EngineError as error:
    print(error)
    sys.exit(9)
"""


@pytest.fixture
def command(home: Path, jar_cache: Path, classpath: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts another process that uses the server, says its process number and waits for its input to end."""
    started: list[subprocess.Popen[str]] = []

    def run(limit: str = "-") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(home), str(jar_cache), limit],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with process:
            process.kill()


def login(server: engine.Server, password: str | None = None):
    return neo4j.GraphDatabase.driver(server.uri, auth=(server.user, password or server.password))


def is_alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
