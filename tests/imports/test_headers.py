"""Columns are recognised by name and values: measured on 32 real portals, and on layouts never seen before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadInput
from graph.imports import headers, profiles, words
from graph.imports.fields import FIELDS
from imports.files import PORTALS
from imports.layouts import UNSEEN

MODEL = {
    "title": "name",
    "description": "abstract",
    "department": "provider",
    "category": "theme",
    "industry": "industry",
    "is_open": "openType",
    "publish_time": "publishedOn",
    "update_time": "lastUpdatedAt",
    "update_frequency": "updateCycle",
    "data_formats": "formats",
    "url": "landingPage",
    "tags": "keywords",
    "telephone": "contactPhone",
    "email": "contactEmail",
    "data_volume": "recordCount",
}


def recognise(rows, given=None):
    names = list(dict.fromkeys(name for row in rows for name in row))
    return headers.recognise(names, [[row.get(name) for row in rows] for name in names], given or {})


def decided(rows, given=None):
    return {column.header: (column.field, column.decision) for column in recognise(rows, given)}


def judged(rows_of):
    """(columns right and sure, columns with a truth, columns sure and wrong) over all portals."""
    right, total, wrong = 0, 0, []
    for portal, known in PORTALS.items():
        for column in recognise(rows_of(known["rows"])):
            if column.header not in known["truth"]:
                continue
            total += 1
            field = MODEL[known["truth"][column.header]]
            if column.decision == "SURE" and column.field != field:
                wrong.append((portal, column))
            right += column.decision == "SURE" and column.field == field
    return right, total, wrong


@pytest.mark.parametrize(
    "rows_of", [lambda rows: rows, lambda rows: rows[:3], lambda rows: rows * 40, lambda rows: rows[::-1]]
)
def test_98_percent_of_the_known_columns_are_sure_and_right_and_none_is_sure_and_wrong(rows_of):
    right, total, wrong = judged(rows_of)
    assert total == 358
    assert wrong == []
    assert right / total >= 0.98


def test_the_words_are_the_trades_not_a_portals():
    """No header of a portal stands in the vocabulary whole, unless it is itself one of the trade's words."""
    whole = {header for known in PORTALS.values() for header in known["truth"]}
    compound = {header for header in whole if len(words.cut(header)[0]) > 1}
    assert len(compound) > 40
    assert not compound & words.LEXICON.keys()


@pytest.mark.parametrize("layout", UNSEEN)
def test_unseen_layouts(layout):
    rows, truth = UNSEEN[layout]
    found = {column.header: column for column in recognise(rows)}
    for header, field in truth.items():
        column = found[header]
        assert (column.field, column.decision) == (field, "SURE" if field else "KEPT"), column


def test_values_decide_where_the_header_is_ambiguous():
    rows = [{"名称": f"某某信息{n}", "dataType": "xls,csv"} for n in range(12)]
    assert decided(rows)["dataType"] == ("formats", "SURE")
    rows = [{"item_name": f"某项{n}", "resource": "甲", "dataType": "字符型"} for n in range(12)]
    assert decided(rows)["dataType"] == ("item.dataType", "SURE")
    rows = [{"名称": f"某某信息{n}", "dataType": f"怪词{n}"} for n in range(12)]
    assert decided(rows)["dataType"][1] != "SURE"


def test_a_condition_is_the_open_type_only_where_nothing_else_says_it():
    alone = [{"标题": f"信息{n}", "开放条件": ["有条件开放", "无条件开放"][n % 2]} for n in range(12)]
    assert decided(alone)["开放条件"] == ("openType", "SURE")
    beside = [row | {"开放类型": "有条件开放", "开放条件": "提交申请表并经本部门审核同意后提供"} for row in alone]
    assert decided(beside)["开放条件"] == ("openCondition", "SURE")
    assert decided(beside)["开放类型"] == ("openType", "SURE")


def test_a_header_against_its_values_is_asked():
    found = decided(
        [{"标题": f"信息{n}", "更新时间": "很快", "详情页网址": "见附件", "数据量": "许多"} for n in range(12)]
    )
    assert {found[header][1] for header in ("更新时间", "详情页网址", "数据量")} == {"ASK"}


def test_two_columns_for_one_field_are_asked_unless_one_says_it_better():
    both = decided([{"标题": f"信息{n}", "所属主题": "教育文化", "重点领域": "教育文化"} for n in range(12)])
    assert both["所属主题"][1] == both["重点领域"][1] == "ASK"
    better = decided([{"标题": f"信息{n}", "创建时间": "2020-01-01", "发布时间": "2020-01-02"} for n in range(12)])
    assert better == {"标题": ("name", "SURE"), "创建时间": (None, "KEPT"), "发布时间": ("publishedOn", "SURE")}


