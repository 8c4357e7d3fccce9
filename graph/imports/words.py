"""The words that column headers are made of, each with the concept it stands for.

The vocabulary is that of the standards (发改高技〔2017〕1272号, GB/T 21063.3) and of the trade, Chinese and English; no
portal's header stands here as a whole. A header is cut into these words by `cut`, so `数据更新时间`,
`资源更新日期`, `updateTime` and `last_modified_date` all become UPDATE + TIME.
"""

import re
import unicodedata

from graph.imports.kept import kept

_WORDS = {
    "THING": """
        信息资源 资源 目录 数据资源 数据集 资料集 政务 公共 公共数据 信息 开放目录 数据目录 中文 表 数据表 库表
        产品 resource resources res dataset datasets data_set cata catalog catalogue directory info information
        table tables base gov government public package metadata meta
        """,
    "DATA": """
        数据 资料 data
        """,
    "NAME": """
        名称 名 名字 name names nm mc
        """,
    "TITLE": """
        标题 题名 题目 title titles caption
        """,
    "PARTY": """
        部门 单位 机构 机关 提供方 提供者 提供商 发布方 发布者 责任方 责任者 委办局 厅局 主体 来源方 拥有者 org
        orgs organ organization organisation department departments dept office unit agency bureau provider
        publisher owner institution
        """,
    "GIVES": """
        提供 来源 数源 责任 主管 编目 权属 归口 牵头 source provide providing provided responsible owning
        """,
    "OF": """
        支持 于 所属 归属 所在 对应 属于 所 的 of belong belongs the 方 之 该
        """,
    "THEME": """
        主题 领域 theme themes topic topics subject subjects
        """,
    "AREA": """
        area areas domain domains
        """,
    "FIELD": """
        field fields
        """,
    "KEY": """
        重点 主要 key main 应用 国民经济
        """,
    "CLASS": """
        分类 类别 类目 门类 category categories class classification classify
        """,
    "INDUSTRY": """
        行业 产业 industry industries trade sector
        """,
    "OPEN": """
        开放 公开 open opening opened openness
        """,
    "SHARE": """
        共享 share shared sharing
        """,
    "COND": """
        条件 要求 condition conditions
        """,
    "ATTR": """
        性 属性 类型 种类 状态 程度 等级 级别 权限 型 type types kind attribute attr status state level
        level_name property
        """,
    "MODE": """
        方式 模式 形式 method mode way manner
        """,
    "WHETHER": """
        是否 可否 能否 is whether flag
        """,
    "SOCIETY": """
        向社会 社会 公众 对外 向公众 面向社会
        """,
    "PUBLISH": """
        发布 发行 首发 首次 首次发布 release released publish published publishing pub issue issued publication
        """,
    "CREATE": """
        创建 上传 上线 建立 登记 注册 入库 生成 编制 新增 录入 上架 挂接 create created creation upload uploaded
        online insert add added
        """,
    "UPDATE": """
        更新 修改 变更 维护 刷新 改动 update updated updating modify modified modification refresh refreshed
        change changed revised
        """,
    "LATEST": """
        最近 最新 最后 上次 末次 latest last recent newest lately
        """,
    "TIME": """
        gmt 时间 日期 时刻 时点 日 time date datetime day timestamp at on dt
        """,
    "CYCLE": """
        周期 频率 频度 频次 cycle frequency freq period periodicity interval rate
        """,
    "FORMAT": """
        格式 后缀 扩展名 format formats formatted suffix ext extension mime
        """,
    "FILE": """
        文件 附件 file files 档案 档
        """,
    "URL": """
        landingpage homepage webpage 网址 链接 超链接 url urls link links href uri website 网页
        """,
    "ADDRESS": """
        地址 address addr
        """,
    "PAGE": """
        详情 详细 详情页 页面 页 明细 目录页 落地页 原文 原始 detail details page landing web 访问 门户 portal
        """,
    "TAG": """
        主题词 标签 关键字 关键词 关键字段 tag tags keyword keywords keys
        """,
    "LABEL": """
        label labels
        """,
    "PHONE": """
        电话 手机 座机 热线 联系电话 电话号码 号码 phone tel telephone mobile telno
        """,
    "EMAIL": """
        邮箱 邮件 电子邮箱 电子邮件 电邮 email mail mailbox e_mail
        """,
    "CONTACT": """
        联系 咨询 联络 服务 contact contacts
        """,
    "PERSON": """
        联系人 负责人 管理员 人 person
        """,
    "COUNT": """
        条数 记录数 记录条数 数据量 条目数 记录总数 行数 总条数 总记录数 笔数 记录 rows records row record
        volume
        """,
    "AMOUNT": """
        数量 总数 总量 数 量 总 num number count counts total totals amount sum quantity
        """,
    "SIZE": """
        容量 大小 体量 规模 size capacity
        """,
    "ABSTRACT": """
        摘要 描述 简介 概述 概要 概况 介绍 简述 叙述 abstract description descriptions desc summary introduction
        intro
        """,
    "REMARK": """
        说明 备注 remark remarks comment comments note notes
        """,
    "CONTENT": """
        内容 content contents 正文
        """,
    "CODE": """
        代码 编码 编号 标识 标识符 标识码 识别码 唯一标识 code codes 序列号
        """,
    "ID": """
        id ids identifier uuid guid key_id 主键
        """,
    "NUMBER": """
        序号 顺序号 行号 no 排序 排序号 顺序 order position index seq sort ordinal
        """,
    "ITEM": """
        信息项 数据项 字段 指标 指标项 列 属性项 item items column columns col element elements
        """,
    "LENGTH": """
        长度 length len
        """,
    "SECRET": """
        涉密 密级 保密 secret secrecy confidential
        """,
    "SAFETY": """
        安全 敏感 分级 security sensitivity
        """,
    "BASIS": """
        依据 法律依据 政策依据 basis
        """,
    "PLACE": """
        行政区划 行政区 区划 地区 区域 地域 辖区 城市 省份 region city province district area_name
        """,
    "NOTHING": """
        _ - / : 、 及 与 和 或 and or by for to in from
        """,
    "DOWNLOAD": """
        下载 download downloads
        """,
    # words that make a column another matter than the rest of its header would say
    "OTHER": """
        其他 其它 浏览 点击 收藏 评分 评论 评价 订阅 申请 调用 热度 关注 阅读 view views visit visits visited
        click hits score scores favorite favourite comment_count collect subscribe apply call calls read star
        stars rank rating 推荐 次数 英文 english 别名 曾用 曾用名 简称 全称 拼音 alias 旧 原 历史 old 下次
        下一次 预计 计划 next plan planned 采集 交换 使用 需求 接收 审批 审核 审核人 填报 填报人 提交 内部 内设
        处室 科室 父 上级 下级 parent child 关联 相关 引用 related relation 系统 平台 system platform 接口 api
        service 版本 version 场景 存储 已 存量 增量 语言 language 许可 协议 license licence 图片 图标 image img
        icon logo 传真 fax 投诉 纠错 网站 空间 范围 质量 完整 到期 有效 有效期 失效 截止 终止 开始 起始 结束
        start end begin expire expired effective 坐标 经度 纬度 邮编 邮政编码 信用 子 样例 示例 sample example
        字典 密码 状况 事项 项目 接入 推送 归集 汇聚 沉淀 用户 user author 作者 创建人 更新人 creator updater
        operator
        """,
}

