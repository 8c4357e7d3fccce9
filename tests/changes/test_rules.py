"""Who may do what, and what may stand published: the pure rules, without a database."""

import pytest

import graph.declared  # noqa: F401  # declares the mutations
from changes.people import BUREAU, CITY_BUREAU, CIVIL_AFFAIRS, COUNTY, OFFICER, OTHER_OFFICER, READER, person
from graph.changes.allowed import Place, Reach, Right, demand, may
from graph.changes.entries import check_published, review_rules
from graph.changes.grant_role import check_bound
from graph.errors import BadInput, Refused
from graph.model import RECORDS
from graph.mutations import MUTATIONS
from graph.permissions import Binding
from graph.words import RefusalCode, Role

PLACE = Place(
    "县社会保险事业中心",
    ("Department:410299/县社会保险事业中心", CIVIL_AFFAIRS),
    (COUNTY, "Region:410200", "Region:410000", "Region:CN"),
    "KF",
    {
        "catalog.requiredFields": (["classification", "formats"], ("KF-SHARE-11a",)),
        "shareType.allowed": (["UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"], ("KF-SHARE-11b",)),
        "shareType.legalBasisRequired": ({"NOT_SHARED": "LEGAL_BASIS"}, ("KF-SHARE-11c",)),
    },
)


def bindings(viewer):
    """The roles of a token."""
    return [Binding(role, viewer.department, viewer.region) for role in viewer.roles]


FIT = {"secrecy": "NOT_SECRET", "classification": "a", "formats": ["b"], "shareType": "CONDITIONAL"}


@pytest.mark.parametrize(
    ("viewer", "reach", "goes"),
    [
        (OFFICER, Reach.OWN, True),  # of the department above
        (OTHER_OFFICER, Reach.OWN, False),
        (OTHER_OFFICER, Reach.REGION, True),
        (OTHER_OFFICER, Reach.ALL, True),
        (person("county", Role.CATALOG_OFFICER, "", COUNTY), Reach.OWN, True),  # without a department: of the region
        (person("city", Role.CATALOG_OFFICER, "", "Region:410200"), Reach.OWN, True),
        (person("town", Role.CATALOG_OFFICER, "", "Region:410299100"), Reach.OWN, False),  # below
        (person("next", Role.CATALOG_OFFICER, "", "Region:210199"), Reach.REGION, False),
        (person("nowhere", Role.CATALOG_OFFICER), Reach.OWN, False),
        (person("nowhere", Role.CATALOG_OFFICER), Reach.REGION, False),
        (READER, Reach.ALL, False),  # another role
    ],
)
def test_how_far_a_role_goes(viewer, reach, goes):
    assert may(bindings(viewer), [Right(Role.CATALOG_OFFICER, reach)], PLACE) is goes


def test_a_role_that_the_catalog_grants_counts_beside_those_of_the_token():
    granted = Binding(Role.COMPETENT_DEPARTMENT, region="Region:410200")
    assert may([*bindings(READER), granted], [Right(Role.COMPETENT_DEPARTMENT, Reach.REGION)], PLACE)


def test_nothing_belongs_to_whom_is_bound_to_nothing_where_the_place_is_unknown():
    nowhere = bindings(person("nowhere", Role.CATALOG_OFFICER))
    assert not may(
        nowhere, [Right(Role.CATALOG_OFFICER, Reach.OWN), Right(Role.CATALOG_OFFICER, Reach.REGION)], Place()
    )


def test_a_refusal_cites_the_rules_of_the_place_and_of_no_other():
    rights = [
        Right(Role.REVIEWER, Reach.OWN, ("KF-SHARE-4b", "LN-9a")),
        Right(Role.PLANNER, Reach.ALL, ("XY-SHARE-11",)),
    ]
    with pytest.raises(Refused) as refused:
        demand(bindings(OFFICER), rights, PLACE)
    assert (refused.value.code, refused.value.rules) == (RefusalCode.NOT_ALLOWED, ("KF-SHARE-4b",))
    assert "审核人员、规划人员" in refused.value.cure
    with pytest.raises(Refused) as refused:
        demand((), rights, Place())
    assert refused.value.rules == ()


