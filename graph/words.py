"""The closed vocabularies: each word is a value in the graph, a member here and a value of a GraphQL enum.

A member's `doc` starts with the official Chinese term.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """One word of a closed vocabulary; `doc` says what it means."""

    doc: str

    def __new__(cls, value: str, doc: str) -> Self:
        """Keep the value as the string and the meaning beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.doc = doc
        return member


class Kind(Word):
    """实体类别 The kinds of things that the catalog knows."""

    REGION = "Region", "行政区划 Region."
    DEPARTMENT = "Department", "部门 Department."
    RESOURCE = "Resource", "信息资源 Resource, an entry of the catalog."
    DATA_ITEM = "DataItem", "信息项 Data item of a resource."
    DATA_ELEMENT = "DataElement", "数据元 Data element, what items mean."
    SYSTEM = "System", "信息系统 Information system."
    PROJECT = "Project", "项目 Project."
    REGIME = "Regime", "适用办法 Regime, the measures of one place."
    RULE = "Rule", "条款 Rule of a regime."


class RegionLevel(Word):
    """行政层级 Level of a region."""

    NATION = "NATION", "国家 Nation."
    PROVINCE = "PROVINCE", "省级 Province."
    CITY = "CITY", "地级 City."
    COUNTY = "COUNTY", "县级 County."
    TOWN = "TOWN", "乡级 Town."


class DepartmentKind(Word):
    """机构类型 What kind of body a department is."""

    DEPARTMENT = "DEPARTMENT", "政府部门 Government department."
    AUTHORISED_BODY = "AUTHORISED_BODY", "授权组织 Body authorised by law or regulation."
    PUBLIC_UTILITY = "PUBLIC_UTILITY", "公共企事业单位 Public utility."
    CENTRAL_STATIONED = "CENTRAL_STATIONED", "中直驻地部门 Central body stationed in the region."


class ShareType(Word):
    """共享类型 How a resource may be shared; the types differ by regime and are never mapped onto each other."""

    UNCONDITIONAL = "UNCONDITIONAL", "无条件共享 Open to every department (KF-SHARE-11b, LN-12, XY-SHARE-8)."
    CONDITIONAL = "CONDITIONAL", "有条件共享 Open to some departments or in part (KF-SHARE-11b, LN-12, XY-SHARE-8)."
    NOT_SHARED = "NOT_SHARED", "不予共享 Not shared (KF-SHARE-11b, LN-12)."
    SPECIAL = "SPECIAL", "特殊共享 Special, for named recipients only (XY-SHARE-8); not the same as not shared."
    DEFERRED = "DEFERRED", "暂缓共享 Deferred after approval (TY-24)."


class OpenType(Word):
    """开放类型 Whether and how a resource is open to society."""

    UNCONDITIONAL_OPEN = "UNCONDITIONAL_OPEN", "无条件开放 Open without conditions."
    ON_APPLICATION = "ON_APPLICATION", "依申请开放 Open on application or under conditions."
    NOT_OPEN = "NOT_OPEN", "不予开放 Not open."


class UpdateCycle(Word):
    """更新周期 How often a resource is updated."""

    REAL_TIME = "REAL_TIME", "实时 In real time."
    DAILY = "DAILY", "每日 Daily."
    WEEKLY = "WEEKLY", "每周 Weekly."
    MONTHLY = "MONTHLY", "每月 Monthly."
    QUARTERLY = "QUARTERLY", "每季度 Quarterly."
    YEARLY = "YEARLY", "每年 Yearly."
    OTHER = "OTHER", "其他 Another cycle; the words of the source are kept in `extra`."


class Publication(Word):
    """发布状态 Whether a catalog entry is published."""

    DRAFT = "DRAFT", "草稿 Draft."
    PUBLISHED = "PUBLISHED", "已发布 Published."
    WITHDRAWN = "WITHDRAWN", "已撤回 Withdrawn."


class Secrecy(Word):
    """涉密属性 Whether something is secret."""

    NOT_SECRET = "NOT_SECRET", "非涉密 Not secret."
    SECRET = "SECRET", "涉密 Secret."


class SystemKind(Word):
    """系统类型 What kind of system this is."""

    SYSTEM = "SYSTEM", "系统 System."
    APP = "APP", "应用程序 App."
    PLATFORM = "PLATFORM", "共享交换平台 Platform through which systems share and exchange."


