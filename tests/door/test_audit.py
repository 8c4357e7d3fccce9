"""The audit of GraphQL over HTTP by its reference implementation, graphql-http: every rule, none of them only nearly kept."""

import json
import subprocess
from pathlib import Path

from npm import NODE, installed
from serving import serving

from api.door.options import Door

HERE = Path(__file__).with_name("audit")
RULES = 61


def test_every_rule_is_kept(reader, reading, tmp_path):
    installed(HERE)
    with serving(reading, Door(), tmp_path) as served:
        words = [NODE, "audit.mjs", f"http://localhost:{served.port}/graphql"]
        done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == RULES
