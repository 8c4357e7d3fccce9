"""The shape of the code: who may import whom, how long a file may be, what no committed file may name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 350
# Hosts of package registries and of their mirrors: an address belongs to the machine, not to the project.
HOSTS = re.compile(
    r"registry\.(npmjs|yarnpkg)\.|files\.pythonhosted\.|pypi\.org|crates\.io|proxy\.golang\.|repo1?\.maven\.|"
    r"/artifactory/|/nexus/|npmmirror\.|/simple/?[\"'\s]|registry\.[a-z0-9.-]+[:/]"
)
WRITTEN_BY_HAND = {".py", ".toml", ".md", ".yml", ".yaml", ".lock", ".json", ".cfg", ".sh", ".mjs", ".js", ".html", ""}


def committed():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def test_the_contracts_of_import_linter_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept
    assert int(kept[1]) == (ROOT / "pyproject.toml").read_text(encoding="utf-8").count(
        "[[tool.importlinter.contracts]]"
    )


@pytest.mark.parametrize("package", ["api", "graph", "tests", "bench"])
def test_no_file_is_too_long(package):
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_no_committed_file_names_a_registry():
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in committed()
        if path.suffix in WRITTEN_BY_HAND and path != Path(__file__)
        for found in HOSTS.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not named


def test_only_one_module_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for package in ("api", "graph")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"os\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["api/settings.py"]


def test_only_literals_become_statements():
    """An f-string or `%` in a statement could carry a value; `LiteralString` and pyright keep them out, this the types."""
    untyped = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "graph").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r'f"""|f"(MATCH|MERGE|CREATE|RETURN|UNWIND|CALL)\b', line)
    ]
    assert not untyped