class SystemStatus(Word):
    """系统状态 Whether a system is in use."""

    PLANNED = "PLANNED", "拟建 Planned."
    IN_USE = "IN_USE", "在用 In use."
    RETIRED = "RETIRED", "停用 Retired."


class Modality(Word):
    """规范性质 What a rule does."""

    OBLIGATION = "OBLIGATION", "义务 Obligation (应当, 必须)."
    PROHIBITION = "PROHIBITION", "禁止 Prohibition (不得, 禁止)."
    PERMISSION = "PERMISSION", "授权 Permission or power."
    DEFINITION = "DEFINITION", "定义 Definition, scope or principle."
    EXCEPTION = "EXCEPTION", "例外 Exception."
    CONSEQUENCE = "CONSEQUENCE", "后果 Consequence."


class Direction(Word):
    """方向 Which way lineage is followed."""

    UPSTREAM = "UPSTREAM", "上游 Towards where the data came from."
    DOWNSTREAM = "DOWNSTREAM", "下游 Towards where the data went."
    BOTH = "BOTH", "双向 Upstream and downstream together."


class FlowOrigin(Word):
    """流向来源 How a flow is known."""

    DECLARED = "DECLARED", "申报 Declared by a department."
    OBSERVED = "OBSERVED", "观测 Observed by a machine, from logs or jobs."


class HoldingWay(Word):
    """持有方式 Why a department holds something."""

    COLLECTED = (
        "COLLECTED",
        "采集 It has the item by COLLECTS: from citizens, enterprises, another department or its own work.",
    )
    STORED = "STORED", "存储 A system that it operates stores the resource."
    GRANTED = "GRANTED", "授权 A sharing grant gives it access."
    FLOWED = "FLOWED", "流入 The data flowed into a resource that it provides or stores."


class Scope(Word):
    """结论范围 Whether a verdict rests on everything it would need."""

    WHOLE = "WHOLE", "完整 Everything that the verdict needs was seen."
    PARTIAL = "PARTIAL", "部分 It rests on what the viewer may see, and says nothing of whether there is more."


class CutReason(Word):
    """截断原因 Why an answer is not complete."""

    HOPS = "HOPS", "层数 The bound on hops was reached."
    NODES = "NODES", "节点数 The bound on nodes was reached."
    TIME = "TIME", "时间 The bound on time was reached."


class DuplicateKind(Word):
    """重复类型 What is done by several departments."""

    COLLECTED_BY_SEVERAL = "COLLECTED_BY_SEVERAL", "重复采集 Several departments collect the same datum."
    PROVIDED_BY_SEVERAL = "PROVIDED_BY_SEVERAL", "一数多源 Several departments provide the same datum."


class IslandKind(Word):
    """孤岛类型 How systems stand alone."""

    NO_EXCHANGE = "NO_EXCHANGE", "无交换 The system exchanges with no other."
    CUT_OFF_GROUP = "CUT_OFF_GROUP", "封闭群 The systems exchange among themselves and reach no sharing platform."


class Regulated(Word):
    """规范结论 What the regime says about a fact."""

    FORBIDDEN = "FORBIDDEN", "禁止 The regime forbids it."
    EXCEPTED = "EXCEPTED", "例外 The regime forbids it, and a recorded basis excepts this case."
    ALLOWED = "ALLOWED", "允许 The regime allows it."
    NOT_REGULATED = "NOT_REGULATED", "未规定 No regime applies, or the one that applies is silent (本办法未规定)."


class Role(Word):
    """角色 What somebody may do, bound to a department and a region with what lies below it."""

    PUBLIC = "PUBLIC", "公众 Everyone."
    DEPARTMENT_VIEWER = "DEPARTMENT_VIEWER", "部门查看人员 Reads what departments share."
    CATALOG_OFFICER = "CATALOG_OFFICER", "目录管理员 Compiles the catalog of a department."
    REVIEWER = "REVIEWER", "审核人员 Reviews catalog entries."
    COMPETENT_DEPARTMENT = "COMPETENT_DEPARTMENT", "主管部门 Supervises sharing in its region."
    PLANNER = "PLANNER", "规划人员 Looks for what exists already before money is spent."
    AUDITOR = "AUDITOR", "审计人员 Traces and proves."
    FINANCE = "FINANCE", "财政部门 Decides on funds."
    ADMINISTRATOR = "ADMINISTRATOR", "系统管理员 Runs the service."


