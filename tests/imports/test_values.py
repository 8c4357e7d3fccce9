"""Cells: dates, words of nothing, full width, lists, counts, closed words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.imports import cells, terms, values
from graph.imports.dates import CHINA, Day, parse_date

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
WIDE = str.maketrans("0123456789-./:", "０１２３４５６７８９－．／：")
SPELLINGS = [
    "{0:%Y}-{0:%m}-{0:%d}",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 日",
    "{0.year}年{0.month}月{0.day}号",
    "{0:%Y}{0:%m}{0:%d}",
    "{0:%Y}{0:%m}{0:%d}093015",
    "{0:%Y}-{0:%m}-{0:%d} 09:45",
    "{0:%Y}-{0:%m}-{0:%d}\n09:45",
    "{0:%Y}-{0:%m}-{0:%d} 09:45:33.0",
    "{0:%Y}-{0:%m}-{0:%d}T09:45:33Z",
    "{0:%Y}-{0:%m}-{0:%d}T09:45:33.123+08:00",
    "{0.year}年{0.month}月{0.day}日 9时45分",
    " {0:%Y}-{0:%m}-{0:%d} ",
]


@given(DAYS, st.sampled_from(SPELLINGS), st.booleans())
def test_a_day_in_any_spelling_and_width(day, spelling, wide):
    text = spelling.format(day)
    assert parse_date(text.translate(WIDE) if wide else text) == Day(day)


@given(DAYS)
def test_a_day_as_excel_and_machines_have_it(day):
    assert parse_date(day) == Day(day)
    assert parse_date(datetime(day.year, day.month, day.day, 23, 59)) == Day(day)  # noqa: DTZ001  Excel knows no zones
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(serial) == parse_date(str(serial)) == parse_date(serial + 0.75) == Day(day)
    if day.year > 2001:
        seconds = int((datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)).timestamp())
        assert parse_date(seconds) == parse_date(str(seconds * 1000)) == Day(day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019.3", date(2019, 3, 1)),
        ("2019年3月", date(2019, 3, 1)),
        ("2019-03", date(2019, 3, 1)),
        ("201903", date(2019, 3, 1)),
        ("2019年", date(2019, 1, 1)),
        ("2019", date(2019, 1, 1)),
        ("二〇一九年三月", date(2019, 3, 1)),
        ("2019年三月", date(2019, 3, 1)),
        ("May 2019", date(2019, 5, 1)),
        (2019.3, date(2019, 3, 1)),
        (2019.11, date(2019, 11, 1)),
    ],
)
def test_a_month_or_a_year_is_its_first_day_and_partial(text, day):
    assert parse_date(text) == Day(day, partial=True)


@pytest.mark.parametrize(
    "text",
    [
        "二〇一九年三月二十一日",
        "二〇一九年三月廿一日",
        "2019年三月二十一日",
        "Mar 21, 2019",
        "March 21st, 2019",
        "21 March 2019",
        "2019-Mar-21",
        "Thu Mar 21 09:45:00 CST 2019",
    ],
)
def test_days_in_words(text):
    assert parse_date(text) == Day(date(2019, 3, 21))


@pytest.mark.parametrize(
    "text",
    [
        "2019–03–01",
        "2019—03—01",
        "2019·3·1",
        "2019.03.01.",
        "2019年3月1日(周五)",
        "2019年3月1日（星期五）",
        "2019-3-1 周五 10:00",
        "2019-03-01上午9:00",
        "2019/3/1下午3:05",
        "2019-03-01Z",
        "2019-03-01+08:00",
        "2019-03-01T00:00:00.000+08",
        "20190301093015123",
        20190301093015,
        20190301120000.0,
        "1551369600.0",
        "/Date(1551369600000)/",
        "/Date(1551369600000+0800)/",
    ],
)
def test_days_as_programs_and_officials_write_them(text):
    assert parse_date(text) == Day(date(2019, 3, 1))


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-28T16:00:00.000Z",
        "2019-02-28T16:00:00+00:00",
        "2019-02-28 16:00:00 UTC",
        "2019-02-28 04:00:00 PM GMT",
        "2019-03-01T00:30:00+0800",
        "2019-03-01T02:00:00-05:00",
        "20190228T160000Z",
        "Thu, 28 Feb 2019 16:00:00 GMT",
        "Thu Feb 28 16:00:00 UTC 2019",
        "Fri Mar 01 2019 00:00:00 GMT+0800 (中国标准时间)",
        datetime(2019, 2, 28, 16, tzinfo=UTC),
        "2019-03-01 09:00-17:00",
        "2019-03-01 23:00:00",
        "Fri Mar 01 23:00:00 CST 2019",
    ],
)
def test_an_instant_with_its_offset_is_the_day_it_had_in_china(text):
    assert parse_date(text) == Day(date(2019, 3, 1))


@given(st.datetimes(datetime(1950, 1, 2), datetime(2099, 12, 30)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001  drawn without a zone
def test_an_offset_does_not_change_the_day(local, quarters):
    china = local.replace(microsecond=0, tzinfo=CHINA)
    elsewhere = china.astimezone(timezone(timedelta(minutes=15 * quarters)))
    assert parse_date(elsewhere.isoformat()) == Day(local.date())


def test_january_or_october_is_asked():
    assert parse_date(2019.1) is None
    problem = cells.parser_for("publishedOn", "发布日期")(2019.1).problem
    assert problem is not None
    assert "10" in problem[0]


NO_DAYS = [
    "2019-13-01",
    "2019-02-30",
    "01/02/2019",
    "3/1/19",
    "每年",
    "长期",
    "0000-00-00",
    "12",
    "99999999",
    "2019-1-1-1",
    "2019-3-112",
    "2019.3.1.5",
    "2019-3-1-9",
    "2019年十十月",
    "三月廿一日",
    "Marathon 2019",
]


@pytest.mark.parametrize("text", [*NO_DAYS, True, float("nan"), float("inf"), None, ""])
def test_what_is_no_day(text):
    assert parse_date(text) is None


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_any_cell_is_parsed_without_an_error(raw):
    for field in (
        "publishedOn",
        "recordCount",
        "formats",
        "keywords",
        "openType",
        "updateCycle",
        "landingPage",
        "abstract",
        "secrecy",
        "name",
    ):
        cell = cells.parser_for(field, field)(raw)
        assert cell.value is None or isinstance(cell.value, str | int | list | date)


@pytest.mark.parametrize(
    "text", ["null", "NULL", "暂无", " 暂无数据 ", "无", "-", "——", "N/A", "", "  ", "None", "［］"]
)
def test_words_of_nothing(text):
    assert values.text_of(text) == ""


def test_full_width_letters_become_narrow_and_chinese_punctuation_stays():
    assert values.text_of("ＡＢＣ１２３（甲，乙）　丙") == "ABC123（甲，乙） 丙"
    assert cells.parser_for("name", "名称")("ＧＤＰ").counted == ("fullWidth",)


@given(st.text())
def test_cleaning_a_text_twice_changes_nothing(text):
    assert values.text_of(values.text_of(text)) == values.text_of(text)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("['xls', 'xml']", ["xls", "xml"]),
        ('["a", "b"]', ["a", "b"]),
        ("建设\r\n\t农、林、牧、渔业\r\n\t煤矿", ["建设", "农、林、牧、渔业", "煤矿"]),
        ("甲、乙；丙", ["甲、乙", "丙"]),
        ("甲，乙，甲", ["甲", "乙"]),
        ("台州市 环境 空气", ["台州市", "环境", "空气"]),
        ("[]", []),
        ("", []),
        ("[甲", ["[甲"]),
        ("['a', b]", ["['a'", "b]"]),
    ],
)
def test_lists(text, members):
    assert values.split_list(text) == members


@given(st.text(max_size=60))
def test_a_list_never_loses_a_word(text):
    assert len(set(values.split_list(text))) == len(values.split_list(text))


@given(st.integers(0, 10**12))
def test_counts(number):
    assert values.parse_count(number) == values.parse_count(str(number)) == values.parse_count(f"{number:,}") == number
    assert values.parse_count(f"约{number}条") == values.parse_count(str(number).translate(WIDE)) == number


@pytest.mark.parametrize(
    ("text", "number"), [("3.2万", 32_000), ("1.25亿条", 125_000_000), ("564.0", 564), ("12万", 120_000)]
)
def test_counts_in_words(text, number):
    assert values.parse_count(text) == number


@pytest.mark.parametrize(
    ("header", "cell", "number"),
    [
        ("数据量(万条)", 12, 120_000),
        ("数据量（单位：万条）", "12.5", 125_000),
        ("数据量(万条)", 0.3, 3_000),
        ("数据量[亿]", "1", 100_000_000),
        ("数据量(万条)", "3.2万", 32_000),
        ("数据量(万条)", "3.2万条", 32_000),
        ("数据量(万条)", "500条", 500),
        ("数据量(万条)", "约 500 余 条 记录", 500),
        ("数据量(万条)", "500 records", 500),
        ("数据量(条)", "12", 12),
        ("数据量", 12, 12),
    ],
)
def test_counts_in_the_unit_of_their_header(header, cell, number):
    assert cells.parser_for("recordCount", header)(cell).value == number


@pytest.mark.parametrize(
    "text",
    ["-1", "1.5", "许多", "500MB", True, float("nan"), 1.5, "12-13", "20,2", "12，34", "1 2", "12,3456", "1234,567"],
)
def test_what_is_no_count(text):
    assert values.parse_count(text) is None


@pytest.mark.parametrize(
    ("field", "text", "value", "lost"),
    [
        ("openType", "无条件", "UNCONDITIONAL_OPEN", None),
        ("openType", "依申请开放", "ON_APPLICATION", None),
        ("openType", "不予开放", "NOT_OPEN", None),
        ("openType", "开放网站", None, "开放网站"),
        ("updateCycle", "每年", "YEARLY", None),
        ("updateCycle", "半年", "OTHER", "半年"),
        ("updateCycle", "每年(更新说明:暂无新业务数据产生)", "YEARLY", "每年(更新说明:暂无新业务数据产生)"),
        ("updateCycle", "看情况", None, "看情况"),
        ("shareType", "2", "CONDITIONAL", None),
        ("publishedOn", "2019年3月", date(2019, 3, 1), "2019年3月"),
        ("recordCount", "500MB", None, "500MB"),
        ("landingPage", "见附件", None, "见附件"),
        ("landingPage", "https://a.example/x?y=1#z", "https://a.example/x?y=1#z", None),
    ],
)
def test_what_a_value_does_not_say_is_kept_in_the_original(field, text, value, lost):
    cell = cells.parser_for(field, field)(text)
    assert (cell.value, cell.lost) == (value, lost)


def test_the_template_says_1_and_0_for_is_open():
    assert cells.parser_for("openType", "是否向社会开放")("0").value == "NOT_OPEN"
    assert cells.parser_for("openType", "开放条件")("0").value is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("['xls', 'xml', '接口']", ("api", "xls", "xml")),
        ("电子表格-xlsx", ("xlsx",)),
        ("数据库:其他", ("数据库",)),
        ("数据库-sqlServer", ("sqlserver",)),
        ("CSV、.XLSX", ("csv", "xlsx")),
    ],
)
def test_formats(text, names):
    assert terms.formats(text) == (names, True)


def test_an_unreadable_date_or_secrecy_is_a_problem_with_a_cure():
    for field, text in (("publishedOn", "很久以前"), ("secrecy", "看情况")):
        problem = cells.parser_for(field, field)(text).problem
        assert problem is not None
        assert all(problem)


def test_html_in_descriptions():
    assert values.without_tags("<p>双控体系建设</p>\r\n") == "双控体系建设"
    assert values.without_tags("a < b & c > d") == "a < b & c > d"