_TRADITIONAL = str.maketrans(
    "資題稱領標籤關鍵詞類別產業條屬發佈時間創週頻檔網鏈結頁電話郵絡數據記錄總摘描備註說編碼識項長規範責單機構門區劃變縣麼級狀態開質維護號輯聯係介紹簡圍權詳細",
    "资题称领标签关键词类别产业条属发布时间创周频档网链结页电话邮络数据记录总摘描备注说编码识项长规范责单机构门区划变县么级状态开质维护号辑联系介绍简围权详细",
)


def _lexicon() -> dict[str, str]:
    table: dict[str, str] = {}
    for concept, words in _WORDS.items():
        for word in words.split():
            table.setdefault(word.replace("_", "") if word != "_" else word, concept)
    return table


LEXICON = _lexicon()
_LONGEST = max(map(len, LEXICON))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"[(\[{【<《][^)\]}】>》]{0,300}[)\]}】>》]")
_PIECES = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+")
_SINGLE_LETTERS = 3


def plain(header: str) -> str:
    """A header without case, width, brackets and spaces: what two spellings of one header share."""
    text = unicodedata.normalize("NFKC", header)
    text = _BRACKETS.sub("", text) or text
    return re.sub(r"[\s*＊:：]+", "", text).lower().translate(_TRADITIONAL)


@kept(20_000)
def cut(header: str) -> tuple[tuple[str, ...], str]:
    """A header's concepts in order, and what of it no word covers.

    The cut leaves as little uncovered as possible and then uses as few words as possible. An English run is only
    cut inside (`updatetime`) where all of it is covered, so that chance fragments of unknown words say nothing.
    """
    text = unicodedata.normalize("NFKC", header)
    text = _BRACKETS.sub(" ", text) if _BRACKETS.sub("", text).strip() else text
    text = text.translate(_TRADITIONAL)
    apart = _cut_text(_CAMEL.sub(" ", text).lower())
    return min(apart, _cut_text(text.lower()), key=lambda found: len(found[1])) if apart[1] else apart


def _cut_text(text: str) -> tuple[tuple[str, ...], str]:
    concepts: list[str] = []
    rest: list[str] = []
    for run in re.split(r"[\s_\-/\\.:：*#|,，、;；]+", text):
        for piece in _PIECES.findall(run):
            found, missing = _cut_run(piece)
            if missing and piece.isascii():
                rest.append(piece)
            else:
                concepts += found
                rest.append(missing)
    return tuple(c for c in concepts if c != "NOTHING"), "".join(rest)


def _cut_run(run: str) -> tuple[list[str], str]:
    best: list[tuple[int, int, list[str], str]] = [(0, 0, [], "")]
    for end in range(1, len(run) + 1):
        missing, used, concepts, rest = best[end - 1]
        choice = (missing + 1, used, concepts, rest + run[end - 1])
        for start in range(max(0, end - _LONGEST), end):
            word = run[start:end]
            concept = LEXICON.get(word)
            if concept is None or (word.isascii() and end - start < _SINGLE_LETTERS and word != run):
                continue
            missing, used, concepts, rest = best[start]
            if (missing, used + 1) < choice[:2]:
                choice = (missing, used + 1, [*concepts, concept], rest)
        best.append(choice)
    return best[-1][2], best[-1][3]