def test_values_alone_are_never_enough():
    rows = [
        {"标题": f"信息{n}", "f1": "每月", "f2": "xls", "f3": f"http://a.example/{n}", "f4": "无条件开放"}
        for n in range(30)
    ]
    found = decided(rows)
    assert [found[header] for header in ("f1", "f2", "f3", "f4")] == [
        ("updateCycle", "ASK"),
        ("formats", "ASK"),
        ("landingPage", "ASK"),
        ("openType", "ASK"),
    ]


def test_without_a_name_the_likeliest_column_is_asked_or_found_by_elimination():
    rows = [{"subjectBaseName": f"农业生产季度报表第{n}期", "orgName": "县统计局"} for n in range(30)]
    assert decided(rows)["subjectBaseName"] == ("name", "SURE")
    rows = [{"zzz": f"农业生产季度报表第{n}期", "orgName": "县统计局"} for n in range(30)]
    assert decided(rows)["zzz"] == ("name", "ASK")


def test_what_the_person_says_goes_first():
    rows = [{"标题": f"信息{n}", "领域": "制造业", "更新时间": "2020-01-01"} for n in range(12)]
    found = decided(rows, {"领域": "theme", "更新时间": ""})
    assert found["领域"] == ("theme", "SURE")
    assert found["更新时间"] == (None, "KEPT")


@pytest.mark.parametrize("given", [{"没有": "name"}, {"标题": "nonsense"}, {"标题": "name", "别名": "name"}])
def test_a_map_that_does_not_fit_is_refused_with_a_cure(given):
    with pytest.raises(BadInput) as caught:
        recognise([{"标题": "信息", "别名": "资料"}], given)
    assert caught.value.cure


BASE = {
    "数据集名称": lambda n: f"行政许可登记信息{n}",
    "提供单位": lambda n: ["市公安局", "市民政局", "市教育局"][n % 3],
    "资源摘要": lambda n: f"记录第{n}批行政许可的编号、名称和办理日期",
}


def beside(header, cells, without=(), count=12):
    """How a column is decided beside those that a catalog has anyway."""
    columns = {name: of for name, of in BASE.items() if name not in without}
    rows = [
        {name: of(n) for name, of in columns.items()} | {header: cells(n) if callable(cells) else cells[n % len(cells)]}
        for n in range(count)
    ]
    return decided(rows)[header]


def page(n):
    return f"https://a.example/{n}"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("法规发布日期", ["2019-03-01"]),
        ("标准发布日期", ["2019-03-01"]),
        ("政策发布时间", ["2019-03-01"]),
        ("价格更新时间", ["2019-03-01"]),
        ("合同变更日期", ["2019-03-01"]),
        ("policy_update_date", ["2019-03-01"]),
        ("设备维护周期", ["每月"]),
        ("监督电话", ["0371-65500000"]),
        ("举报电话", ["12345678"]),
        ("值班电话", ["12345678"]),
        ("emergency_phone", ["12345678"]),
        ("terms_url", page),
        ("thumbnail_url", page),
        ("schema_url", page),
        ("政策链接", page),
        ("二维码链接", page),
        ("help_link", page),
        ("billing_email", ["a@example.gov.cn"]),
        ("企业开放条件", ["无条件开放", "有条件开放"]),
    ],
)
@pytest.mark.parametrize("count", [12, 60])
def test_fitting_values_do_not_make_up_for_an_unknown_word(header, cells, count):
    assert beside(header, cells, count=count)[1] == "ASK"


def test_an_unknown_word_is_not_eliminated_away():
    rows = [{"法规标题": f"农业生产季度报表第{n}期", "orgName": "县统计局"} for n in range(30)]
    assert decided(rows)["法规标题"] == ("name", "ASK")


