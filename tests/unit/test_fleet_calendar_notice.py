"""A year's holidays in every form people have them, and what is refused because a date, a weekday or a number is not true."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.calendars.notice import Form, UnreadableNotice, notice_days, read_notice
from fleet.worktime import DayKind, built_in, stated_years

TEXTS = {
    2024: """国务院办公厅关于2024年部分节假日安排的通知
国办发明电〔2023〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2024年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。
国务院办公厅
2023年10月25日""",
    2025: """国务院办公厅关于2025年部分节假日安排的通知 国办发明电〔2024〕12号
经国务院批准，现将2025年元旦、春节、清明节、劳动节、端午节、国庆节和中秋节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。2024年11月12日""",
    2026: """经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
    三、清明节：4月4日（周六）至6日（周一）放假，共3天。
    四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
    五、端午节：6月19日（周五）至21日（周日）放假，共3天。
    六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
    七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


@pytest.mark.parametrize("year", sorted(TEXTS))
def test_the_pasted_notices_settle_every_day_as_it_was(year: int) -> None:
    """The texts of 2024-2026 agree with the packaged calendar on each date: off or worked."""
    notice = read_notice(TEXTS[year])
    calendar = built_in(ZoneInfo("Asia/Shanghai"))
    assert (notice.year, notice.form) == (year, Form.TEXT)
    assert stated_years(notice.days) == {year}
    assert [on for on, (kind, _) in notice.days.items() if kind.off is not calendar.day(on).kind.off] == []
    assert notice.days[date(year, 5, 2)] == (DayKind.HOLIDAY, "劳动节")


def test_an_advice_to_rest_is_no_holiday() -> None:
    """鼓励职工在除夕（2月9日）休息 leaves 9 February 2024 a workday."""
    assert read_notice(TEXTS[2024]).days[date(2024, 2, 9)] == (DayKind.WORKDAY, "")


def test_new_year_may_begin_in_the_old_year_and_widths_and_spaces_do_not_matter() -> None:
    text = """关于２０２３年部分节假日安排的通知
一、元旦： 2022年12月31日 至 2023年1月2日放假调休 ，共3天。
二、春节:1月21日至27日放假调休,共7天。1月28日、29日上班。"""
    notice = read_notice(text)
    assert notice.days[date(2022, 12, 31)] == (DayKind.HOLIDAY, "元旦")
    assert notice.days[date(2023, 1, 29)] == (DayKind.ADJUSTED_WORKDAY, "春节")
    short = read_notice("现将2023年节假日安排\n一、元旦：12月31日至1月2日放假，共3天。")
    assert set(short.named) == {date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2)}


ONE = "现将2027年节假日通知如下。一、元旦：{}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("春节快乐", "year_missing"),
        ("2027年节假日安排：大家辛苦了", "no_holidays"),
        (ONE.format("1月1日（周四）放假。"), "weekday_differs"),  # it is a Friday
        (ONE.format("1月1日至3日放假，共4天。"), "count_differs"),
        (ONE.format("1月1日放假2天。"), "count_differs"),
        (ONE.format("2月30日放假。"), "not_a_date"),
        (ONE.format("1日放假。"), "not_a_date"),
        (ONE.format("1月3日至1日放假。"), "not_a_span"),
        (ONE.format("祝大家节日快乐。"), "no_dates"),
        (ONE.format("1月1日放假。二、春节：1月1日放假。"), "twice"),
        ("{", "not_json"),
        ("[1]", "not_an_object"),
        ("date,kind\n", "no_dates"),
        ("date,kind\n2027-02-30,holiday", "not_a_date"),
        ("date,kind\n2027-02-03,festival", "unknown_kind"),
        ("date,kind\n2027-02-03,holiday\n2027/2/3,workday", "twice"),
        ("date,isOffDay\n2027-02-03,maybe", "not_true_or_false"),
        ("date,name\n2027-02-03,x", "no_columns"),
        ("date,kind\n2027-02-03,holiday\n2024-02-03,holiday", "another_year"),
        ("x" * 200_001, "too_long"),
    ],
)
def test_what_is_not_true_or_not_there_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableNotice) as refused:
        read_notice(text)
    assert refused.value.params["reason"] == reason


