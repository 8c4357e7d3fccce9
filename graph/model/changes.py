"""What a change answers: the thing in its new state, or why nothing was changed; and the roles that the catalog grants."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from graph import words
from graph.model.named import BY_ID, BY_NAME, Named
from graph.record import Given, Id, One, Value, answer, node

if TYPE_CHECKING:
    from graph.model.catalog import DataElement, Resource
    from graph.model.places import Department, Region
    from graph.model.rules import Rule


@node("RoleAssignment", BY_NAME | BY_ID, has_states=True)
class RoleAssignment(Named):
    """角色授予 A role that the catalog grants to somebody, beside those that his token names."""

    name: Annotated[str, Value("名称 The subject.", "{s}.subject")]
    subject: Annotated[str, Value("主体 Who has the role: `issuer|sub`, as in the trail.", "{s}.subject")]
    role: Annotated[words.Role, Value("角色 The role.", "{s}.role")]
    since: Annotated[date | None, Value("起始日期 First day.", "toString({s}.since)")]
    until: Annotated[
        date | None, Value("终止日期 First day on which it is no longer held; null: it holds.", "toString({s}.until)")
    ]
    recordedAt: Annotated[
        datetime | None, Value("记录时间 When this state became known to the catalog.", "toString({s}.recordedAt)")
    ]
    # The ends are properties, so that whoever asks is known by one index seek.
    department: Annotated[
        Department | None,
        One("部门 For which department; null: a whole region.", "({m}:Department {{id: {n}.department}})"),
    ]
    region: Annotated[
        Region | None, One("行政区划 For which region, with what lies below.", "({m}:Region {{id: {n}.region}})")
    ]


@answer("ResourceChanged")
class ResourceChanged:
    """信息资源变更 A change of a resource was made."""

    resource: Annotated[
        Resource | None, Given("信息资源 The resource as it is now; null: you may not see it any more.")
    ]
    event: Annotated[Id, Given("留痕 Id of the event that records it.")]
    at: Annotated[datetime, Given("时间 When it became known to the catalog.")]


@answer("DataElementChanged")
class DataElementChanged:
    """数据元变更 A change of a data element was made."""

    element: Annotated[DataElement | None, Given("数据元 The element as it is now; null: you may not see it any more.")]
    event: Annotated[Id, Given("留痕 Id of the event that records it.")]
    at: Annotated[datetime, Given("时间 When it became known to the catalog.")]


@answer("RoleChanged")
class RoleChanged:
    """角色变更 A role was granted or ended."""

    assignment: Annotated[RoleAssignment | None, Given("角色授予 The grant; null: you may not see it any more.")]
    event: Annotated[Id, Given("留痕 Id of the event that records it.")]
    at: Annotated[datetime, Given("时间 When it became known to the catalog.")]


@answer("Refusal")
class Refusal:
    """拒绝 Why a change was not made; nothing was changed."""

    code: Annotated[words.RefusalCode, Given("拒绝原因 What stands in the way.")]
    message: Annotated[str, Given("说明 What stands in the way, in words.")]
    cure: Annotated[str, Given("办法 What to do about it.")]
    rules: Annotated[list[Rule], Given("条款 The rules that it rests on; none: it is our choice.")]
