"""The lists of kinds of orders as files: series, the line, upkeep."""

from collections.abc import Mapping

from web.exports.columns import Reader, Table, code, instant, made, named, place, plain


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

WAIT_LIST = Table("候补", "Wait-list", (
    plain("派车单号", "Order no.", "order_no"),
    named("用车单位", "Travelling unit", "unit_name"),
    plain("申请人", "Requester", "requester_name"),
    instant("计划出发", "Planned start", "planned_start_at"),
    instant("计划结束", "Planned end", "planned_end_at"),
    plain("优先级", "Priority", "priority"),
    instant("排队时间", "Joined", "joined_at"),
    code("状态", "State", "state", "waitState"),
    instant("答复期限", "Offer until", "held_until"),
    instant("结束时间", "Settled", "settled_at"),
))  # fmt: skip

UPKEEP = Table("维修保养", "Upkeep", (
    plain("车牌", "Plate", "plate"),
    code("类型", "Kind", "kind", "upkeepKind"),
    instant("开始时间", "From", "start_at"),
    instant("结束时间", "Until", "end_at"),
    plain("说明", "Remark", "note"),
    code("状态", "State", "state", "upkeepState"),
    plain("登记人", "Entered by", "created_by_name"),
    instant("登记时间", "Entered", "created_at"),
))  # fmt: skip

HOME_TRAVEL = Table("异地任职探亲用车", "Home travel", (
    plain("姓名", "Person", "person_name"),
    named("单位", "Unit", "unit_name"),
    place("家庭所在地", "Home", "home"),
    plain("每年次数", "Trips a year", "trips_a_year"),
    plain("本年已用", "Used this year", "used"),
    plain("依据", "Paper", "basis"),
    plain("起始日期", "First day", "first_day"),
    plain("截止日期", "Last day", "last_day"),
))  # fmt: skip

KINDS_TABLES: Mapping[str, Table] = {
    "order-series": SERIES,
    "wait-list": WAIT_LIST,
    "upkeep": UPKEEP,
    "home-travel": HOME_TRAVEL,
}
