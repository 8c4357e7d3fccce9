"""The regimes, rules and regions that are always loaded, read as files."""

import csv
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

BASE = Path(__file__).parents[2] / "seeds" / "base"
REGIMES = json.loads((BASE / "regimes.json").read_text(encoding="utf-8"))
RULES_FILE = json.loads((BASE / "rules.json").read_text(encoding="utf-8"))
RULES: dict[str, dict[str, Any]] = {row["id"]: row for row in RULES_FILE["nodes"]["Rule"]}
PARAMETERS: dict[str, dict[str, Any]] = {row["id"]: row for row in REGIMES["nodes"]["Parameter"]}
with (BASE / "regions.csv").open(encoding="utf-8", newline="") as file:
    REGION_ROWS = list(csv.DictReader(file))
REGIONS = {row["code"]: row for row in REGION_ROWS}

CODES = ("LH", "KF", "LN", "TY", "XY")
BACKGROUND = {"KF-NOTE-1", "KF-NOTE-2", "KF-LEGAL-1", "KF-LEGAL-2"}
CUT_OFF = {"XY-MEDIA-1", "XY-MEDIA-2", "XY-WECHAT-0"}
NAMES = {
    "request.replyWorkingDays",
    "request.decider",
    "request.agreementRequired",
    "correction.recipient",
    "correction.workingDays",
    "catalog.updateWorkingDays",
    "catalog.reviewRequired",
    "catalog.requiredFields",
    "shareType.allowed",
    "shareType.legalBasisRequired",
    "legalBasis.minimumRank",
    "annualReport.due",
    "annualPlan.due",
    "log.retention",
    "cloud.expandBelow",
    "mlps.level",
    "mlps.cycle",
    "project.majorThreshold",
    "project.countyTenderThreshold",
    "project.reapprovalChange",
    "project.trialRun",
    "project.postEvaluationAfter",
    "project.warranty",
    "fund.reportCycle",
    "collection.duplicate",
    "provision.oneSource",
    "exchange.joinPlatform",
    "exchange.ownChannel",
}
ARTICLES = {
    "LH": 28,
    "KF-CLOUD": 17,
    "KF-SHARE": 29,
    "LN": 28,
    "TY": 34,
    "XY-SHARE": 40,
    "XY-PROJ": 44,
    "XY-INFRA": 16,
}
ANOTHER_HEADING = re.compile(r"(?:^|[。\s])\s*第[一二三四五六七八九十]+[条章]")
SETTLED = {
    ("KF", "request.replyWorkingDays"): (10, {"KF-SHARE-15b"}),
    ("LN", "request.replyWorkingDays"): (5, {"LN-17b"}),
    ("XY", "request.replyWorkingDays"): (None, set()),
    ("LH", "request.decider"): (None, set()),
    ("XY", "request.decider"): ("COMPETENT_DEPARTMENT", {"XY-SHARE-18a", "XY-SHARE-19"}),
    ("KF", "catalog.updateWorkingDays"): (0, {"KF-SHARE-10b"}),
    ("LN", "catalog.updateWorkingDays"): (10, {"LN-9b"}),
    ("LH", "shareType.allowed"): (None, set()),
    ("XY", "shareType.allowed"): (["UNCONDITIONAL", "CONDITIONAL", "SPECIAL"], {"XY-SHARE-8"}),
    ("XY", "project.majorThreshold"): ({"yuan": 1_000_000, "inclusive": True}, {"XY-PROJ-11"}),
    ("XY", "project.countyTenderThreshold"): ({"yuan": 1_000_000, "inclusive": False}, {"XY-PROJ-12"}),
    ("LH", "collection.duplicate"): (None, set()),
    ("TY", "collection.duplicate"): (None, set()),
    ("LH", "provision.oneSource"): (None, set()),
    ("LN", "provision.oneSource"): ({"oneSource": True}, {"LN-6"}),
    ("TY", "provision.oneSource"): (None, set()),
    ("LN", "exchange.joinPlatform"): (
        {"required": True, "noIslands": False, "exceptNationalRequirement": False},
        {"LN-14d"},
    ),
    ("TY", "exchange.joinPlatform"): (
        {"required": False, "noIslands": True, "exceptNationalRequirement": False},
        {"TY-25"},
    ),
    ("LN", "exchange.ownChannel"): (
        {"prohibited": True, "levels": ["COUNTY", "TOWN"], "exceptNationalRequirement": False},
        {"LN-14c"},
    ),
    ("TY", "exchange.ownChannel"): (None, set()),
}


def squeezed(text: str) -> str:
    """Return the text without any white space: the form in which a quote is called literal."""
    return re.sub(r"\s", "", text)


def cited() -> dict[str, set[str]]:
    """Return the rule names each parameter rests on."""
    found: dict[str, set[str]] = {}
    for edge in REGIMES["edges"]["UNDER"]:
        found.setdefault(edge["from"], set()).add(edge["to"].removeprefix("Rule:"))
    return found


def prefix(name: str) -> str:
    """Return the regime a rule belongs to by its name."""
    return name.split("-", maxsplit=1)[0]


