"""The model's closed words, and the words that fill themes and industries."""

import re
import unicodedata

from graph.imports.kept import LONGEST, kept
from graph.imports.values import split_list, text_of

_OPEN = {
    "UNCONDITIONAL_OPEN": """
        无条件 无条件开放 完全开放 普遍开放 直接开放 主动开放 全部开放 公开 已开放 开放 可开放 无条件公开 是
        unconditional open yes true
        """,
    "ON_APPLICATION": """
        有条件 有条件开放 依申请 依申请开放 申请开放 申请后开放 需申请 需申请开放 受限开放 限制开放 有限开放
        部分开放 半开放 实名开放 实名制开放 登录开放 登陆开放 授权开放 审核开放 受限申请 提出申请 申请 用户申请
        依申请公开 conditional restricted limited onapplication
        """,
    "NOT_OPEN": """
        不予开放 不开放 禁止开放 暂不开放 非开放 未开放 不公开 不予公开 否 closed no false notopen
        """,
}
_SHARE = {
    "UNCONDITIONAL": """
        无条件 无条件共享 普遍共享 完全共享 普通共享 直接共享 unconditional
        """,
    "CONDITIONAL": """
        有条件 有条件共享 依申请共享 受限共享 申请共享 按需共享 授权共享 conditional restricted
        """,
    "NOT_SHARED": """
        不予共享 不共享 禁止共享 非共享 notshared
        """,
    "SPECIAL": """
        特殊共享
        """,
    "DEFERRED": """
        暂缓共享 暂不共享
        """,
}
_CYCLE = {
    "REAL_TIME": """
        实时 即时 实时更新 准实时 realtime real-time live
        """,
    "DAILY": """
        每日 每天 日 天 按日 按天 1天 每日更新 每天更新 日更新 一天 每工作日 daily day everyday
        """,
    "WEEKLY": """
        每周 周 按周 每星期 每周更新 周更新 一周 weekly week
        """,
    "MONTHLY": """
        每月 月 月度 按月 每月更新 月更新 一个月 每个月 monthly month
        """,
    "QUARTERLY": """
        每季度 季度 季 每季 按季 按季度 每季度更新 季度更新 一季度 quarterly quarter
        """,
    "YEARLY": """
        每年 年 年度 按年 按年度 每年度 每年更新 年更新 一年 yearly annually annual year
        """,
    "OTHER": """
        其他 其它 不定期 不定期更新 不更新 半年 每半年 半年度 按半年 每半月 半月 每旬 旬 两年 每两年 三年 五年
        小时级 分钟级 每小时 小时 一次性 静态 自定义 按需 按需更新 随时 适时 动态 动态更新 不固定 永久 其他周期
        irregular never static other hourly half-year semiannual biannual once 及时 及时更新 实时/定期 定期
        定期更新 10年 5年 3年 2年
        """,
}
_SECRET = {
    "NOT_SECRET": """
        非涉密 不涉密 否 非密 公开 无 no
        """,
    "SECRET": """
        涉密 秘密 机密 绝密 是 内部 secret
        """,
}

_FORMAT_WORDS = """
    xls xlsx et csv tsv json jsonl xml rdf ttl html htm txt text doc docx wps pdf ofd ppt pptx zip rar 7z gz shp
    kml kmz gml geojson dwg dxf jpg jpeg png gif bmp tif tiff svg mp3 mp4 avi wmv swf rm mpg flv wav mdb dbf sql
    db api webservice rest restful wms wfs wmts file link url mysql oracle sqlserver postgresql mongodb hive
    hbase impala greenplum dm db2 sybase access dameng kingbase redis odps mpp gbase 接口 数据库 文件 电子表格
    电子文件 图形图像 流媒体 服务接口 自描述格式 库表 其他 其它 数据接口 api接口 excel word 文本 图片 图像 网页
    表格 链接 视频 关系型数据库
"""
_FORMATS = frozenset(_FORMAT_WORDS.split())
_FORMAT_NAMES = {"接口": "api", "数据接口": "api", "api接口": "api", "服务接口": "api", "文件": "file", "其它": "其他"}

