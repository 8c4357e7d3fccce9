"""A short soak; `make soak` is a long one."""

import random
import sys

from faults.soak import FAULTS, soak


async def test_after_faults_every_change_is_there_once_and_the_trail_says_so(tmp_path, version):
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    counts = await soak(tmp_path, 0, seed, version)
    assert counts["acknowledged"] > 10
    assert {what: count for what, count in counts.items() if what.startswith("fault")} == {
        f"fault: {each}": 1 for each in FAULTS
    }
