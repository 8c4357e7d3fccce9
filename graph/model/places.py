"""Regions and departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import BY_ID, BY_NAME, Asserted, Named
from graph.record import Many, One, Value, node

if TYPE_CHECKING:
    from graph.model.catalog import DataElement, DataItem, Resource
    from graph.model.rules import Regime
    from graph.model.systems import Project, System


@node("Region", BY_ID | BY_NAME)
class Region(Named):
    """行政区划 A region: nation, province, city, county or town."""

    code: Annotated[str, Value("行政区划代码 Code of the region (GB/T 2260 for Chinese regions).", "{s}.code")]
    level: Annotated[words.RegionLevel, Value("行政层级 Level of the region.", "{s}.level")]
    # (:Region)-[:WITHIN]->(:Region)
    within: Annotated[Region | None, One("上级区划 The region that this one lies in.", "({n})-[:WITHIN]->({m}:Region)")]
    regions: Annotated[
        Region, Many("下级区划 The regions that lie directly in this one.", "({n})<-[:WITHIN]-({m}:Region)")
    ]
    # (:Department)-[:LOCATED_IN]->(:Region)
    departments: Annotated[
        Department, Many("部门 Departments of this very region.", "({n})<-[{e}:LOCATED_IN]-({m}:Department)")
    ]
    # (:Regime)-[:APPLIES_IN]->(:Region)
    regimes: Annotated[Regime, Many("适用办法 Regimes made for this very region.", "({n})<-[:APPLIES_IN]-({m}:Regime)")]


@node("Department", BY_NAME | BY_ID, has_states=True)
class Department(Asserted):
    """部门 A department or another body that performs public duties (KF-SHARE-2, LN-7, XY-SHARE-2)."""

    formerNames: Annotated[list[str], Value("曾用名 Names it had before a reform.", "coalesce({s}.formerNames, [])")]
    creditCode: Annotated[str | None, Value("统一社会信用代码 Unified social credit code.", "{s}.creditCode")]
    kind: Annotated[words.DepartmentKind | None, Value("机构类型 Kind of body.", "{s}.kind")]
    isCompetentDepartment: Annotated[
        bool,
        Value(
            "主管部门 Whether it is the competent department of its region.",
            "coalesce({s}.isCompetentDepartment, false)",
        ),
    ]
    # (:Department)-[:LOCATED_IN]->(:Region)
    region: Annotated[Region | None, One("所属区划 Its region.", "({n})-[{e}:LOCATED_IN]->({m}:Region)")]
    # (:Department)-[:PART_OF]->(:Department)
    partOf: Annotated[Department | None, One("上级部门 Its parent.", "({n})-[{e}:PART_OF]->({m}:Department)")]
    parts: Annotated[Department, Many("下属部门 Its children.", "({n})<-[{e}:PART_OF]-({m}:Department)")]
    # (:Department)-[:PROVIDES]->(:Resource)
    resources: Annotated[
        Resource, Many("提供的信息资源 Resources that it provides.", "({n})-[{e}:PROVIDES]->({m}:Resource)")
    ]
    # (:Department)-[:COLLECTS {from, legalBasis}]->(:DataItem)
    collects: Annotated[DataItem, Many("采集的信息项 Items that it collects.", "({n})-[{e}:COLLECTS]->({m}:DataItem)")]
    # (:Department)-[:AUTHORITY_FOR {basis}]->(:DataElement)
    authorityFor: Annotated[
        DataElement,
        Many("数源 Elements of which it is the one source (一数一源).", "({n})-[{e}:AUTHORITY_FOR]->({m}:DataElement)"),
    ]
    # (:Department)-[:OPERATES]->(:System)
    systems: Annotated[System, Many("运行的系统 Systems that it operates.", "({n})-[{e}:OPERATES]->({m}:System)")]
    # (:Department)-[:PROPOSES]->(:Project)
    projects: Annotated[Project, Many("申报的项目 Projects that it proposes.", "({n})-[{e}:PROPOSES]->({m}:Project)")]
