"""What an import leaves as it is: what others withdrew or keep back, what only a review publishes, other places' entries."""

import json
from datetime import date
from itertools import count

import pytest

from changes.people import COUNTY, OFFICER, person
from changes.spelling import Word
from graph.changes.importing import permit
from graph.errors import Refused
from graph.imports import Options, apply, known_regions, plan
from graph.words import Role

CODES = count()
ENTRY = "... on ResourceChanged { resource { publication secrecy } }"
ADMINISTRATOR = person("importer", Role.ADMINISTRATOR)
COUNTY_OFFICER = person("county", Role.CATALOG_OFFICER, "", COUNTY)
NORTHERN_OFFICER = person("northern", Role.CATALOG_OFFICER, "", "Region:210199")
MAPPING = {"代码": "resourceCode", "名称": "name", "提供方": "provider", "网址": "landingPage", "涉密": "secrecy",
           "类": "classification", "格式": "formats", "周期": "updateCycle", "共享": "shareType",
           "方式": "shareModes"}  # fmt: skip


@pytest.fixture
def bring(changing, tmp_path):
    """Import rows for a viewer, as an upload does."""

    async def brought(viewer, *rows, region="410299", **options):
        path = tmp_path / "目录.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        mapping = {name: field for name, field in MAPPING.items() if any(name in row for row in rows)}
        options = Options(**{"region": region, "source": "示例", "mapping": mapping} | options)
        reading = plan(path, options, await known_regions(changing))
        allow = await permit(changing, viewer, reading, date(2026, 11, 22))
        return await apply(changing, reading, viewer=viewer, allow=allow)

    return brought


@pytest.fixture
def state(changing):
    """How an entry is published, whether it is secret, and what it is called."""

    async def stated(code, region="410299"):
        rows = await changing.run(
            "MATCH (r:Resource {id: $id}) RETURN r.publication AS publication, r.secrecy AS secrecy, r.name AS name",
            id=f"Resource:{region}/{code}",
        )
        return tuple(rows[0].values()) if rows else None

    return stated


def row(code, **other):
    return {"代码": code, "名称": f"条目{code}", "提供方": "县民政局"} | other


WHOLE = {"类": "民政", "格式": "数据库", "周期": "每月", "共享": "无条件共享", "方式": "数据接口"}
"""What the regimes of the north and of Kaifeng ask of an entry that stands published."""


def fresh():
    return f"IM{next(CODES)}"


async def test_what_was_withdrawn_stays_withdrawn(bring, send, state):
    code = fresh()
    await bring(ADMINISTRATOR, row(code))
    await send(OFFICER, "withdrawResource", ENTRY, resource=f"Resource:410299/{code}", reason="错")
    report = await bring(ADMINISTRATOR, row(code))
    assert report.resources.unchanged == 1
    await bring(ADMINISTRATOR, row(code, 名称="改名"))
    assert await state(code) == ("WITHDRAWN", "NOT_SECRET", "改名")


async def test_what_is_kept_back_as_secret_or_as_a_draft_stays_so(bring, send, state):
    code = fresh()
    fields = {"name": f"条目{code}", "secrecy": Word("SECRET")}
    await send(OFFICER, "describeResource", ENTRY, department="Department:410299/县民政局", code=code, fields=fields)
    await bring(ADMINISTRATOR, row(code, 名称="改名"))
    assert await state(code) == ("DRAFT", "SECRET", "改名")
    await bring(ADMINISTRATOR, row(code, 名称="又改", 涉密="非涉密"))
    assert await state(code) == ("DRAFT", "NOT_SECRET", "又改")
    other = fresh()
    await bring(ADMINISTRATOR, row(other))
    await bring(ADMINISTRATOR, row(other, 涉密="涉密"))
    assert await state(other) == ("DRAFT", "SECRET", f"条目{other}")


async def test_what_a_complete_file_closed_returns_as_it_was(bring, send, state):
    source = {"source": f"来源{fresh()}"}
    shown, secret, kept = fresh(), fresh(), fresh()
    rows = [row(shown, 涉密="非涉密"), row(secret, 涉密="涉密"), row(kept, 涉密="非涉密")]
    await bring(ADMINISTRATOR, *rows, **source)
    report = await bring(ADMINISTRATOR, rows[2], complete=True, **source)
    assert report.resources.closed == 2
    assert (await state(shown))[0] == (await state(secret))[0] == "WITHDRAWN"
    await bring(ADMINISTRATOR, *rows, **source)
    assert (await state(shown))[0] == "PUBLISHED"
    assert (await state(secret))[:2] == ("DRAFT", "SECRET")
    await bring(ADMINISTRATOR, rows[2], complete=True, **source)
    published = await send(ADMINISTRATOR, "publishResource", ENTRY, resource=f"Resource:410299/{shown}")
    if published["__typename"] == "ResourceChanged":
        await send(ADMINISTRATOR, "withdrawResource", ENTRY, resource=f"Resource:410299/{shown}", reason="错")
        await bring(ADMINISTRATOR, *rows, **source)
        assert (await state(shown))[0] == "WITHDRAWN"