def test_415_rules_with_unique_ids() -> None:
    assert len(RULES_FILE["nodes"]["Rule"]) == len(RULES) == 415
    assert all(row["id"] == f"Rule:{row['name']}" for row in RULES.values())
    counts = Counter(prefix(row["name"]) for row in RULES.values())
    assert counts == {"LH": 48, "KF": 113, "LN": 58, "TY": 48, "XY": 148}


def test_rows_are_complete_and_modality_is_in_the_set() -> None:
    assert {row["modality"] for row in RULES.values()} == {
        "OBLIGATION",
        "PROHIBITION",
        "PERMISSION",
        "DEFINITION",
        "EXCEPTION",
        "CONSEQUENCE",
    }
    for row in RULES.values():
        assert all(row[field] for field in ("document", "article", "topic", "summary", "quote")), row["name"]
        assert row["name"].startswith(row["document"] + "-"), row["name"]
        assert "same" not in {row["actor"], row["consequence"]}, row["name"]


def test_background_is_not_citable_and_all_else_is() -> None:
    assert {row["name"] for row in RULES.values() if not row["isCitable"]} == BACKGROUND
    assert all("背景" in RULES[f"Rule:{name}"]["sourceNote"] for name in BACKGROUND)


def test_cut_off_rows_have_no_text_and_say_so() -> None:
    assert {row["name"] for row in RULES.values() if row["text"] is None} == CUT_OFF
    for name in CUT_OFF:
        row = RULES[f"Rule:{name}"]
        assert row["sourceNote"].startswith("原文在此截断")
        assert row["modality"] == "DEFINITION"


def test_a_quote_is_literal_unless_marked_repaired() -> None:
    for row in RULES.values():
        if row["text"] is None:
            continue
        literal = squeezed(row["quote"]) in squeezed(row["text"])
        assert literal is not row["isQuoteRepaired"], row["name"]


def test_repaired_quotes_say_so_and_stand_only_where_the_received_text_is_defective() -> None:
    repaired = [row for row in RULES.values() if row["isQuoteRepaired"]]
    assert Counter(row["document"] for row in repaired) == {"LH": 44, "LN": 54}
    assert all("修复后的读法" in row["sourceNote"] for row in repaired)


@pytest.mark.parametrize(("document", "last"), ARTICLES.items())
def test_every_article_is_cut_at_its_own_bounds(document: str, last: int) -> None:
    texts = {row["article"].split("第（")[0]: row["text"] for row in RULES.values() if row["document"] == document}
    assert len(texts) == last
    for article, text in texts.items():
        heading = text.replace("條", "条")
        assert heading.startswith(article), (document, article)
        assert not ANOTHER_HEADING.search(heading[len(article) :]), (document, article)
        assert heading[-1] in "。.；;?？", (document, article, heading[-5:])


def test_received_text_is_not_repaired_silently() -> None:
    assert "數(shù)據(jù)" in RULES["Rule:LH-3"]["text"]
    assert "??h區(qū)" in RULES["Rule:LH-5b"]["text"]
    assert "。ㄒ唬┪窗凑找笾贫" in RULES["Rule:LN-26(1)"]["text"]
    assert "l3个县级平台" in RULES["Rule:XY-INFRA-2"]["text"]


def test_rows_of_one_article_share_its_text() -> None:
    texts: dict[tuple[str, str], set[str]] = {}
    for row in RULES.values():
        if row["text"]:
            texts.setdefault((row["document"], row["article"].split("第（")[0]), set()).add(row["text"])
    assert all(len(found) == 1 for found in texts.values())
    assert RULES["Rule:KF-OPN-2.2.5"]["text"].startswith("5.完善全市宏观经济")
    assert RULES["Rule:KF-OPN-2.2.5bis"]["text"].startswith("5.初步建成开封市电子证照库")


def test_every_parameter_of_every_regime_is_there_once() -> None:
    wanted = {f"Parameter:{code}/{name}" for code in CODES for name in NAMES}
    assert set(PARAMETERS) == wanted
    assert len(REGIMES["nodes"]["Parameter"]) == len(wanted)
    assert all(key.split("/")[1] == row["name"] for key, row in PARAMETERS.items())
    assert Counter((edge["from"], edge["to"]) for edge in REGIMES["edges"]["SETS"]) == {
        (f"Regime:{key.split(':')[1].split('/')[0]}", key): 1 for key in PARAMETERS
    }


def test_silence_is_null_and_says_so_and_cites_nothing() -> None:
    under = cited()
    for key, row in PARAMETERS.items():
        if row["value"] is None:
            assert row["note"].startswith("本办法未规定"), key
            assert key not in under, key
            assert row["isInterpretation"] is False, key
        else:
            assert isinstance(row["value"], str), key
            assert json.loads(row["value"]) is not None, key
            assert not (row["note"] or "").startswith("本办法未规定"), key
            assert under.get(key), key


def test_a_value_rests_on_citable_rules_of_its_own_regime() -> None:
    for key, names in cited().items():
        for name in names:
            rule = RULES[f"Rule:{name}"]
            assert key in PARAMETERS
            assert rule["isCitable"], (key, name)
            assert rule["text"], (key, name)
            assert key.startswith(f"Parameter:{prefix(name)}/"), (key, name)


