import asyncio

import pytest

from graph.errors import EngineError
from graph.migrate import FOLDER, migrate


async def test_migrating_twice_changes_nothing(empty_database):
    before = await empty_database.run("SHOW INDEXES YIELD name RETURN name ORDER BY name")
    assert await migrate(empty_database, purpose="test") == len(list(FOLDER.glob("*.cypher")))
    assert await empty_database.run("SHOW INDEXES YIELD name RETURN name ORDER BY name") == before


async def test_a_database_made_for_tests_is_refused_as_a_catalog(empty_database):
    with pytest.raises(EngineError, match="another purpose"):
        await migrate(empty_database)


async def test_a_database_with_foreign_data_is_left_alone(empty_database):
    await empty_database.run("MATCH (c:Catalog) DELETE c")
    await empty_database.run("CREATE (:Somebody {name: 'else'})")
    try:
        with pytest.raises(EngineError, match="did not write"):
            await migrate(empty_database, purpose="test")
        assert await empty_database.run("MATCH (n) RETURN labels(n) AS labels") == [{"labels": ["Somebody"]}]
    finally:
        await empty_database.run("MATCH (n) DETACH DELETE n")
        await migrate(empty_database, purpose="test")


async def test_a_database_that_holds_catalogs_of_others_is_left_alone(empty_database):
    await empty_database.run("MATCH (c:Catalog) DELETE c")
    await empty_database.run("CREATE (:Catalog {name: 'wine'}), (:Catalog {id: 7})")
    try:
        with pytest.raises(EngineError, match="did not write"):
            await migrate(empty_database, purpose="test")
        assert await empty_database.run("MATCH (n) RETURN count(n) AS n") == [{"n": 2}]
    finally:
        await empty_database.run("MATCH (n) DETACH DELETE n")
        await migrate(empty_database, purpose="test")


async def test_several_at_once_on_an_empty_database_make_one_catalog(empty_database):
    """No constraint and no index is there, as where the first commands start together; nothing is done or told twice."""
    for row in await empty_database.run("SHOW CONSTRAINTS YIELD name RETURN name"):
        await empty_database.run("DROP CONSTRAINT $name", name=row["name"])
    for row in await empty_database.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        await empty_database.run("DROP INDEX $name", name=row["name"])
    await empty_database.run("MATCH (n) DETACH DELETE n")
    steps = len(list(FOLDER.glob("*.cypher")))
    assert await asyncio.gather(*(migrate(empty_database, purpose="test") for _ in range(4))) == [steps] * 4
    assert await empty_database.run("MATCH (c:Catalog) RETURN c.version AS version") == [{"version": steps}]
    assert await empty_database.run("MATCH (e:Event) RETURN count(e) AS events") == [{"events": steps}]


async def test_a_later_release_is_not_overwritten(empty_database):
    await empty_database.run("MATCH (c:Catalog) SET c.version = 999")
    try:
        with pytest.raises(EngineError, match="later release"):
            await migrate(empty_database, purpose="test")
    finally:
        await empty_database.run(
            "MATCH (c:Catalog) SET c.version = $version", version=len(list(FOLDER.glob("*.cypher")))
        )
