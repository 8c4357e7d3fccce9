"""The made-up town: its files are sound, and it holds exactly the cases that its README promises.

The answers are worked out here from the files alone, without the service: what the service says must be the same.
"""

import csv
import json
import re
from collections import defaultdict
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
TOWN = SEEDS / "town"
FILES = sorted(TOWN.glob("*.json"))
TODAY = date(2026, 11, 22)

NODE_PROPERTIES = {
    "Region": "code name level",
    "Department": "name formerNames creditCode kind isCompetentDepartment",
    "Resource": "name resourceCode classification abstract theme industry formats keywords landingPage shareType "
    "shareCondition shareModes legalBasis openType openCondition updateCycle publishedOn lastUpdatedAt contactPhone "
    "contactEmail recordCount publication secrecy securityLevel extra",
    "DataItem": "name position dataType length description isPersonal",
    "DataElement": "name identifier definition representation standard",
    "System": "name kind level status functions useScope useFrequency approvedBy approvedOn startedOn fundSource "
    "network hosting onCloud mlpsLevel disposition standaloneBasis",
    "Project": "name code kind totalInvestment planYear fundSource status summary",
    "Grant": "name",
}
EDGES = """
WITHIN Region Region | LOCATED_IN Department Region | PART_OF Department Department | PROVIDES Department Resource
HAS_ITEM Resource DataItem | MEANS DataItem DataElement | COLLECTS Department DataItem properties legalBasis
AUTHORITY_FOR Department DataElement basis | OPERATES Department System | STORES System Resource
EXCHANGES_WITH System System via | FLOWS_TO Resource,DataItem Resource,DataItem origin job transformation
PROPOSES Department Project | BUILDS Project System | UPGRADES Project System | PLANS Project Resource
OF Grant Resource,DataItem | TO Grant Department
"""
EDGE_ENDS = {words[0]: words[1:] for line in re.split(r"[|\n]", EDGES.strip()) for words in [line.split()]}
WORDS = {
    ("Region", "level"): "COUNTY TOWN",
    ("Department", "kind"): "DEPARTMENT AUTHORISED_BODY PUBLIC_UTILITY CENTRAL_STATIONED",
    ("Resource", "shareType"): "UNCONDITIONAL CONDITIONAL NOT_SHARED SPECIAL DEFERRED",
    ("Resource", "publication"): "DRAFT PUBLISHED WITHDRAWN",
    ("Resource", "secrecy"): "NOT_SECRET SECRET",
    ("Resource", "updateCycle"): "REAL_TIME DAILY WEEKLY MONTHLY QUARTERLY YEARLY OTHER",
    ("System", "kind"): "SYSTEM APP PLATFORM",
    ("System", "status"): "PLANNED IN_USE RETIRED",
}
CLOCKS = {"since", "until", "recordedAt", "withdrawnAt"}
KF, LN, XY, LH, TY, NONE = "410299", "210199", "610499", "411199", "140199", "360199"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def told_of(heading):
    """The rows of the table under this heading of the town's README."""
    section = (TOWN / "README.md").read_text(encoding="utf-8").split(f"### {heading}\n\n")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines()[2:]]


def nodes(*labels):
    """(label, node) for all nodes of the town with these labels; of every label when none is named."""
    found = [(label, row) for path in FILES for label, rows in read(path)["nodes"].items() for row in rows]
    return [(label, row) for label, row in found if label in labels or not labels]


def edges(kind, on=None):
    """The edges of one kind; with a day: those known now that hold on it."""
    found = [row for path in FILES for row in read(path)["edges"].get(kind, [])]
    if on is None:
        return found
    return [row for row in found if holds(row, on)]


def holds(row, on):
    since, until = row.get("since"), row.get("until")
    begun = since is None or date.fromisoformat(since) <= on
    over = until is not None and date.fromisoformat(until) <= on
    return begun and not over and row.get("withdrawnAt") is None


def region_of(department):
    return department.removeprefix("Department:").split("/")[0]


