"""To a viewer, what he may not see does not exist.

For random catalogs and viewers every question gives the answer that an administrator gets on a copy from which the
invisible was deleted; only `scope` differs. YUANLIU_PROOF=N asks about N catalogs instead of the usual number.
"""

import os
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph import sight
from graph.permissions import LOCAL
from permissions.asking import WIPE, answers, cut, questions, unscoped, write
from permissions.facts import Making
from permissions.oracle import Oracle

REPLAN = "CYPHER replan=skip "
"""Each catalog has other numbers of everything, but the plans of the one before are as good."""
CASES = int(os.environ.get("YUANLIU_PROOF", "250"))
SEEDS = st.integers(0, 2**32), st.sampled_from([0.3, 0.6, 1.0, 1.0]), st.sampled_from([0, 5_000, 5_000])
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.generate], "database": None}


class Planned:
    """A database that plans each statement once."""

    def __init__(self, database):
        self.database, self.lanes = database, database.lanes

    async def read(self, statement, *rest):
        return await self.database.read(REPLAN + statement, *rest)


async def differences(database, seed, size, many):
    """What a random viewer is told of a random catalog, where it differs from what there is of it for him."""
    making = Making(seed, size)
    facts, viewer = making.catalog(), making.viewer()
    asked = list(questions(facts, random.Random(seed)))
    reader = Planned(database)
    before, sight.MANY = sight.MANY, many
    try:
        await database.run(WIPE)
        await write(database, facts)
        sight.forget(reader)
        told = [each async for each in answers(reader, asked, viewer)]
        await cut(database, Oracle(facts, viewer))
        true = [each async for each in answers(reader, asked, LOCAL)]
    finally:
        sight.MANY = before
    if len(told) != len(true):
        yield viewer, "walks of other lengths", len(told), len(true)
    for (document, variables, mine), (_, _, copy) in zip(told, true, strict=False):
        if unscoped(mine) != copy:
            yield viewer, document, variables, mine, copy


@settings(max_examples=CASES, derandomize=True, **QUIET)
@given(*SEEDS)
async def test_what_may_not_be_seen_does_not_exist(empty_database, seed, size, many):
    found = [each async for each in differences(empty_database, seed, size, many)]
    assert not found, (seed, size, many, found[0])