@pytest.mark.parametrize(
    ("values", "code", "rules"),
    [
        ({"secrecy": None}, RefusalCode.INCOMPLETE, ()),
        ({"secrecy": "SECRET"}, RefusalCode.SECRET, ()),
        ({"formats": []}, RefusalCode.INCOMPLETE, ("KF-SHARE-11a",)),
        ({"shareType": "SPECIAL"}, RefusalCode.SHARE_TYPE, ("KF-SHARE-11b",)),
        ({"shareType": "NOT_SHARED"}, RefusalCode.LEGAL_BASIS, ("KF-SHARE-11c",)),
        ({"shareType": "NOT_SHARED", "legalBasis": "某法"}, None, None),
        ({"shareType": None}, None, None),
        ({}, None, None),
    ],
)
def test_what_may_stand_published(values, code, rules):
    if code is None:
        check_published(FIT | values, PLACE)
        return
    with pytest.raises(Refused) as refused:
        check_published(FIT | values, PLACE)
    assert (refused.value.code, refused.value.rules) == (code, rules)
    assert refused.value.cure


def test_where_no_regime_applies_only_secrets_are_kept_back():
    check_published({"secrecy": "NOT_SECRET", "shareType": "DEFERRED"}, Place())
    with pytest.raises(Refused):
        check_published({"secrecy": "SECRET"}, Place())


@pytest.mark.parametrize(
    ("regime", "points", "values", "rules"),
    [
        ("LN", {"catalog.reviewRequired": ("REVIEW", ("LN-10",))}, {}, ("LN-10",)),
        ("KF", {"catalog.reviewRequired": ("FILING", ("KF-SHARE-10b",))}, {}, None),
        ("XY", {}, {"shareType": "SPECIAL"}, ("XY-SHARE-9d",)),
        ("XY", {}, {"shareType": "CONDITIONAL"}, None),
        ("", {}, {"shareType": "SPECIAL"}, None),
    ],
)
def test_what_is_published_after_a_review(regime, points, values, rules):
    assert review_rules(values, Place(regime=regime, points=points)) == rules


@pytest.mark.parametrize(
    ("subject", "role", "department", "region", "error"),
    [
        ("a|b", Role.ADMINISTRATOR, None, None, None),
        ("a|b", Role.ADMINISTRATOR, None, COUNTY, BadInput),
        ("a|b", Role.ADMINISTRATOR, CIVIL_AFFAIRS, None, BadInput),
        ("a|b", Role.PLANNER, None, COUNTY, None),
        ("a|b", Role.CATALOG_OFFICER, CIVIL_AFFAIRS, None, None),
        ("a|b", Role.AUDITOR, None, None, Refused),
        ("a|b", Role.PUBLIC, None, COUNTY, BadInput),
        (" ", Role.AUDITOR, None, COUNTY, BadInput),
        ("a\nb", Role.AUDITOR, None, COUNTY, BadInput),
    ],
)
def test_what_a_role_is_bound_to(subject, role, department, region, error):
    if error is None:
        check_bound(subject, role, department, region)
        return
    with pytest.raises(error):
        check_bound(subject, role, department, region)


def test_every_mutation_says_who_may_and_what_it_answers():
    assert len(MUTATIONS) == 6
    for mutation in MUTATIONS.values():
        assert mutation.who
        assert mutation.answer in RECORDS
        assert mutation.arguments[-1].name == "idempotencyKey"
    assert may(bindings(BUREAU), MUTATIONS["nameAuthority"].who, PLACE)
    assert may(bindings(CITY_BUREAU), MUTATIONS["publishResource"].who, PLACE)
    assert not may(bindings(BUREAU), MUTATIONS["describeResource"].who, PLACE)
