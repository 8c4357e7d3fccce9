"""The file that names the providers, and what is said where it is wrong."""

from pathlib import Path

import pytest

from api.identity.claims import viewer
from api.identity.errors import Unauthorized
from api.identity.identify import origin_of
from api.identity.settings import Issuer, read
from api.settings import Settings
from graph.errors import BadInput
from graph.words import Role

GOOD = """
url = "https://catalog.example"
hosts = ["catalog.internal"]
session-minutes = 30

[issuers.gov]
issuer = "https://id.example/realms/gov"
audience = "urn:yuanliu:api"
roles = ["resource_access", "yuanliu", "roles"]
department = "department"
role-names = { auditor = "AUDITOR", clerk = "CATALOG_OFFICER" }
ignored-roles = ["offline_access"]
login = { client = "yuanliu", secret-file = "/etc/yuanliu/secret", scope = "openid catalog" }
"""


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "identity.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_file_is_read(file):
    found = Settings.read({"YUANLIU_IDENTITY": str(file(GOOD))}).providers
    gov = found.issuers["gov"]
    assert gov.role_names["clerk"] is Role.CATALOG_OFFICER
    assert (gov.issuer, gov.login.client) == ("https://id.example/realms/gov", "yuanliu")
    assert gov.login.secret_file == Path("/etc/yuanliu/secret")
    assert (found.session_minutes, found.allowed_hosts[:2]) == (30, ("catalog.example", "catalog.internal"))
    assert Settings.read({}).providers is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://id.", "http://id.", "https"), ("https://catalog.", "http://catalog.", "https"),
        ("session-minutes", "minutes", "minutes"), ('"AUDITOR"', '"KING"', "KING"),
        ('audience = "urn:yuanliu:api"', "", "audience"), ("[issuers.gov]", '[issuers."g v"]', "NAME"),
        ("[issuers.gov]", "[issuers.gov", "identity.toml"), ("= 30", '= "30"', "session"),
        ("https://id.example/", "https://[/", "issuer"), ("https://id.example/", "https://u:p@id.example/", "password"),
        ("realms/gov", "realms|gov", "separates"),
        ("= 30", "= 0", "session"), ("= 30", "= 100000", "session"),
        ('client = "yuanliu"', 'client = "urn:yuanliu:api"', "audience"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(file, old, new, said):
    assert old in GOOD
    with pytest.raises(BadInput, match=said):
        read(file(GOOD.replace(old, new)))


def test_a_missing_file(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read(tmp_path / "nothing.toml")


def test_an_empty_name_of_the_file_does_not_mean_that_there_is_none():
    with pytest.raises(BadInput, match="empty"):
        Settings.read({"YUANLIU_IDENTITY": ""})


def test_claims_at_paths_and_somebody_for_whom_a_machine_acts():
    issuer = Issuer(
        issuer="https://id", audience="a", roles=("realm", "roles"), department=("org", "unit"), role_names={"a": Role.AUDITOR},
        ignored_roles=frozenset({"b"}),
    )  # fmt: skip
    found = viewer(
        issuer,
        {"sub": "alice", "realm": {"roles": ["a", "b"]}, "org": {"unit": "Department:x"}, "act": {"sub": "robot"}},
    )
    assert (found.subject, found.on_behalf_of) == ("https://id|robot", "https://id|alice")
    assert (found.roles, found.department, found.region) == ({Role.AUDITOR}, "Department:x", "")
    assert viewer(issuer, {"sub": "alice", "realm": "x", "org": [], "act": {"sub": "alice"}}).on_behalf_of == ""


@pytest.mark.parametrize("role", ["CATALOG_OFFICER", "REVIEWER"])
@pytest.mark.parametrize("region", [{}, {"region": "410200"}])
def test_who_keeps_a_whole_region_is_told_so_and_is_not_for_want_of_a_department(role, region):
    issuer = Issuer(issuer="https://id", audience="a")
    claims = {"sub": "alice", "roles": ["PLANNER", role]} | region
    for missing in ({}, {"department": ""}, {"department": None}):
        with pytest.raises(Unauthorized, match="no department"):
            viewer(issuer, claims | missing)
    assert viewer(issuer, claims | {"department": "*"}).department == ""
    assert viewer(issuer, claims | {"department": "410200/甲"}).department == "Department:410200/甲"
    assert viewer(issuer, {"sub": "alice", "roles": ["PLANNER"]} | region).department == ""


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://catalog.example", "https://catalog.example"),
        ("https://Catalog.Example:443/", "https://catalog.example"),
        ("https://catalog.example:8443", "https://catalog.example:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_origin_of_our_pages_is_written_as_browsers_do(url, origin):
    assert origin_of(url) == origin
