"""The sample files: they are whole, they say where they come from, and they assert no more than their sources."""

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "seeds" / "samples"
CATALOGS = {
    "guangxi_guilin": (150, "标题"),
    "sichuan_aba": (200, "subjectBaseName"),
    "jiangsu_huaian": (160, "资源名称"),
    "hainan_hainan": (204, "目录名称"),
}
SEEDS = {
    "nyc/nyc.json.gz": "NYCPlanning/data-engineering",
    "riha/riha.json.gz": "RIHA",
}
NODE_PROPERTIES = {
    "Region": {"id", "code", "name", "level"},
    "Department": {"id", "name"},
    "Resource": {"id", "name"},
    "DataItem": {"id", "name", "position", "dataType", "description"},
    "System": {"id", "name", "kind", "status", "functions"},
}
EDGE_PROPERTIES = {
    "LOCATED_IN": set(),
    "PROVIDES": set(),
    "HAS_ITEM": set(),
    "FLOWS_TO": {"origin", "job"},
    "OPERATES": set(),
    "STORES": set(),
    "EXCHANGES_WITH": {"via"},
}


def read(name):
    with gzip.open(SAMPLES / name, "rt", encoding="utf-8", newline="") as text:
        return text.read()


def items():
    return list(csv.DictReader(io.StringIO(read("cnpds/hainan_items.csv.gz"), newline="")))


@pytest.mark.parametrize("portal", CATALOGS)
def test_a_catalog_has_its_rows_in_the_columns_of_the_portal(portal):
    count, title = CATALOGS[portal]
    rows = json.loads(read(f"cnpds/{portal}.json.gz"))
    assert len(rows) == count
    assert all(row[title] for row in rows)


@pytest.mark.parametrize("portal", CATALOGS)
def test_a_catalog_holds_no_contacts(portal):
    text = read(f"cnpds/{portal}.json.gz")
    assert not re.search(r"[\w.]+@[\w.]+\.\w+", text)
    assert not re.search(r"电话\"|邮箱\"|联系方式\"", text)
    assert not re.search(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", text)


def test_every_item_of_hainan_belongs_to_a_resource_of_the_sample():
    urls = {row["详情页网址"] for row in json.loads(read("cnpds/hainan_hainan.json.gz"))}
    rows = items()
    assert len(rows) == 1831
    assert {row["resource_url"] for row in rows} <= urls
    assert list(rows[0]) == ["resource_url", "resource_title", "department", "item_no", "item_name"]


def test_departments_of_hainan_share_item_names():
    departments = defaultdict(set)
    for row in items():
        departments[row["item_name"]].add(row["department"])
    assert sum(len(found) > 1 for found in departments.values()) == 170
    assert len(departments["统一社会信用代码"]) == 11


def test_hainan_lists_some_resources_more_than_once():
    urls = Counter(row["详情页网址"] for row in json.loads(read("cnpds/hainan_hainan.json.gz")))
    assert sum(count > 1 for count in urls.values()) >= 6


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_names_its_source_and_is_not_made_up(name):
    document = json.loads(read(name))
    assert document["source"] == SEEDS[name]
    assert document["madeUp"] is False


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_has_unique_ids_and_only_known_properties(name):
    document = json.loads(read(name))
    ids = Counter(row["id"] for rows in document["nodes"].values() for row in rows)
    assert [each for each, count in ids.items() if count > 1] == []
    for label, rows in document["nodes"].items():
        for row in rows:
            assert set(row) <= NODE_PROPERTIES[label], row
            assert row["id"].startswith(f"{label}:")
            assert row["name"].strip(), row


@pytest.mark.parametrize("name", SEEDS)
def test_the_edges_of_a_seed_end_in_its_own_nodes(name):
    document = json.loads(read(name))
    ids = {row["id"] for rows in document["nodes"].values() for row in rows}
    for kind, rows in document["edges"].items():
        pairs = Counter((row["from"], row["to"]) for row in rows)
        assert max(pairs.values()) == 1
        for row in rows:
            assert {row["from"], row["to"]} <= ids, row
            assert set(row) == {"from", "to"} | EDGE_PROPERTIES[kind], row


def test_city_planning_provides_only_what_its_repository_builds():
    edges = json.loads(read("nyc/nyc.json.gz"))["edges"]
    built = {row["to"] for row in edges["FLOWS_TO"]}
    assert {row["to"] for row in edges["PROVIDES"]} == built
    assert {(row["origin"], row["job"]) for row in edges["FLOWS_TO"]} == {("DECLARED", "dbt")}
    assert len(edges["FLOWS_TO"]) == 919
    assert len(built) == 525


def test_the_register_of_estonia_asserts_no_provider_and_one_platform():
    document = json.loads(read("riha/riha.json.gz"))
    assert set(document["edges"]) == {"LOCATED_IN", "OPERATES", "STORES", "EXCHANGES_WITH"}
    platforms = [row["id"] for row in document["nodes"]["System"] if row["kind"] == "PLATFORM"]
    assert platforms == ["System:EE/X-tee (X-Road)"]
    assert {row["to"] for row in document["edges"]["EXCHANGES_WITH"]} == set(platforms)
    assert len(document["edges"]["EXCHANGES_WITH"]) == 748
    assert Counter(row.get("status") for row in document["nodes"]["System"]) == {
        "IN_USE": 1084,
        "RETIRED": 96,
        "PLANNED": 89,
        None: 36,
    }
    assert not re.search(r"\w@\w", json.dumps(document))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("cnpds/LICENSE", "Apache License"),
        ("cnpds/NOTICE", "nju-websoft/CNPDS, commit ace1bba"),
        ("nyc/LICENSE", "Copyright (c) 2025 NYC Department of City Planning"),
        ("nyc/README.md", "NYCPlanning/data-engineering"),
        ("riha/LICENSE", "CC BY-SA 3.0 EE"),
        ("riha/README.md", "Changes:"),
    ],
)
def test_the_sources_are_attributed(file, words):
    assert words in (SAMPLES / file).read_text(encoding="utf-8")


def test_the_samples_stay_small():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 400_000