@pytest.mark.parametrize(
    ("header", "cells", "without"),
    [
        ("开放方式", ["数据下载", "接口调用"], ""),
        ("开放状态", ["正常", "已下线"], ""),
        ("开放等级", ["一级", "二级", "三级"], ""),
        ("开放类型", ["1", "0"], ""),
        ("开放权限", ["注册用户"], ""),
        ("开放形式", ["文件", "接口"], ""),
        ("共享方式", ["无条件共享", "有条件共享"], ""),
        ("共享条件", ["无条件共享", "有条件共享"], ""),
        ("数据集数量", [3, 4], ""),
        ("资源数量", [3, 4], ""),
        ("目录数量", [3, 4], ""),
        ("库表数量", [3, 4], ""),
        ("num_resources", [3, 4], ""),
        ("dataset_count", [3, 4], ""),
        ("数据量(MB)", [120, 33], ""),
        ("数据大小（KB）", [1024, 300], ""),
        ("数据体量(单位：GB)", [10, 20], ""),
        ("单位", ["万元", "吨"], "提供单位"),
        ("数据主体", ["自然人", "法人"], "提供单位"),
        ("提供单位(代码)", ["11410200MB1234567X", "11410200MB0000001Y"], "提供单位"),
        ("数据项", ["姓名,性别", "企业名称,住所"], ""),
        ("资源编码", ["UTF-8", "GBK"], ""),
        ("area", ["Downtown", "Harbor", "North"], ""),
        ("domain", ["a.example.org", "b.example.org"], ""),
        ("label", lambda n: f"Street trees census {n}", ""),
        ("备注", ["无误", "已核对"], "资源摘要"),
    ],
)
@pytest.mark.parametrize("count", [3, 12, 60])
def test_values_that_speak_against_a_header(header, cells, without, count):
    assert beside(header, cells, [without], count)[1] != "SURE"


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("是否开放", ["1", "0"], "openType"),
        ("开放方式", ["无条件开放", "实名开放", "正常"], "openType"),
        ("开放条件", ["注册用户", "实名认证"], "openType"),
        ("共享条件", ["核验身份时", "办理低保时"], "shareCondition"),
        ("数据量(万条)", [12, 3], "recordCount"),
        ("资源记录数", [12, 3], "recordCount"),
        ("资源编码", ["307001/1", "307001/2"], "resourceCode"),
        ("数据领域", ["教育文化", "医疗卫生"], "theme"),
        ("标签", lambda n: f"许可,教育,第{n}批", "keywords"),
        ("关键字", lambda n: f"行政许可第{n}批", "keywords"),
        ("label", lambda n: f"permits,schools,{n}", "keywords"),
        ("资源说明", lambda n: f"第{n}批许可", "abstract"),
        ("发布日期", [2019.3, 2019.11], "publishedOn"),
    ],
)
def test_values_that_go_with_a_header(header, cells, field):
    without = ["资源摘要"] if field == "abstract" else []
    assert beside(header, cells, without) == (field, "SURE")


@pytest.mark.parametrize("party", ["Department of Health", "City Planning Office"])
def test_parties_in_english(party):
    assert beside("publisher", [party], ["提供单位"]) == ("provider", "SURE")


@pytest.mark.parametrize("party", ["开封市气象台", "开封市科协", "市红十字", "市融媒体"])
def test_a_department_of_a_place_that_ends_in_no_word_of_departments(party):
    assert beside("提供单位", [party], ["提供单位"]) == ("provider", "SURE")


def test_a_title_that_names_a_place_is_no_party():
    rows = [{"zzz": f"开封市第{n}期生产信息", "更新周期": "每月"} for n in range(30)]
    assert decided(rows)["zzz"] == ("name", "ASK")


def test_what_is_said_of_items_that_have_no_name_is_kept():
    assert beside("字段说明", ["包含姓名、住址"]) == (None, "KEPT")
    rows = [{"资源名称": "甲", "字段名称": f"字段{n}", "字段说明": "填写"} for n in range(3)]
    assert decided(rows)["字段说明"] == ("item.description", "SURE")
    with pytest.raises(BadInput) as caught:
        recognise([{"标题": "信息", "字段说明": "填写"}], {"字段说明": "item.description"})
    assert "item.name" in caught.value.cure


def test_what_a_long_column_is_does_not_hang_on_the_order_of_its_rows():
    column = [f"每{'月' if n % 3 else '逢集'}" if n % 2 else n for n in range(13_000)]
    first = profiles.Profile.of(column)
    for order in (column[::-1], sorted(column, key=str)):
        other = profiles.Profile.of(order)
        assert sorted(other.texts) == sorted(first.texts)
    assert abs(profiles.support("updateCycle", first) - 1 / 3) < 0.05


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=12),
            st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(), st.lists(st.text(max_size=5))),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_table_is_decided_and_explained(rows):
    columns = recognise(rows)
    assert [column.header for column in columns] == list(dict.fromkeys(name for row in rows for name in row))
    for column in columns:
        assert column.why
        assert 0 <= column.confidence <= 1
        assert (column.field in FIELDS) == (column.decision != "KEPT")
    single = [
        column.field for column in columns if column.decision == "SURE" and column.field not in headers.fields.LISTS
    ]
    assert len(single) == len(set(single))