def short(identifier):
    return identifier.split("/", 1)[1]


def families(departments, on):
    """The topmost departments of these, each with its parts: they count as one, however deep."""
    parent = {row["from"]: row["to"] for row in edges("PART_OF", on)}
    for _ in range(4):
        departments = {parent.get(each, each) for each in departments}
    return departments


def by_element(pairs, on):
    """(region, element name) -> departments, for those that several departments of one region have."""
    meaning = defaultdict(set)
    for row in edges("MEANS", on):
        meaning[row["from"]].add(row["to"].removeprefix("DataElement:"))
    found = defaultdict(set)
    for department, item in pairs:
        for element in meaning[item]:
            found[region_of(department), element].add(department)
    return {key: {short(each) for each in value} for key, value in found.items() if len(families(value, on)) > 1}


def collected_by_several(on):
    rows = edges("COLLECTS", on)
    return by_element([(r["from"], r["to"]) for r in rows if r["properties"]["from"] in {"PUBLIC", "ENTERPRISE"}], on)


def provided_by_several(on):
    items = defaultdict(set)
    for row in edges("HAS_ITEM", on):
        items[row["from"]].add(row["to"])
    return by_element([(row["from"], item) for row in edges("PROVIDES", on) for item in items[row["to"]]], on)


def islands(on):
    """`region: names` of every group of systems in use that reaches no platform."""
    systems = {row["id"]: row for _, row in nodes("System")}
    near = defaultdict(set)
    for row in edges("EXCHANGES_WITH", on):
        near[row["from"]].add(row["to"])
        near[row["to"]].add(row["from"])
    found, seen = set(), set()
    for start, row in systems.items():
        if start in seen or row["status"] != "IN_USE" or row["kind"] == "PLATFORM":
            continue
        group, border = {start}, [start]
        while border:
            border = [new for old in border for new in near[old] if new not in group and not group.add(new)]
        seen |= group
        if not any(systems[each]["kind"] == "PLATFORM" for each in group):
            found.add(start.split("/")[0].removeprefix("System:") + ": " + " ".join(sorted(map(short, group))))
    return found


def downstream(start, on):
    """Id -> fewest hops, of everything that the start flows to."""
    following = defaultdict(set)
    for row in edges("FLOWS_TO", on):
        following[row["from"]].add(row["to"])
    distance, border = {start: 0}, [start]
    while border:
        border = [
            new
            for old in border
            for new in sorted(following[old])
            if new not in distance and distance.setdefault(new, distance[old] + 1)
        ]
    return distance


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_says_that_it_is_made_up(path):
    document = read(path)
    assert document["madeUp"] is True
    assert "虚构" in document["source"]
    assert set(document) == {"source", "madeUp", "nodes", "edges"}


def test_ids_are_unique_and_begin_with_their_kind():
    ids = [row["id"] for _, row in nodes()]
    assert len(ids) == len(set(ids))
    assert [row["id"] for label, row in nodes() if not row["id"].startswith(f"{label}:")] == []


def test_nodes_have_known_properties_and_words():
    for label, row in nodes():
        assert set(row) <= {"id", *NODE_PROPERTIES[label].split()}, row["id"]
        for key, value in row.items():
            if (label, key) in WORDS:
                assert value in WORDS[label, key].split(), row["id"]


def test_edges_join_known_kinds_and_have_known_properties():
    for path in FILES:
        for kind, rows in read(path)["edges"].items():
            start, end, *own = EDGE_ENDS[kind]
            for row in rows:
                assert row["from"].split(":")[0] in start.split(","), row
                assert row["to"].split(":")[0] in end.split(","), row
                assert set(row) <= {"from", "to", *own, *CLOCKS}, row
                assert row.get("origin", "DECLARED") in {"DECLARED", "OBSERVED"}
                assert row.get("properties", {"from": "PUBLIC"}).keys() == {"from"}


