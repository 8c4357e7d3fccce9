"""The servers as processes on loopback ports; each is ended when its block ends."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph.engine import Server

APOLLO = Path(__file__).parent / "apollo"
ROOT = Path(__file__).parents[1]
STOP_SECONDS = 10
HOME = tempfile.TemporaryDirectory(prefix="yuanliu-bench-")
"""Where the servers of one run keep their keys: nobody's own home."""


@contextmanager
def running(command: list[str], server: Server, mode: str = "production", **more: str) -> Generator[int]:
    """Start a server, with `more` in its environment, and give its port; RuntimeError if it does not start.

    `mode` is what Node takes for NODE_ENV.
    """
    environment = os.environ | {
        "NEO4J_URI": server.uri,
        "NEO4J_USER": server.user,
        "NEO4J_PASSWORD": server.password,
        "NEO4J_DATABASE": "neo4j",
        "YUANLIU_HOME": HOME.name,
        "NODE_ENV": mode,
        **more,
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        line = process.stdout.readline().strip()
        if not line.isdigit():
            raise RuntimeError(f"{' '.join(command)} does not start: {line}")
        yield int(line)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def python(name: str) -> list[str]:
    """The command of one of the Python servers."""
    return [sys.executable, "-m", f"bench.servers.{name}"]


def apollo() -> list[str] | str:
    """The command of the Node server, its packages installed; or why there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node is not installed: @neo4j/graphql is left out."
    installed = APOLLO / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (APOLLO / "package-lock.json").stat().st_mtime:
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=APOLLO,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"npm ci failed, @neo4j/graphql is left out: {done.stderr.strip()[-300:]}"
    return [node, str(APOLLO / "server.mjs")]
