"""The lists of drivers as files: rosters, absences, qualifications, questions to take a trip."""

from collections.abc import Mapping

from web.exports.columns import Column, Reader, Table, code, instant, made, named, plain
from web.exports.formats import Cell


def _weekday(row: object, reader: Reader) -> Cell:
    number = getattr(row, "weekday", None)
    return reader.word("weekdayShort", str(number)) if number else None


def _qualified(row: object, reader: Reader) -> Cell:
    group = "training" if getattr(row, "kind", None) == "training" else "vehicleClass"
    return reader.word(group, getattr(row, "name", None))


_WHO = (plain("驾驶员", "Driver", "driver_name"), named("单位", "Unit", "unit_name"))
_RECORD: tuple[Column, ...] = (
    plain("登记人", "Entered by", "entered_by_name"),
    instant("登记时间", "Entered", "entered_at"),
    instant("撤销时间", "Withdrawn", "withdrawn_at"),
    plain("撤销人", "Withdrawn by", "withdrawn_by_name"),
    plain("撤销理由", "Withdrawn because", "withdrawn_reason"),
)
SHIFTS = Table("驾驶员班表", "Rosters of drivers", (
    *_WHO,
    made("星期", "Weekday", _weekday),
    plain("首日", "First day", "first_day"),
    plain("末日", "Last day", "last_day"),
    plain("上班", "Begins", "starts"),
    plain("下班", "Ends", "ends"),
    plain("备注", "Remark", "note"),
    *_RECORD,
))  # fmt: skip

ABSENCES = Table("驾驶员缺勤", "Absences of drivers", (
    *_WHO,
    code("类型", "Kind", "kind", "absenceKind"),
    instant("从", "From", "start_at"),
    instant("至", "Until", "end_at"),
    plain("备注", "Remark", "note"),
    *_RECORD,
))  # fmt: skip

QUALIFICATIONS = Table("驾驶员资格", "Qualifications of drivers", (
    *_WHO,
    code("类型", "Kind", "kind", "qualificationKind"),
    made("资格", "Qualification", _qualified),
    plain("首日", "First day", "first_day"),
    plain("末日", "Last day", "last_day"),
    plain("依据", "Paper", "basis"),
    *_RECORD,
))  # fmt: skip

ASKS = Table("接单记录", "Questions to drivers", (
    plain("派车单号", "Order no.", "order_no"),
    instant("计划出发", "Planned start", "planned_start_at"),
    plain("驾驶员", "Driver", "driver_name"),
    plain("车牌", "Plate", "plate"),
    plain("第几位", "Turn", "turn"),
    instant("询问时间", "Asked", "asked_at"),
    instant("答复期限", "Answer by", "due_at"),
    code("结果", "Outcome", "outcome", "askOutcome"),
    instant("结束时间", "Settled", "ended_at"),
))  # fmt: skip

DRIVER_TABLES: Mapping[str, Table] = {
    "driver-shifts": SHIFTS,
    "driver-absences": ABSENCES,
    "driver-qualifications": QUALIFICATIONS,
    "driver-asks": ASKS,
}
