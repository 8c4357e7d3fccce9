"""A generated catalog in the real model: 60,000 resources of 300 departments; the first 5,000 by name have 20 items."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

from graph.database import Database
from graph.migrate import migrate
from graph.sorting import sort_keys

RESOURCES = 60_000
DEPARTMENTS = 300
WITH_ITEMS = 5_000
ITEMS_EACH = 20
BATCH = 5_000

CODE = "410200"
SOURCE = "bench"
RECORDED = datetime(2026, 1, 5, 8, tzinfo=UTC)
FIELDS = ("教育", "医疗", "社会保障", "税务", "交通", "环境保护", "市场监管", "民政", "住房", "农业", "水利", "文化")
SUBJECTS = ("企业", "人员", "机构", "项目", "设施", "车辆", "许可", "处罚", "补贴", "合同", "地块", "事件")
KINDS = ("基本信息", "登记信息", "统计信息", "名录", "明细", "台账", "公示信息", "备案信息")
TYPES = ("字符型", "数值型", "日期型", "布尔型")

REGION: LiteralString = "CREATE (:Region {id: $id, code: $code, name: $name, level: 'CITY', sortName: $sortName})"
DEPARTMENT: LiteralString = """UNWIND $rows AS row MATCH (g:Region {id: $region})
CREATE (d:Department) SET d = row, d.recordedAt = $at
CREATE (d)-[:LOCATED_IN {recordedAt: $at, source: $source}]->(g)"""
RESOURCE: LiteralString = """UNWIND $rows AS row MATCH (d:Department {id: row.provider})
CREATE (r:Resource) SET r = row.properties, r.recordedAt = $at
CREATE (d)-[:PROVIDES {since: row.since, recordedAt: $at, source: $source}]->(r)"""
ITEM: LiteralString = """UNWIND $rows AS row MATCH (r:Resource {id: row.resource})
CREATE (i:DataItem) SET i = row.properties, i.recordedAt = $at
CREATE (r)-[:HAS_ITEM {recordedAt: $at, source: $source}]->(i)"""


async def build(database: Database) -> None:
    """Fill an empty database."""
    await migrate(database, purpose="bench")
    region = {"id": f"Region:{CODE}", "code": CODE, "name": "基准市"}
    await database.run(REGION, **region, **sort_keys("Region", region))
    everywhere: dict[str, Any] = {"at": RECORDED, "source": SOURCE}
    found = departments()
    await database.run(DEPARTMENT, rows=found, region=region["id"], **everywhere)
    rows = resources([row["id"] for row in found])
    for batch in batches(rows):
        await database.run(RESOURCE, rows=batch, **everywhere)
    for batch in batches(items([row["properties"] for row in rows])):
        await database.run(ITEM, rows=batch, **everywhere)
    await database.run("CALL db.prepareForReplanning()")


async def points(database: Database) -> list[str]:
    """Ids of resources to ask for."""
    found = await database.run("MATCH (r:Resource) RETURN r.id AS id ORDER BY id")
    return [row["id"] for row in random.Random(1).sample(found, 400)]


async def cursors(database: Database) -> list[str]:
    """Where pages of the resources with items start: the beginning, and after each 250 rows."""
    found = await database.run("MATCH (r:Resource) RETURN r.sortName AS key ORDER BY key LIMIT $rows", rows=WITH_ITEMS)
    return ["", *(row["key"] for row in found[249 : WITH_ITEMS - 1000 : 250])]


def asserted(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties of an asserted node with its sort keys."""
    return properties | {"source": SOURCE, "madeUp": True} | sort_keys(kind, properties)


def departments() -> list[dict[str, Any]]:
    """The departments."""
    return [
        asserted("Department", {"id": f"Department:{CODE}/{name}", "name": name, "kind": "DEPARTMENT"})
        for name in (f"基准市{FIELDS[n % len(FIELDS)]}局第{n:03}处" for n in range(DEPARTMENTS))
    ]


def resources(providers: Sequence[str]) -> list[dict[str, Any]]:
    """The resources with their providers."""
    chance = random.Random(2)
    rows: list[dict[str, Any]] = []
    for number in range(RESOURCES):
        field, subject, kind = chance.choice(FIELDS), chance.choice(SUBJECTS), chance.choice(KINDS)
        name = f"{field}{subject}{kind}{number % 997}"
        first = date(2019, 1, 1) + timedelta(days=chance.randrange(2000))
        properties = {
            "id": f"Resource:{CODE}/3070{number:07}/000001",
            "name": name,
            "resourceCode": f"3070{number:07}/000001",
            "classification": f"部门信息资源/{field}",
            "abstract": f"本市{field}领域的{subject}{kind},由业务系统按周期汇总,供各部门核验和统计使用。",
            "theme": field,
            "industry": subject,
            "formats": ["数据库", "xlsx"],
            "keywords": [field, subject, kind],
            "shareType": chance.choice(("UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED")),
            "openType": chance.choice(("UNCONDITIONAL_OPEN", "ON_APPLICATION", "NOT_OPEN")),
            "updateCycle": chance.choice(("REAL_TIME", "DAILY", "MONTHLY", "YEARLY")),
            "publishedOn": first,
            "lastUpdatedAt": first + timedelta(days=chance.randrange(400)),
            "publication": "PUBLISHED",
            "secrecy": "NOT_SECRET",
        }
        rows.append(
            {"provider": chance.choice(providers), "since": first, "properties": asserted("Resource", properties)}
        )
    return rows


def items(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of the first resources by name."""
    chance = random.Random(3)
    rows: list[dict[str, Any]] = []
    for resource in sorted(found, key=lambda row: str(row["sortName"]))[:WITH_ITEMS]:
        for position in range(1, ITEMS_EACH + 1):
            name = f"{chance.choice(SUBJECTS)}字段{position}"
            properties = {
                "id": f"DataItem:{resource['id'].removeprefix('Resource:')}/{name}",
                "name": name,
                "position": position,
                "dataType": chance.choice(TYPES),
                "length": chance.choice((8, 20, 64, 200)),
                "description": f"{resource['name']}的{name},按国家标准填写",
            }
            rows.append({"resource": resource["id"], "properties": asserted("DataItem", properties)})
    return rows


def batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in parts."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
