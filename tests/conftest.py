"""A real Neo4j for every test: an embedded one, or the empty one at YUANLIU_TEST_NEO4J_URI; nothing else is ever touched.

`town` is a database with all the seeds, to be read; `empty_database` one without nodes, to be written. Two embedded servers
hold them; on a given server they take turns in its one database.
"""

# The driver reads this when it is imported: a session that two tasks use at once is then an error
import os

os.environ["PYTHONNEO4JDEBUG"] = "1"

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from content import CONTENT, SEEDS, TODAY, WIPE
from platformdirs import user_cache_path

from api.answer import Answerer
from api.schema import SCHEMA
from graph.database import Address, Database
from graph.engine import Installation, use
from graph.load import load
from graph.migrate import migrate


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CONTENT] = {}


def given(environment: dict[str, str]) -> Address | None:
    uri = environment.get("YUANLIU_TEST_NEO4J_URI")
    if uri is None:
        return None
    user, password = environment.get("YUANLIU_TEST_NEO4J_USER", "neo4j"), environment["YUANLIU_TEST_NEO4J_PASSWORD"]
    return Address(uri, user, password, environment.get("YUANLIU_TEST_NEO4J_DATABASE", "neo4j"))


@pytest.fixture(scope="session")
def version() -> str:
    return os.environ.get("YUANLIU_TEST_NEO4J_VERSION", "2026.09.0")


@pytest.fixture(scope="session")
def cache() -> Path:
    return user_cache_path("yuanliu")


def server(tmp_path_factory: pytest.TempPathFactory, name: str, cache: Path, version: str) -> Iterator[Address]:
    address = given(dict(os.environ))
    if address is not None:
        yield address
        return
    home = tmp_path_factory.mktemp(name)
    with use(Installation(home=home, cache=cache, version=version, heap=768, pagecache=128)) as running:
        yield Address(running.uri, running.user, running.password)


@pytest.fixture(scope="session")
def reading(tmp_path_factory, cache, version) -> Iterator[Address]:
    yield from server(tmp_path_factory, "reading", cache, version)


@pytest.fixture(scope="session")
def writing(tmp_path_factory, cache, version) -> Iterator[Address]:
    yield from server(tmp_path_factory, "writing", cache, version)


@pytest.fixture(scope="session")
async def reader(reading) -> AsyncIterator[Database]:
    async with Database(reading) as database:
        await migrate(database, purpose="test")
        yield database


@pytest.fixture(scope="session")
async def writer(writing) -> AsyncIterator[Database]:
    async with Database(writing) as database:
        await migrate(database, purpose="test")
        yield database


@pytest.fixture
async def town(reader, reading, request) -> Database:
    """All seeds, loaded once; for reading only."""
    content = request.config.stash[CONTENT]
    if content.get(reading.uri) != "town":
        await reader.run(WIPE)
        await load(reader, SEEDS / "base", structure=True)
        for seed in ("town", "samples/nyc", "samples/riha"):
            await load(reader, SEEDS / seed)
        content[reading.uri] = "town"
    return reader


@pytest.fixture
async def empty_database(writer, writing, request) -> Database:
    """No nodes at all; a test may write what it likes."""
    request.config.stash[CONTENT][writing.uri] = "other"
    await writer.run(WIPE)
    return writer


@pytest.fixture
def answerer(town) -> Answerer:
    """The town, asked in GraphQL, on a fixed day."""
    return Answerer(SCHEMA, town, lambda: TODAY)