async def test_an_officer_publishes_by_a_file_what_he_could_publish_without(bring, state):
    bare, whole = fresh(), fresh()
    report = await bring(OFFICER, row(bare), row(whole, **WHOLE))
    assert report.counts["notPublished"] == 1
    assert (await state(bare))[0] == "DRAFT"
    assert (await state(whole))[0] == "PUBLISHED"
    await bring(OFFICER, row(whole, **WHOLE | {"名称": "改名", "类": ""}))
    assert await state(whole) == ("DRAFT", "NOT_SECRET", "改名")


async def test_where_the_regime_wants_a_review_an_officer_imports_drafts(bring, state):
    code = fresh()
    said = row(code, 提供方="区民政局", **WHOLE)
    await bring(NORTHERN_OFFICER, said, region="210199")
    assert (await state(code, "210199"))[0] == "DRAFT"
    code = fresh()
    await bring(ADMINISTRATOR, said | {"代码": code}, region="210199")
    assert (await state(code, "210199"))[0] == "PUBLISHED"


async def test_who_answers_for_a_region_takes_no_entry_of_another(bring, changing):
    page = f"https://data.example.gov.cn/{fresh()}"
    theirs = {"名称": "条目", "提供方": "县民政局", "网址": page}
    await bring(ADMINISTRATOR, theirs)
    identity = f"Resource:示例/{page}"
    with pytest.raises(Refused):
        await bring(NORTHERN_OFFICER, theirs | {"名称": "改名", "提供方": "区民政局"}, region="210199")
    items = {"resource_url": page, "item_name": "姓名"}
    with pytest.raises(Refused):
        await bring(NORTHERN_OFFICER, items, region="210199",
                    mapping={"resource_url": "landingPage", "item_name": "item.name"})  # fmt: skip
    await bring(COUNTY_OFFICER, theirs | {"名称": "改名"})
    [found] = await changing.run("MATCH (r:Resource {id: $id}) RETURN r.name AS name", id=identity)
    assert found["name"] == "改名"


async def test_who_waits_in_another_region_is_left_waiting(bring):
    items = {"resource_url": f"https://data.example.gov.cn/{fresh()}", "item_name": "姓名"}
    mapping = {"resource_url": "landingPage", "item_name": "item.name"}
    await bring(ADMINISTRATOR, items, mapping=mapping)
    with pytest.raises(Refused):
        await bring(NORTHERN_OFFICER, items, region="210199", mapping=mapping)


async def test_what_is_no_longer_allowed_under_the_locks_is_not_imported(changing, bring, state, tmp_path):
    code = fresh()
    path = tmp_path / "目录.json"
    path.write_text(json.dumps([row(code)], ensure_ascii=False), encoding="utf-8")
    mapping = {name: MAPPING[name] for name in ("代码", "名称", "提供方")}
    reading = plan(path, Options(region="410299", source="示例", mapping=mapping), await known_regions(changing))
    allow = await permit(changing, OFFICER, reading, date(2026, 11, 22))
    await bring(ADMINISTRATOR, row(code, 提供方="县公安局"))
    with pytest.raises(Refused):
        await apply(changing, reading, viewer=OFFICER, allow=allow)
    assert (await state(code))[2] == f"条目{code}"


async def test_who_keeps_the_catalog_of_a_region_sees_his_drafts(send):
    made = await send(
        COUNTY_OFFICER,
        "describeResource",
        "... on ResourceChanged { resource { id } }",
        department="Department:410299/县公安局",
        fields={"name": f"草稿{fresh()}"},
    )
    assert made["resource"] is not None
    withdrawn = await send(COUNTY_OFFICER, "withdrawResource", ENTRY, resource=made["resource"]["id"], reason="错")
    assert withdrawn["resource"]["publication"] == "WITHDRAWN"


async def test_a_role_without_a_region_has_that_of_its_department(send, draft):
    bureau = person("bare", Role.COMPETENT_DEPARTMENT, "Department:410299/县政务服务和大数据管理局")
    published = await send(bureau, "publishResource", ENTRY, resource=await draft())
    assert published["resource"]["publication"] == "PUBLISHED"
