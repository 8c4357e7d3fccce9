"""What questions compute: records that are no nodes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import Named
from graph.record import Given, Id, answer

if TYPE_CHECKING:
    from graph.model.catalog import DataElement, DataItem
    from graph.model.places import Department, Region
    from graph.model.rules import Regime, Rule
    from graph.model.systems import System


@answer("Basis")
class Basis:
    """结论依据 What every computed verdict says about itself."""

    regulated: Annotated[words.Regulated, Given("规范结论 What the regime says.")]
    regime: Annotated[Regime | None, Given("适用办法 The regime that applies; null: none does.")]
    rules: Annotated[list[Rule], Given("条款 The rules that the verdict rests on.")]
    facts: Annotated[list[str], Given("事实 The facts found, one sentence each.")]
    note: Annotated[str | None, Given("说明 How the rule was read, or that it is silent.")]
    on: Annotated[date, Given("截至日期 The day in the world that was asked about.")]
    knownAt: Annotated[datetime, Given("知悉时间 What the catalog knew at this instant.")]
    scope: Annotated[words.Scope, Given("结论范围 Whether all that the verdict needs was seen.")]


@answer("Lineage")
class Lineage:
    """血缘 Where something came from and where it went, breadth first."""

    start: Annotated[Named, Given("起点 What was asked about.")]
    nodes: Annotated[list[LineageNode], Given("节点 What was reached, the start included; nearest first, then by id.")]
    edges: Annotated[list[Flow], Given("流向 The flows among the nodes of one direction.")]
    truncated: Annotated[Truncation | None, Given("截断 Why the answer is cut; null: it is complete.")]
    on: Annotated[date, Given("截至日期 The day in the world that was asked about.")]
    knownAt: Annotated[datetime, Given("知悉时间 What the catalog knew at this instant.")]
    settled: Annotated[
        bool, Given("已定 False: a running write may still fall before `knownAt`, so the answer may yet change.")
    ]


@answer("LineageNode")
class LineageNode:
    """血缘节点 Something that was reached."""

    node: Annotated[Named, Given("实体 What was reached.")]
    distance: Annotated[int, Given("距离 Fewest hops from the start, in the asked direction.")]


@answer("Flow")
class Flow:
    """流向 Data flows from one thing to another."""

    from_: Annotated[Named, Given("来源 Where the data comes from.", name="from")]
    to: Annotated[Named, Given("去向 Where the data goes.")]
    origin: Annotated[words.FlowOrigin, Given("流向来源 Declared or observed.")]
    job: Annotated[str | None, Given("作业 The job that moves the data.")]
    transformation: Annotated[str | None, Given("转换 How the data is changed.")]
    since: Annotated[date | None, Given("起始日期 First day of the flow; null: unknown.")]
    until: Annotated[date | None, Given("终止日期 First day without the flow; null: it goes on.")]
    recordedAt: Annotated[datetime, Given("记录时间 When the flow became known.")]


@answer("Truncation")
class Truncation:
    """截断 Why an answer is cut, and where it could go on."""

    reason: Annotated[words.CutReason, Given("原因 The bound that was reached.")]
    frontier: Annotated[list[Id], Given("边界 Ids of nodes with flows beyond the answer: ask again from there.")]


@answer("Holding")
class Holding:
    """持有 A department holds something."""

    department: Annotated[Department, Given("部门 The holder.")]
    of: Annotated[Named, Given("对象 What is held.")]
    way: Annotated[words.HoldingWay, Given("持有方式 Why it is a holder.")]
    through: Annotated[
        list[Named],
        Given(
            "途径 What it holds it through: the system, or what it flowed into; none where it collects or was granted it."
        ),
    ]
    since: Annotated[date | None, Given("起始日期 First day of holding; null: unknown.")]
    until: Annotated[date | None, Given("终止日期 First day without; null: it holds.")]
    grant: Annotated[Id | None, Given("共享授权 Id of the grant.")]
    isSource: Annotated[bool, Given("数源 Whether it is the source: it provides the resource or has the authority.")]


@answer("Duplicate")
class Duplicate:
    """重复 Several departments of one jurisdiction collect or provide the same datum."""

    kind: Annotated[words.DuplicateKind, Given("重复类型 Collected or provided by several.")]
    region: Annotated[Region, Given("管辖区划 The jurisdiction in which the departments are compared.")]
    element: Annotated[DataElement, Given("数据元 The datum.")]
    departments: Annotated[list[Department], Given("部门 The departments.")]
    items: Annotated[list[DataItem], Given("信息项 The items in which they have it.")]
    source: Annotated[Department | None, Given("数源部门 The department that has the authority; null: none named.")]
    basis: Annotated[Basis, Given("结论依据 What the regime says about it.")]


@answer("Island")
class Island:
    """孤岛 Systems that stand alone."""

    kind: Annotated[words.IslandKind, Given("孤岛类型 Alone, or a group cut off.")]
    systems: Annotated[list[System], Given("系统 The systems.")]
    departments: Annotated[list[Department], Given("部门 Who operates them.")]
    reason: Annotated[str, Given("原因 Why they count as an island.")]
    basis: Annotated[Basis, Given("结论依据 What the regime says about it.")]


@answer("SearchHit")
class SearchHit:
    """检索结果 Something that was found."""

    node: Annotated[Named, Given("实体 What was found.")]
    rank: Annotated[int, Given("匹配度 How well it matches: higher is better; from the text and the entry alone.")]
    matched: Annotated[list[Match], Given("命中 What matched.")]


@answer("Match")
class Match:
    """命中 A field in which the text was found."""

    field: Annotated[str, Given("字段 Name of the field.")]
    text: Annotated[str, Given("内容 Its text, shortened around the first hit.")]
