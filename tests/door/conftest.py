"""The service behind its door, as clients reach it over sockets."""

import pytest
from serving import QUICK, serving

from api.door.options import Door


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """One for all that serve the town: who has another key does not sign its checkpoints, and says so."""
    return tmp_path_factory.mktemp("door")


@pytest.fixture(scope="module")
def door(reader, reading, home):
    """With short times, and a viewer whose bucket does not empty."""
    with serving(reading, Door(bounds=QUICK, rate=0, public_rate=0), home) as served:
        yield served