def test_every_end_of_an_edge_is_real_or_in_its_file_or_in_an_earlier_one():
    with (SEEDS / "base" / "regions.csv").open(encoding="utf-8", newline="") as lines:
        known = {f"Region:{row['code']}" for row in csv.DictReader(lines)}
    made_up = {row["id"]: row["name"] for _, row in nodes("Region")}
    assert known.isdisjoint(made_up)
    assert all("虚构" in name for name in made_up.values())
    for path in FILES:
        document = read(path)
        known |= {row["id"] for rows in document["nodes"].values() for row in rows}
        ends = {row[end] for rows in document["edges"].values() for row in rows for end in ("from", "to")}
        assert ends <= known, f"{path.name}: {sorted(ends - known)}"


def test_dates_parse_and_run_forward():
    for _, row in nodes():
        for key in ("publishedOn", "lastUpdatedAt", "approvedOn", "startedOn"):
            if key in row:
                date.fromisoformat(row[key])
    for kind in EDGE_ENDS:
        for row in edges(kind):
            since, until = row.get("since"), row.get("until")
            assert not (since and until) or date.fromisoformat(since) < date.fromisoformat(until), row
            recorded, withdrawn = row.get("recordedAt"), row.get("withdrawnAt")
            assert (recorded is None) == (withdrawn is None), row
            if recorded:
                assert datetime.fromisoformat(recorded) < datetime.fromisoformat(withdrawn), row
                assert datetime.fromisoformat(recorded).tzinfo is not None, row


def test_no_edge_is_stated_twice_for_the_same_time():
    for kind in EDGE_ENDS:
        for one, other in combinations(edges(kind), 2):
            same = all(one.get(key) == other.get(key) for key in ("from", "to", "origin", "withdrawnAt", "since"))
            assert not same, one


def test_an_item_belongs_to_one_resource_whose_key_it_carries_and_means_one_element():
    assert {row["id"] for _, row in nodes("DataItem")} == {row["to"] for row in edges("HAS_ITEM")}
    for row in edges("HAS_ITEM"):
        assert row["to"].startswith(row["from"].replace("Resource:", "DataItem:") + "/")
    meaning = [row["from"] for row in edges("MEANS", TODAY)]
    assert len(meaning) == len(set(meaning))


def test_a_share_type_is_one_that_the_regime_knows():
    known = {
        KF: {"UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"},
        LN: {"UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"},
        XY: {"UNCONDITIONAL", "CONDITIONAL", "SPECIAL"},
        TY: {"DEFERRED", None},
        LH: {None},
        NONE: {None},
    }
    used = defaultdict(set)
    for _, row in nodes("Resource"):
        used[row["id"].removeprefix("Resource:")[:6]].add(row.get("shareType"))
    assert {region for region, types in used.items() if not types <= known[region]} == set()
    assert {"SPECIAL", "DEFERRED", "NOT_SHARED"} <= set().union(*used.values())


def test_there_are_drafts_withdrawn_and_secret_entries():
    rows = [row for _, row in nodes("Resource")]
    assert {row["publication"] for row in rows} == {"DRAFT", "PUBLISHED", "WITHDRAWN"}
    assert [row["resourceCode"] for row in rows if row["secrecy"] == "SECRET"] == ["GA004"]


def test_what_is_collected_by_several():
    told = {(row[0], row[1]): set(row[2].split("、")) for row in told_of("COLLECTED_BY_SEVERAL")}
    assert collected_by_several(TODAY) == told
    assert {region for region, _ in told} == {KF, LN, XY, LH, TY, NONE}


def test_a_collection_that_has_ended_was_one_of_several_before():
    before = collected_by_several(date(2023, 12, 31))
    assert before[KF, "就业状态"] == {"县人力资源和社会保障局", "县民政局"}
    assert (KF, "就业状态") not in collected_by_several(date(2024, 1, 1))