class Action(Word):
    """操作 What an event records."""

    IMPORT = "IMPORT", "导入 A file was imported."
    LOAD = "LOAD", "装载 Data that come with the service were loaded."
    DESCRIBE = "DESCRIBE", "编目 A catalog entry was created or changed."
    PUBLISH = "PUBLISH", "发布 A catalog entry was published."
    WITHDRAW = "WITHDRAW", "撤回 A catalog entry was withdrawn."
    NAME_AUTHORITY = "NAME_AUTHORITY", "确定数源 The one source of a data element was named."
    GRANT_ROLE = "GRANT_ROLE", "授予角色 A role was granted."
    END_ROLE = "END_ROLE", "终止角色 A role was ended."
    LOGIN = "LOGIN", "登录 Somebody logged in."
    LOGOUT = "LOGOUT", "登出 Somebody logged out."
    REVOKE = "REVOKE", "吊销 What somebody was given to show who they are was revoked."
    DENIAL = "DENIAL", "拒绝 Something was refused."
    EXPORT = "EXPORT", "导出 Data or the trail were exported."
    VERIFY = "VERIFY", "验证 The trail was verified."
    KEY_ROTATION = "KEY_ROTATION", "更换密钥 The key that signs checkpoints was replaced."
    RESTORE = "RESTORE", "恢复 The database was restored from a copy."
    SETTING = "SETTING", "设置 A setting was changed."
    MIGRATION = "MIGRATION", "迁移 The schema of the database was changed."


class RefusalCode(Word):
    """拒绝原因 Why a change is refused."""

    NOT_FOUND = "NOT_FOUND", "不存在 There is no such thing, or none that you may see."
    NOT_ALLOWED = "NOT_ALLOWED", "无权 Your roles do not allow it."
    KEY_REUSED = "KEY_REUSED", "幂等键已用 The idempotency key was used for something else."
    NOTHING_CHANGES = "NOTHING_CHANGES", "没有变化 It is so already."
    TAKEN = "TAKEN", "已占用 The code or name cannot be used a second time."
    INCOMPLETE = "INCOMPLETE", "要素不全 Something that must be said is missing."
    SECRET = "SECRET", "涉密 What is secret is not published."
    SHARE_TYPE = "SHARE_TYPE", "共享类型不符 The regime has no such share type."
    LEGAL_BASIS = "LEGAL_BASIS", "缺少依据 The share type needs a basis that is not named."
    NEEDS_REVIEW = "NEEDS_REVIEW", "须经审核 The regime leaves it to the reviewers of the competent department."


class Audience(Word):
    """受众 Of which kind something is, as to who may see it; the value begins what a node carries as its `audience`."""

    ALL = "ALL", "全部 Every one."
    OPEN = "OPEN", "已发布且无条件开放 Published, open without conditions; nothing forbids it."
    SHARED = "S", "已发布 Published otherwise."
    RESERVED = "R", "保留 Draft, withdrawn, secret, or not shared, of special or deferred sharing."
    GRANTED = "G", "授权 Who was granted what."
    BUILT = "Y", "建设 Systems and projects of a region."
    STANDARD = "STANDARD", "标准 Defined by a standard."
    MEANT = "MEANT", "被引用 Meant by an item that the viewer sees."
    DONE = "DONE", "留痕 Done by a department of a region."
    ASSIGNED = "ASSIGNED", "角色授予 A role that the catalog grants, for a region."


class Position(Word):
    """位置 Where something is, seen from the department and the region that a role is bound to."""

    EVERYWHERE = "EVERYWHERE", "任何地方 Anywhere."
    OWN = "OWN", "本区划 In the region."
    ABOVE = "ABOVE", "上级区划 In a region that the region lies in."
    BELOW = "BELOW", "下级区划 In a region that lies in the region."
    WIDE = (
        "WIDE",
        "不限部门者的本区划及下级区划 In the region or in one that lies in it, for a role bound to no department.",
    )
    DEPARTMENT = "DEPARTMENT", "本部门及下属部门 Of the department or one of its parts, which is its provider."
    RECIPIENT = "RECIPIENT", "获授权部门 Granted to the department, today."
    OPERATOR = "OPERATOR", "运行部门 Operated by the department."
    SUBJECT = "SUBJECT", "本人 Given to the viewer himself."