def test_a_refusal_names_the_place() -> None:
    """The words of the notice, the row of a table."""
    for text, where in (
        (ONE.format("1月1日（周四）放假。"), "1月1日(周四)"),
        ("日期,类型\n2027-02-03,节假日\n2027-02-04,什么", "3"),
    ):
        with pytest.raises(UnreadableNotice) as refused:
            read_notice(text)
        assert refused.value.params["where"] == where


def test_a_year_that_was_asked_for_must_be_the_notices() -> None:
    """2026's notice pasted for 2027 is refused; a notice that does not say its year takes the one asked for."""
    with pytest.raises(UnreadableNotice):
        read_notice(TEXTS[2026], year=2027)
    assert read_notice("一、元旦：1月1日（周五）放假1天。", year=2027).days[date(2027, 1, 1)][0] is DayKind.HOLIDAY


@pytest.mark.parametrize(
    "text",
    [
        "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,adjusted_workday,元旦\n",
        "\ufeff日期;类型;名称\r\n2027年1月1日;节假日;元旦\r\n2027/1/3;调休上班;元旦\r\n",
        "name\tdate\tisOffDay\n元旦\t2027-01-01\ttrue\n元旦\t2027-01-03\tfalse\n",
    ],
)
def test_tables_as_offices_write_them(text: str) -> None:
    """English or Chinese headings and words, comma, semicolon or tab; dates it does not name follow the week."""
    notice = read_notice(text)
    assert (notice.form, notice.year) == (Form.CSV, 2027)
    assert notice.days[date(2027, 1, 1)] == (DayKind.HOLIDAY, "元旦")
    assert notice.days[date(2027, 1, 3)] == (DayKind.ADJUSTED_WORKDAY, "元旦")
    assert notice.days[date(2027, 1, 9)] == (DayKind.WEEKEND, "")
    assert len(notice.days) == 365


@given(
    st.text(
        alphabet='一二三、：:元旦春节月日至放假上班共天2027年部分节假日（周一）,。;{}[]"0123456789 \n', max_size=120
    )
)
def test_no_text_is_more_than_a_notice_or_refused(text: str) -> None:
    """Whatever is pasted: days of the year it says, or a refusal with a reason."""
    try:
        notice = read_notice(text)
    except UnreadableNotice:
        return
    assert notice.year in stated_years(notice.days)


NOTICE = {
    "year": 2027,
    "papers": [],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "春节", "date": "2027-02-20", "isOffDay": False},
        {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
    ],
}


def test_a_notice_states_every_date_of_its_year_and_the_odd_date_of_another() -> None:
    year, stated = notice_days(NOTICE)
    assert year == 2027
    assert stated_years(stated) == {2027}
    assert stated[date(2027, 1, 1)] == (DayKind.HOLIDAY, "元旦")
    assert stated[date(2027, 2, 20)] == (DayKind.ADJUSTED_WORKDAY, "春节")
    assert stated[date(2027, 1, 2)] == (DayKind.WEEKEND, "")
    assert stated[date(2027, 1, 4)] == (DayKind.WORKDAY, "")
    assert stated[date(2026, 12, 31)] == (DayKind.HOLIDAY, "元旦")
    assert len(stated) == 366


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"year": "2027"}, "year"),
        ({"year": 1800}, "year"),
        ({"days": {}}, "days"),
        ({"days": []}, "days"),
        ({"days": [{"name": "x", "date": "2027-02-30", "isOffDay": True}]}, "days[0].date"),
        ({"days": [{"name": "x", "date": "2027-02-03", "isOffDay": "yes"}]}, "days[0].isOffDay"),
        ({"days": [{"name": 7, "date": "2027-02-03", "isOffDay": True}]}, "days[0].name"),
        ({"days": [{"name": "x", "date": "2025-02-03", "isOffDay": True}]}, "days[0].date"),
        ({"days": [NOTICE["days"][0], NOTICE["days"][0]]}, "days[1].date"),  # type: ignore[index]
    ],
)
def test_a_notice_that_is_none_is_refused_by_the_key_that_is_wrong(change: dict[str, object], where: str) -> None:
    with pytest.raises(UnreadableNotice) as refused:
        read_notice(json.dumps(NOTICE | change))
    assert refused.value.params["where"] == where