def test_what_is_provided_by_several():
    told = {(row[0], row[1]): set(row[2].split("、")) for row in told_of("PROVIDED_BY_SEVERAL")}
    assert provided_by_several(TODAY) == told
    sources = {(region_of(r["from"]), r["to"].split(":")[1]): short(r["from"]) for r in edges("AUTHORITY_FOR", TODAY)}
    assert [row[3] for row in told_of("PROVIDED_BY_SEVERAL")] == [sources.get(key, "-") for key in told]


def test_which_systems_are_islands():
    told = told_of("ISLANDS")
    assert islands(TODAY) == {f"{row[0]}: " + " ".join(sorted(row[2].split("、"))) for row in told}
    assert {row[1] for row in told if "、" in row[2]} == {"CUT_OFF_GROUP"}
    assert {row[1] for row in told if "、" not in row[2]} == {"NO_EXCHANGE"}


def test_one_island_has_a_basis_for_standing_alone():
    alone = [row["name"] for _, row in nodes("System") if "standaloneBasis" in row]
    assert alone == [row[2] for row in told_of("ISLANDS") if row[3] == "EXCEPTED"] == ["涉密文件管理系统"]


def test_a_system_became_an_island_when_its_exchange_ended():
    lonely = f"{KF}: 殡葬管理系统"
    assert lonely not in islands(date(2023, 6, 30))
    assert lonely in islands(date(2023, 7, 1))


def test_the_chain_has_seven_hops():
    found = downstream(f"Resource:{KF}/WJ001", TODAY)
    assert found[f"Resource:{KF}/TJ002"] == 7
    assert max(found.values()) == 7


def test_there_is_a_cycle_and_a_diamond():
    cycle = downstream(f"Resource:{KF}/SW001", TODAY)
    assert cycle[f"Resource:{KF}/SJ001"] == 2
    assert cycle[f"Resource:{KF}/DS004"] == 1
    into = [row["from"] for row in edges("FLOWS_TO", TODAY) if row["to"] == f"Resource:{KF}/DS003"]
    assert {downstream(f"Resource:{KF}/DS002", TODAY)[start] for start in into} == {1}
    assert len(into) == 2


def test_flows_are_declared_observed_ended_and_withdrawn():
    flows = edges("FLOWS_TO")
    assert {row["origin"] for row in flows} == {"DECLARED", "OBSERVED"}
    assert any(row.get("until") for row in flows)
    assert any(row.get("withdrawnAt") for row in flows)


def test_who_holds_the_marriage_register():
    resource = f"Resource:{KF}/MZ001"
    granted = {row["from"]: row for row in edges("OF") if row["to"] == resource}
    to = {row["from"]: short(row["to"]) for row in edges("TO")}
    stored = [row["from"] for row in edges("STORES", TODAY) if row["to"] == resource]
    flowed = [row["to"] for row in edges("FLOWS_TO", TODAY) if row["from"] == resource]
    assert {short(r["from"]) for r in edges("COLLECTS", TODAY) if f"{KF}/MZ001/" in r["to"]} == {"县民政局"}
    assert {short(r["from"]) for r in edges("OPERATES", TODAY) if r["to"] in stored} == {
        "县民政局",
        "县政务服务和大数据管理局",
    }
    assert {short(r["from"]) for r in edges("PROVIDES", TODAY) if r["to"] in flowed} == {
        "县医疗保障局",
        "县住房和城乡建设局",
    }
    assert {to[grant]: row.get("until") for grant, row in granted.items()} == {
        "县公安局": None,
        "县教育体育局": "2022-03-01",
    }


def test_the_town_is_as_large_as_its_story_says():
    systems = [row for _, row in nodes("System")]
    assert [len(nodes(kind)) for kind in ("Department", "Resource", "Project", "Grant")] == [33, 55, 7, 7]
    assert len(systems) == 43
    assert sum(row["kind"] == "PLATFORM" for row in systems) == 4
    operated = [row["to"] for row in edges("OPERATES", TODAY)]
    assert sorted(operated) == sorted(row["id"] for row in systems)
