"""A graph with some regions, to import into."""

import pytest

REGIONS = [
    ("450000", "广西壮族自治区", "PROVINCE"),
    ("450300", "桂林市", "CITY"),
    ("460000", "海南省", "PROVINCE"),
    ("469002", "琼海市", "COUNTY"),
    ("410200", "开封市", "CITY"),
    ("411100", "漯河市", "CITY"),
]


@pytest.fixture
async def graph(empty_database):
    rows = [{"id": f"Region:{code}", "code": code, "name": name, "level": level} for code, name, level in REGIONS]
    await empty_database.run("UNWIND $rows AS row CREATE (g:Region) SET g = row", rows=rows)
    return empty_database
