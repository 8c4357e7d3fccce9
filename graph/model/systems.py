"""Systems and projects."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import BY_ID, BY_NAME, Asserted
from graph.record import Many, One, Value, node

if TYPE_CHECKING:
    from graph.model.catalog import Resource
    from graph.model.places import Department


@node("System", BY_NAME | BY_ID, has_states=True)
class System(Asserted):
    """信息系统 An information system; a sharing platform is a system of kind PLATFORM (KF-OPN-2.1.1)."""

    kind: Annotated[words.SystemKind | None, Value("系统类型 System, app or platform.", "{s}.kind")]
    level: Annotated[words.RegionLevel | None, Value("层级 Level of government that it serves.", "{s}.level")]
    status: Annotated[words.SystemStatus | None, Value("系统状态 Planned, in use or retired.", "{s}.status")]
    functions: Annotated[str | None, Value("功能 What it does.", "{s}.functions")]
    useScope: Annotated[str | None, Value("使用范围 Who uses it.", "{s}.useScope")]
    useFrequency: Annotated[str | None, Value("使用频度 How often it is used.", "{s}.useFrequency")]
    approvedBy: Annotated[str | None, Value("审批部门 Who approved it.", "{s}.approvedBy")]
    approvedOn: Annotated[date | None, Value("审批时间 Day of approval.", "toString({s}.approvedOn)")]
    startedOn: Annotated[date | None, Value("启用时间 Day on which it went into use.", "toString({s}.startedOn)")]
    fundSource: Annotated[str | None, Value("经费来源 Source of funds.", "{s}.fundSource")]
    network: Annotated[str | None, Value("承载网络 Network that carries it.", "{s}.network")]
    hosting: Annotated[str | None, Value("部署位置 Where it runs.", "{s}.hosting")]
    onCloud: Annotated[bool | None, Value("是否上云 Whether it runs on the government cloud.", "{s}.onCloud")]
    mlpsLevel: Annotated[int | None, Value("等保等级 Level of the multi-level protection scheme.", "{s}.mlpsLevel")]
    disposition: Annotated[str | None, Value("清理结论 Outcome of a clean-up.", "{s}.disposition")]
    standaloneBasis: Annotated[
        str | None, Value("独立建设依据 Legal basis for standing alone (LH-13e).", "{s}.standaloneBasis")
    ]
    # (:Department)-[:OPERATES]->(:System)
    operator: Annotated[Department | None, One("运行部门 Who operates it.", "({n})<-[{e}:OPERATES]-({m}:Department)")]
    # (:System)-[:STORES]->(:Resource)
    stores: Annotated[Resource, Many("存储的信息资源 Resources that it stores.", "({n})-[{e}:STORES]->({m}:Resource)")]
    # (:System)-[:EXCHANGES_WITH {via}]->(:System)
    exchangesWith: Annotated[
        System, Many("交换的系统 Systems that it exchanges with.", "({n})-[{e}:EXCHANGES_WITH]-({m}:System)")
    ]
    # (:Project)-[:BUILDS]->(:System), (:Project)-[:UPGRADES]->(:System)
    builtBy: Annotated[Project, Many("建设项目 Projects that build it.", "({n})<-[{e}:BUILDS]-({m}:Project)")]
    upgradedBy: Annotated[Project, Many("升级项目 Projects that upgrade it.", "({n})<-[{e}:UPGRADES]-({m}:Project)")]


@node("Project", BY_NAME | BY_ID)
class Project(Asserted):
    """项目 A project that builds or upgrades systems (LH-2b, XY-PROJ)."""

    code: Annotated[str | None, Value("项目编号 Code.", "{s}.code")]
    kind: Annotated[str | None, Value("建设性质 New, upgrade or extension.", "{s}.kind")]
    totalInvestment: Annotated[
        str | None, Value("总投资 Total investment in yuan, a decimal as text.", "{s}.totalInvestment")
    ]
    planYear: Annotated[int | None, Value("计划年度 Year of the plan.", "{s}.planYear")]
    fundSource: Annotated[str | None, Value("资金来源 Source of funds.", "{s}.fundSource")]
    status: Annotated[str | None, Value("项目状态 Status, in the words of the source.", "{s}.status")]
    summary: Annotated[str | None, Value("建设内容 What is built.", "{s}.summary")]
    # (:Department)-[:PROPOSES]->(:Project)
    proposer: Annotated[Department | None, One("申报部门 Who proposes it.", "({n})<-[{e}:PROPOSES]-({m}:Department)")]
    builds: Annotated[System, Many("新建系统 Systems that it builds.", "({n})-[{e}:BUILDS]->({m}:System)")]
    upgrades: Annotated[System, Many("升级系统 Systems that it upgrades.", "({n})-[{e}:UPGRADES]->({m}:System)")]
    plans: Annotated[Resource, Many("规划资源 Resources that it plans.", "({n})-[{e}:PLANS]->({m}:Resource)")]
