"""What every node has, and the ways every list can be sorted."""

from datetime import date, datetime
from typing import Annotated

from graph.record import Id, Order, Value

BY_NAME = {
    "NAME_ASC": Order("名称升序 By name, then id.", "sortName"),
    "NAME_DESC": Order("名称降序 By name, then id, backwards.", "sortName", descending=True),
}
BY_ID = {
    "ID_ASC": Order("标识升序 By id.", "id"),
    "ID_DESC": Order("标识降序 By id, backwards.", "id", descending=True),
}


class Named:
    """实体 Something with a stable, readable id and a name."""

    id: Annotated[Id, Value("标识 Id `Kind:key`, stable and readable.", "{n}.id")]
    name: Annotated[str, Value("名称 Name.", "{s}.name")]


class Asserted(Named):
    """Something that a source asserts, in both clocks."""

    source: Annotated[str | None, Value("来源 Who says so: a portal, a file, a register.", "{s}.source")]
    madeUp: Annotated[
        bool, Value("虚构 Whether this is made-up data for trying the service.", "coalesce({s}.madeUp, false)")
    ]
    since: Annotated[
        date | None, Value("起始日期 First day of this state in the world; null: unknown.", "toString({s}.since)")
    ]
    until: Annotated[
        date | None,
        Value("终止日期 First day on which this state no longer held; null: it holds.", "toString({s}.until)"),
    ]
    recordedAt: Annotated[
        datetime | None, Value("记录时间 When this state became known to the catalog.", "toString({s}.recordedAt)")
    ]