def test_rule_names_in_notes_exist() -> None:
    pattern = re.compile(r"(?:LH|KF|LN|TY|XY)-(?:[A-Z]+-)?[0-9.]+[a-z]*(?:\(\d\))?")
    notes = [row["note"] or "" for row in PARAMETERS.values()]
    found = {name for note in notes for name in pattern.findall(note)}
    assert found
    assert [name for name in sorted(found) if f"Rule:{name}" not in RULES] == []


def test_interpretations_explain_themselves() -> None:
    marked = {key for key, row in PARAMETERS.items() if row["isInterpretation"]}
    assert {
        "Parameter:XY/correction.workingDays",
        "Parameter:KF/cloud.expandBelow",
        "Parameter:XY/exchange.ownChannel",
    } <= marked
    assert all(re.search(r"理解|归纳|记作|不是", PARAMETERS[key]["note"]) for key in marked)


@pytest.mark.parametrize(("code", "name"), SETTLED)
def test_settled_values(code: str, name: str) -> None:
    key = f"Parameter:{code}/{name}"
    value, rules = SETTLED[code, name]
    stored = PARAMETERS[key]["value"]
    assert (stored if stored is None else json.loads(stored)) == value
    assert cited().get(key, set()) == rules


def test_duplicate_collection_has_three_strengths() -> None:
    def exempts(code: str) -> bool:
        value = json.loads(PARAMETERS[f"Parameter:{code}/collection.duplicate"]["value"])
        assert value["prohibited"] is True
        return value["exceptLegalBasis"]

    assert {code: exempts(code) for code in ("KF", "LN", "XY")} == {"KF": True, "LN": False, "XY": True}


def test_regimes_apply_in_known_regions_and_contain_every_rule_once() -> None:
    regimes = {row["id"]: row for row in REGIMES["nodes"]["Regime"]}
    assert set(regimes) == {f"Regime:{code}" for code in CODES}
    assert all(row["status"] == "IN_FORCE_UNVERIFIED" and row["sourceNote"] for row in regimes.values())
    places = {edge["from"][7:]: REGIONS[edge["to"][7:]]["name"] for edge in REGIMES["edges"]["APPLIES_IN"]}
    assert places == {"LH": "漯河市", "KF": "开封市", "LN": "辽宁省", "TY": "太原市", "XY": "咸阳市"}
    contains = [(edge["from"], edge["to"]) for edge in REGIMES["edges"]["CONTAINS"]]
    assert sorted(contains) == sorted((f"Regime:{prefix(row['name'])}", key) for key, row in RULES.items())


def test_dates_stand_only_where_the_text_has_them() -> None:
    dates = {row["id"][7:]: (row["issuedOn"], row["effectiveOn"]) for row in REGIMES["nodes"]["Regime"]}
    assert dates == {
        "LH": ("2019-07-23", "2019-07-23"),
        "KF": (None, None),
        "LN": ("2019-11-26", "2020-01-01"),
        "TY": ("2013-12-12", "2013-12-12"),
        "XY": ("2018-01-08", "2018-01-08"),
    }


def test_regions_are_a_tree_with_known_codes() -> None:
    assert len(REGION_ROWS) == len(REGIONS) == 3349
    parent_level = {"PROVINCE": "NATION", "CITY": "PROVINCE", "COUNTY": "CITY"}
    assert [row["code"] for row in REGION_ROWS if not row["within"]] == ["CN"]
    for code, row in REGIONS.items():
        assert row["name"] == row["name"].strip() != "", code
        if code == "CN":
            assert row["level"] == "NATION"
            continue
        assert re.fullmatch(r"\d{6}", code), code
        parent = REGIONS[row["within"]]
        assert parent["level"] == parent_level[row["level"]], code
        assert code.startswith(parent["code"][: {"PROVINCE": 0, "CITY": 2, "COUNTY": 4}[row["level"]]]), code
    assert Counter(row["level"] for row in REGION_ROWS) == {"NATION": 1, "PROVINCE": 31, "CITY": 342, "COUNTY": 2975}


def test_a_region_stands_after_its_parent_and_cities_have_names_of_their_own() -> None:
    order = {row["code"]: number for number, row in enumerate(REGION_ROWS)}
    assert all(order[row["within"]] < order[row["code"]] for row in REGION_ROWS if row["within"])
    names = sorted(row["name"] for row in REGION_ROWS if row["level"] in {"PROVINCE", "CITY"})
    assert all(one != other for one, other in pairwise(names))
    assert REGIONS["110100"]["name"] == "北京市市辖区"


@pytest.mark.parametrize("path", sorted(BASE.glob("*.json")), ids=lambda path: path.name)
def test_seed_files_are_real_sourced_and_one_row_a_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    data = json.loads(text)
    assert data["madeUp"] is False
    assert data["source"]
    rows = [row for part in ("nodes", "edges") for group in data[part].values() for row in group]
    lines = {line.removesuffix(",") for line in text.splitlines()}
    assert all(json.dumps(row, ensure_ascii=False) in lines for row in rows)
