"""The command in a process and a home of its own."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

YUANLIU = Path(sys.executable).parent / "yuanliu"


@pytest.fixture(scope="module")
def home(tmp_path_factory, cache, version) -> Iterator[Path]:
    """A home whose database is left running for the tests of this module; the jars are those of every other test."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "cache").symlink_to(cache)
    assert run(folder, version, "db", "start").returncode == 0
    yield folder
    run(folder, version, "db", "stop", "--force")


def environment(home: Path, version: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "YUANLIU_"))}
    return kept | {"YUANLIU_HOME": str(home), "YUANLIU_NEO4J_VERSION": version, "COLUMNS": "200"} | more


def run(home: Path, version: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [YUANLIU, *words], env=environment(home, version, **more), capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def yuanliu(home, version):
    return lambda *words, **more: run(home, version, *words, **more)


def catalog_file(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "catalog.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


ROWS = [
    {"信息资源名称": "行政许可信息", "信息资源提供方": "市行政审批局", "更新周期": "每日", "发布日期": "2024-03-01"},
    {"信息资源名称": "低保对象信息", "信息资源提供方": "市民政局", "更新周期": "每月", "发布日期": "2024年5月6日"},
]
