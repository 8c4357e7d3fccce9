"""The GraphQL that `yuanliu ask` and the demo send, and the tables that their answers make."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

LINEAGE = """query ($of: ID!, $direction: Direction!, $hops: Int!, $on: Date, $knownAt: DateTime) {
  lineage(of: $of, direction: $direction, hops: $hops, on: $on, knownAt: $knownAt) {
    start { id name }
    nodes { distance node { id name ... on Resource { provider { name } } ... on DataItem { resource { name } } } }
    edges { from { id } to { id } origin since until }
    truncated { reason frontier }
    settled
  }
}"""

HOLDERS = """query ($of: ID!, $on: Date, $knownAt: DateTime) {
  holders(of: $of, on: $on, knownAt: $knownAt) {
    totalCount
    nodes { department { name } way of { name } through { name } since until grant isSource }
  }
}"""

DUPLICATES = """query ($region: ID, $department: ID, $first: Int!) {
  duplicateCollection(region: $region, department: $department, first: $first) {
    totalCount
    nodes {
      kind region { name } element { name } departments { name } source { name }
      basis { regulated regime { id } rules { name } note facts }
    }
  }
}"""

ISLANDS = """query ($region: ID, $first: Int!) {
  islands(region: $region, first: $first) {
    totalCount
    nodes {
      kind systems { name } departments { name } reason
      basis { regulated regime { id } rules { name } note facts }
    }
  }
}"""

SEARCH = """query ($text: String!, $first: Int!) {
  search(text: $text, first: $first) {
    totalCount
    nodes { rank node { __typename id name } matched { field text } }
  }
}"""

WAYS = {"COLLECTED": "采集", "STORED": "存储", "GRANTED": "授权", "FLOWED": "流入"}
KINDS = {
    "COLLECTED_BY_SEVERAL": "重复采集",
    "PROVIDED_BY_SEVERAL": "一数多源",
    "NO_EXCHANGE": "无交换",
    "CUT_OFF_GROUP": "封闭群",
}
VERDICTS = {
    "FORBIDDEN": Text("禁止", style="red"),
    "EXCEPTED": Text("例外", style="yellow"),
    "ALLOWED": Text("允许", style="green"),
    "NOT_REGULATED": Text("未规定", style="dim"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A question as GraphQL, and the table of its answer."""

    text: str
    table: Callable[[Any], Table]


def lineage(data: Any) -> Table:
    """What was reached, nearest first."""
    found = data["lineage"]
    table = Table(
        "距离", "名称", "提供方/所属资源", "标识", title=f"血缘 {found['start']['name']}", title_justify="left"
    )
    for row in found["nodes"]:
        node = row["node"]
        where = name_of(node.get("provider") or node.get("resource"))
        table.add_row(str(row["distance"]), node["name"], where, node["id"])
    cut = found["truncated"]
    table.caption = f"{len(found['edges'])}条流向" + (
        f"，截断于{cut['reason']}，可从{'、'.join(cut['frontier'][:3])}继续" if cut else "，完整"
    )
    return table


def name_of(node: Any) -> str:
    """The name of a node that may be missing."""
    return node["name"] if node else ""


def holders(data: Any) -> Table:
    """Who holds it."""
    found = data["holders"]
    table = Table("部门", "方式", "对象", "途径", "起", "止", "数源", title="持有者", title_justify="left")
    for row in found["nodes"]:
        through = "、".join(each["name"] for each in row["through"]) or row["grant"] or ""
        source = "是" if row["isSource"] else ""
        table.add_row(
            row["department"]["name"],
            WAYS[row["way"]],
            row["of"]["name"],
            through,
            row["since"] or "",
            row["until"] or "",
            source,
        )
    table.caption = f"共{found['totalCount']}条"
    return table


def duplicates(data: Any) -> Table:
    """What several departments collect or provide."""
    found = data["duplicateCollection"]
    table = Table("类型", "数据元", "部门", "数源", "结论", "条款", title="重复采集与一数多源", title_justify="left")
    for row in found["nodes"]:
        table.add_row(
            KINDS[row["kind"]],
            f"{row['element']['name']}（{row['region']['name']}）",
            "、".join(each["name"] for each in row["departments"]),
            name_of(row["source"]),
            *verdict(row["basis"]),
        )
    table.caption = f"共{found['totalCount']}项，列出{len(found['nodes'])}项"
    return table


def islands(data: Any) -> Table:
    """Which systems stand alone."""
    found = data["islands"]
    table = Table("类型", "系统", "部门", "结论", "条款", title="信息孤岛", title_justify="left")
    for row in found["nodes"]:
        table.add_row(
            KINDS[row["kind"]],
            "、".join(each["name"] for each in row["systems"]),
            "、".join(each["name"] for each in row["departments"]),
            *verdict(row["basis"]),
        )
    table.caption = f"共{found['totalCount']}处，列出{len(found['nodes'])}处"
    return table


def verdict(basis: Any) -> tuple[Text, str]:
    """What the regime says, and by which rules."""
    return VERDICTS[basis["regulated"]], "、".join(rule["name"] for rule in basis["rules"]) or basis["note"] or ""


def search(data: Any) -> Table:
    """What was found."""
    found = data["search"]
    table = Table("类别", "名称", "命中", "标识", title="检索", title_justify="left")
    for row in found["nodes"]:
        node = row["node"]
        hits = "；".join(f"{match['field']}: {match['text']}" for match in row["matched"][:2])
        table.add_row(node["__typename"], node["name"], hits, node["id"])
    table.caption = f"共{found['totalCount']}条"
    return table


ASK_LINEAGE = Document(LINEAGE, lineage)
ASK_HOLDERS = Document(HOLDERS, holders)
ASK_DUPLICATES = Document(DUPLICATES, duplicates)
ASK_ISLANDS = Document(ISLANDS, islands)
ASK_SEARCH = Document(SEARCH, search)
