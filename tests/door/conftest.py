"""The service behind its door, as clients reach it over sockets."""

import pytest
from serving import QUICK, serving

from api.door.options import Door


@pytest.fixture(scope="module")
def door(reader, reading, tmp_path_factory):
    """With short times, and a viewer whose bucket does not empty."""
    with serving(reading, Door(bounds=QUICK, rate=0, public_rate=0), tmp_path_factory.mktemp("door")) as served:
        yield served
