"""Who asks, in the tests of changes."""

from graph.permissions import PUBLIC, Viewer
from graph.words import Role


def person(name, role, department="", region=""):
    return Viewer(f"test|{name}", frozenset({role}), department, region)


COUNTY = "Region:410299"
CIVIL_AFFAIRS = "Department:410299/县民政局"
POLICE = "Department:410299/县公安局"

ADMINISTRATOR = person("administrator", Role.ADMINISTRATOR)
OFFICER = person("officer", Role.CATALOG_OFFICER, CIVIL_AFFAIRS, COUNTY)
REVIEWER = person("reviewer", Role.REVIEWER, CIVIL_AFFAIRS, COUNTY)
OTHER_OFFICER = person("other", Role.CATALOG_OFFICER, POLICE, COUNTY)
READER = person("reader", Role.DEPARTMENT_VIEWER, CIVIL_AFFAIRS, COUNTY)
BUREAU = person("bureau", Role.COMPETENT_DEPARTMENT, "Department:410299/县政务服务和大数据管理局", COUNTY)
CITY_BUREAU = person("city", Role.COMPETENT_DEPARTMENT, "", "Region:410200")
AUDITOR = person("auditor", Role.AUDITOR, "", COUNTY)
COUNTY_OFFICER = person("county", Role.CATALOG_OFFICER, "", COUNTY)
GRANTED = Viewer("test|granted")
"""Without a role of his token."""
EVERYONE = {
    each.subject: each
    for each in (PUBLIC, ADMINISTRATOR, OFFICER, REVIEWER, OTHER_OFFICER, READER, BUREAU, CITY_BUREAU, AUDITOR, COUNTY_OFFICER,
                 GRANTED)
}  # fmt: skip
