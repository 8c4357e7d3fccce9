"""What the databases of the tests hold. Not in conftest.py: of the modules of that name only one can be imported."""

from datetime import date
from pathlib import Path

import pytest

SEEDS = Path(__file__).parent.parent / "seeds"
TODAY = date(2026, 11, 22)
WIPE = "MATCH (n) WHERE NOT n:Catalog CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
CONTENT = pytest.StashKey[dict[str, str]]()
"""What each database holds now, by its address."""
