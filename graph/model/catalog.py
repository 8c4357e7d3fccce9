"""The catalog: resources, their items, and the data elements that items mean."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import BY_ID, BY_NAME, Asserted
from graph.record import Many, One, Order, Value, node

if TYPE_CHECKING:
    from graph.model.places import Department
    from graph.model.systems import Project, System

BY_UPDATE = {
    "UPDATED_DESC": Order("最近更新在前 Most recently updated first.", "sortUpdated", descending=True),
    "UPDATED_ASC": Order("最早更新在前 Least recently updated first.", "sortUpdated"),
}
BY_POSITION = {"POSITION_ASC": Order("序号 By position in the resource, then id.", "sortPosition")}


@node("Resource", BY_NAME | BY_UPDATE | BY_ID, has_states=True)
class Resource(Asserted):
    """信息资源(目录条目) A resource: one entry of the catalog (KF-SHARE-11a, LN-8b)."""

    resourceCode: Annotated[str | None, Value("信息资源代码 Code of the resource.", "{s}.resourceCode")]
    classification: Annotated[str | None, Value("信息资源分类 Classification.", "{s}.classification")]
    abstract: Annotated[str | None, Value("信息资源摘要 Abstract.", "{s}.abstract")]
    theme: Annotated[str | None, Value("主题 Theme or field.", "{s}.theme")]
    industry: Annotated[str | None, Value("行业 Industry.", "{s}.industry")]
    formats: Annotated[list[str], Value("信息资源格式 Formats.", "coalesce({s}.formats, [])")]
    keywords: Annotated[list[str], Value("关键字 Keywords.", "coalesce({s}.keywords, [])")]
    landingPage: Annotated[str | None, Value("详情页网址 Page that describes it.", "{s}.landingPage")]
    shareType: Annotated[words.ShareType | None, Value("共享类型 How it may be shared.", "{s}.shareType")]
    shareCondition: Annotated[str | None, Value("共享条件 Condition of sharing.", "{s}.shareCondition")]
    shareModes: Annotated[list[str], Value("共享方式 Ways of sharing.", "coalesce({s}.shareModes, [])")]
    legalBasis: Annotated[str | None, Value("依据 Legal basis of the share type.", "{s}.legalBasis")]
    openType: Annotated[words.OpenType | None, Value("开放类型 Whether it is open to society.", "{s}.openType")]
    openCondition: Annotated[str | None, Value("开放条件 Condition of opening.", "{s}.openCondition")]
    updateCycle: Annotated[words.UpdateCycle | None, Value("更新周期 How often it is updated.", "{s}.updateCycle")]
    publishedOn: Annotated[date | None, Value("发布日期 Day of publication.", "toString({s}.publishedOn)")]
    lastUpdatedAt: Annotated[date | None, Value("最近更新 Day of the last update.", "toString({s}.lastUpdatedAt)")]
    contactPhone: Annotated[str | None, Value("联系电话 Telephone of the provider.", "{s}.contactPhone")]
    contactEmail: Annotated[str | None, Value("联系邮箱 E-mail of the provider.", "{s}.contactEmail")]
    recordCount: Annotated[float | None, Value("数据量 Number of records, a whole number.", "toFloat({s}.recordCount)")]
    publication: Annotated[
        words.Publication | None, Value("发布状态 Draft, published or withdrawn.", "{s}.publication")
    ]
    secrecy: Annotated[words.Secrecy | None, Value("涉密属性 Secret or not.", "{s}.secrecy")]
    securityLevel: Annotated[str | None, Value("数据级别 Level of the data.", "{s}.securityLevel")]
    extra: Annotated[
        list[str],
        Value("其他列 Columns of the source without a field here, `header: value`.", "coalesce({s}.extra, [])"),
    ]
    # (:Department)-[:PROVIDES]->(:Resource)
    provider: Annotated[
        Department | None,
        One("信息资源提供方 The department that provides it.", "({n})<-[{e}:PROVIDES]-({m}:Department)"),
    ]
    # (:Resource)-[:HAS_ITEM]->(:DataItem)
    items: Annotated[DataItem, Many("信息项 Its items.", "({n})-[{e}:HAS_ITEM]->({m}:DataItem)")]
    # (:System)-[:STORES]->(:Resource)
    storedIn: Annotated[System, Many("存储系统 Systems that store it.", "({n})<-[{e}:STORES]-({m}:System)")]
    # (:Resource)-[:FLOWS_TO {origin, job, requestId}]->(:Resource)
    flowsTo: Annotated[
        Resource, Many("下游资源 Resources that it flows to directly.", "({n})-[{e}:FLOWS_TO]->({m}:Resource)")
    ]
    flowsFrom: Annotated[
        Resource, Many("上游资源 Resources that flow to it directly.", "({n})<-[{e}:FLOWS_TO]-({m}:Resource)")
    ]
    # (:Project)-[:PLANS]->(:Resource)
    plannedBy: Annotated[Project, Many("规划项目 Projects that plan it.", "({n})<-[{e}:PLANS]-({m}:Project)")]


@node("DataItem", BY_POSITION | BY_NAME | BY_ID, has_states=True)
class DataItem(Asserted):
    """信息项 A data item: one column or field of a resource (KF-SHARE-11a)."""

    position: Annotated[int | None, Value("序号 Position in the resource.", "{s}.position")]
    dataType: Annotated[str | None, Value("数据类型 Data type, in the words of the source.", "{s}.dataType")]
    length: Annotated[int | None, Value("数据长度 Length.", "{s}.length")]
    description: Annotated[str | None, Value("说明 Description.", "{s}.description")]
    isPersonal: Annotated[bool | None, Value("是否个人信息 Whether it is personal information.", "{s}.isPersonal")]
    extra: Annotated[
        list[str],
        Value("其他列 Columns of the source without a field here, `header: value`.", "coalesce({s}.extra, [])"),
    ]
    # (:Resource)-[:HAS_ITEM]->(:DataItem)
    resource: Annotated[Resource | None, One("所属信息资源 Its resource.", "({n})<-[{e}:HAS_ITEM]-({m}:Resource)")]
    # (:DataItem)-[:MEANS]->(:DataElement)
    element: Annotated[DataElement | None, One("数据元 What it means.", "({n})-[{e}:MEANS]->({m}:DataElement)")]
    # (:Department)-[:COLLECTS {from, legalBasis}]->(:DataItem)
    collectors: Annotated[
        Department, Many("采集部门 Departments that collect it.", "({n})<-[{e}:COLLECTS]-({m}:Department)")
    ]
    # (:DataItem)-[:FLOWS_TO {origin, job, transformation}]->(:DataItem)
    flowsTo: Annotated[
        DataItem, Many("下游信息项 Items that it flows to directly.", "({n})-[{e}:FLOWS_TO]->({m}:DataItem)")
    ]
    flowsFrom: Annotated[
        DataItem, Many("上游信息项 Items that flow to it directly.", "({n})<-[{e}:FLOWS_TO]-({m}:DataItem)")
    ]


@node("DataElement", BY_NAME | BY_ID)
class DataElement(Asserted):
    """数据元 A data element: the datum that items of different resources mean (GB/T 19488.1)."""

    identifier: Annotated[str | None, Value("标识符 Identifier in its standard.", "{s}.identifier")]
    definition: Annotated[str | None, Value("定义 Definition.", "{s}.definition")]
    representation: Annotated[str | None, Value("表示 Representation.", "{s}.representation")]
    standard: Annotated[str | None, Value("引用标准 Standard that defines it.", "{s}.standard")]
    # (:DataItem)-[:MEANS]->(:DataElement)
    items: Annotated[DataItem, Many("信息项 Items that mean it.", "({n})<-[{e}:MEANS]-({m}:DataItem)")]
    # (:Department)-[:AUTHORITY_FOR {basis}]->(:DataElement)
    authority: Annotated[
        Department | None, One("数源部门 The one source (一数一源).", "({n})<-[{e}:AUTHORITY_FOR]-({m}:Department)")
    ]
