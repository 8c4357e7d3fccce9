"""How the tests use the driver."""

from neo4j._debug import ENABLED


def test_a_session_that_two_tasks_use_at_once_is_an_error():
    assert ENABLED