_THEME_WORDS = """
    信用服务 医疗卫生 社保就业 公共安全 城建住房 交通运输 教育文化 科技创新 资源能源 生态环境 工业农业 商贸流通
    财税金融 安全生产 市场监管 社会救助 法律服务 生活服务 气象服务 地理空间 机构团体 其他 综合政务 经济建设
    道路交通 教育科技 文化休闲 民生服务 卫生健康 社会保障 农业农村 资源环境 市场监督 财政金融 企业服务 旅游服务
    公共服务 劳动人事 文化旅游 社会民生 城市建设 信用 统计 质量统计 金融服务 能源资源 环境保护 人口 法人
    自然资源 宏观经济 电子证照
"""
THEMES = frozenset(_THEME_WORDS.split())
"""The fields of open data (《公共信息资源开放试点工作方案》) and what portals add to them."""

_INDUSTRY_WORDS = """
    农林牧渔业 采矿业 制造业 电力热力燃气及水生产和供应业 建筑业 批发和零售业 交通运输仓储和邮政业 住宿和餐饮业
    信息传输软件和信息技术服务业 金融业 房地产业 租赁和商务服务业 科学研究和技术服务业 水利环境和公共设施管理业
    居民服务修理和其他服务业 教育 卫生和社会工作 文化体育和娱乐业 公共管理社会保障和社会组织 国际组织
"""
INDUSTRIES = frozenset(_INDUSTRY_WORDS.split())
"""The sections of GB/T 4754-2017, without their commas."""


def _table(words: dict[str, str]) -> dict[str, str]:
    return {word: name for name, spellings in words.items() for word in spellings.split()}


_OPEN_TABLE, _SHARE_TABLE, _CYCLE_TABLE, _SECRET_TABLE = map(_table, (_OPEN, _SHARE, _CYCLE, _SECRET))
_EXACT_CYCLES = frozenset(_CYCLE) - {"OTHER"}


def _key(text: str) -> str:
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", text)).lower().strip("。.;,")


@kept(20_000)
def open_type(text: str) -> tuple[str | None, bool]:
    """(OpenType or None for unknown words, whether nothing of the original is lost)."""
    key = _key(text)
    return _OPEN_TABLE.get(key), key not in ("是", "yes", "true")


@kept(20_000)
def share_type(text: str) -> tuple[str | None, bool]:
    """(ShareType or None, whether nothing is lost); the national template's codes 1, 2 and 3 count as words."""
    key = {"1": "无条件", "2": "有条件", "3": "不予共享"}.get(_key(text), _key(text))
    return _SHARE_TABLE.get(key), True


@kept(20_000)
def update_cycle(text: str) -> tuple[str | None, bool]:
    """(UpdateCycle or None, whether nothing is lost); a remark in brackets is a loss."""
    key = _key(text[:LONGEST])
    found = _CYCLE_TABLE.get(key) or _CYCLE_TABLE.get(re.sub(r"\([^)]*\)?$", "", key))
    return found, found in _EXACT_CYCLES and key in _CYCLE_TABLE


def secrecy(text: str) -> str | None:
    """NOT_SECRET or SECRET; None for unknown words."""
    return _SECRET_TABLE.get(_key(text))


@kept(20_000)
def formats(text: str) -> tuple[tuple[str, ...], bool]:
    """(format names in lower case, whether all was known); `电子表格-xlsx` is xlsx, `数据库:其他` is 数据库."""
    names: dict[str, None] = {}
    known = True
    for member in split_list(text):
        group, _, kind = re.sub(r"[:：－—–/]+", "-", _key(member)).partition("-")
        name = (kind if kind and kind not in ("其他", "其它") else group).lstrip(".")
        known = known and name in _FORMATS
        names[_FORMAT_NAMES.get(name, name)] = None
    return tuple(sorted(names)), known


@kept(20_000)
def is_formats(text: str) -> bool:
    """Whether a text is nothing but known formats."""
    names, known = formats(text)
    return bool(names) and known


@kept(20_000)
def is_theme(text: str) -> bool:
    """Whether a text is made of the usual fields of open data."""
    members = [text, *split_list(text)]
    return text in THEMES or (len(members) > 1 and all(member in THEMES for member in members[1:]))


@kept(20_000)
def is_industry(text: str) -> bool:
    """Whether a text is a section of the national industry classification, commas and spaces aside."""
    plain = re.sub(r"[、，,\s]", "", text_of(text))
    return plain in INDUSTRIES or plain + "业" in INDUSTRIES
