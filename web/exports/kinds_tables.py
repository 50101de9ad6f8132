"""The lists of kinds of orders as files: series."""

from collections.abc import Mapping

from web.exports.columns import Reader, Table, code, instant, made, named, plain


def _weekdays(row: object, reader: Reader) -> str:
    numbers = getattr(row, "weekdays", None) or []
    words = [reader.word("weekdayShort", str(number)) for number in numbers] or [reader.word("dayKind", "workday")]
    return reader.word("punctuation", "comma").join(words)


SERIES = Table("系列用车", "Series of trips", (
    plain("系列号", "Series no.", "series_no"),
    code("状态", "State", "state", "seriesState"),
    named("用车单位", "Travelling unit", "unit_name"),
    plain("申请人", "Requester", "requester_name"),
    plain("出发地", "Origin", "origin"),
    plain("目的地", "Destination", "destination"),
    plain("具体事由", "Purpose", "purpose_text"),
    made("星期", "Weekdays", _weekdays),
    plain("每几周", "Every (weeks)", "every_weeks"),
    code("遇节假日", "On holidays", "holidays", "seriesHolidays"),
    plain("首日", "First day", "first_day"),
    plain("末日", "Last day", "last_day"),
    plain("出发时刻", "Leaves at", "starts_at"),
    plain("用时（分钟）", "Minutes", "duration_min"),
    plain("待出行天数", "Days ahead", "ahead"),
    instant("下次出行", "Next", "next_at"),
))  # fmt: skip

KINDS_TABLES: Mapping[str, Table] = {"order-series": SERIES}
