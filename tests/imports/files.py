"""Files to import, and the graph as something to compare."""

import csv
import gzip
import json
from pathlib import Path

from graph.imports import Options, apply, known_regions, plan

PORTALS = json.loads(gzip.decompress((Path(__file__).parent / "portals" / "portals.json.gz").read_bytes()))
PAGE = "https://data.example.gov.cn/d/"


def resource(number, **other):
    return {
        "标题": f"甲类信息{number}",
        "来源部门": "开封市公安局",
        "摘要": f"第{number}类信息",
        "更新周期": "每月",
        "更新时间": "2020-01-02",
        "详情页网址": f"{PAGE}{number}",
        "备注栏": "x",
    } | other


def item(number, name, position=None, **other):
    return {
        "resource_url": f"{PAGE}{number}",
        "resource_title": f"甲类信息{number}",
        "item_name": name,
        "item_no": position,
    } | other


async def load(graph, tmp_path, rows, name="catalog.json", **options):
    path = tmp_path / name
    if name.endswith(".csv"):
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, rows[0])
            lines.writeheader()
            lines.writerows(rows)
    elif not name.endswith(".xlsx"):
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    reading = plan(path, Options(**{"region": "410200", "zone": "Asia/Shanghai"} | options), await known_regions(graph))
    return await apply(graph, reading)


async def everything(graph):
    """The whole graph but its trail, without the instants at which it became known, as something to compare."""
    nodes = await graph.run(
        "MATCH (n) WHERE NOT n:Write|Catalog|Event|Log "
        "RETURN labels(n) AS labels, properties(n) AS values ORDER BY labels(n)[0], n.id"
    )
    edges = await graph.run("MATCH (a)-[e]->(b) RETURN a.id AS a, type(e) AS type, properties(e) AS values, b.id AS b")
    moments = ("recordedAt", "withdrawnAt")

    def plain(values):
        known = {name: str(value) for name, value in values.items() if name not in moments}
        return known | {name: True for name in moments if name in values}

    return (
        [(row["labels"], plain(row["values"]) | ({"id": ""} if "State" in row["labels"][0] else {})) for row in nodes],
        sorted(
            (row["a"], row["type"], json.dumps(plain(row["values"]), sort_keys=True), row["b"])
            for row in edges
            if row["type"] != "WAS"
        ),
    )


def counted(report):
    return report.new, report.changed, report.unchanged, len(report.rejected)
