"""The lists of the calendar as files: local days, hours, sealing periods, versions and changes."""

from collections.abc import Mapping

from web.exports.columns import Table, code, codes, instant, made, named, plain, week, yes_no

LOCAL_DAYS = Table("本地特殊日", "Local days", (
    plain("日期", "Day", "day"),
    code("类型", "Kind", "kind", "dayKind"),
    plain("名称", "Name", "name"),
    named("单位", "Unit", "unit_name"),
    plain("依据", "Source", "source"),
    plain("日历版本", "Calendar version", "version_no"),
))  # fmt: skip

UNIT_HOURS = Table("单位作息", "Units' hours", (
    named("单位", "Unit", "unit_name"),
    plain("每年自", "Every year from", "season_from"),
    plain("每年至", "Every year to", "season_to"),
    plain("起始日期", "Since", "since"),
    plain("失效日期", "Not from", "until"),
    made("时间", "Hours", week),
    plain("日历版本", "Calendar version", "version_no"),
))  # fmt: skip

SEAL_PERIODS = Table("封存期", "Sealing periods", (
    plain("名称", "Name", "name"),
    named("单位", "Unit", "unit_name"),
    codes("车辆类别", "Vehicle classes", "vehicle_classes", "vehicleClass"),
    made("不封存的车辆", "Kept out", lambda row, _: "、".join(row.kept_out or [])),
    instant("从", "From", "from_at"),
    instant("至", "Until", "to_at"),
    plain("钥匙保管人", "Keeper of the keys", "keeper"),
    yes_no("现在封存", "Sealed now", "holds"),
    plain("日历版本", "Calendar version", "version_no"),
))  # fmt: skip

CALENDAR_VERSIONS = Table("日历版本", "Calendar versions", (
    plain("版本", "Version", "version_no"),
    code("内容", "What", "what", "calendarWhat"),
    named("单位", "Unit", "unit_name"),
    plain("依据", "Source", "source"),
    plain("日期数", "Days", "days"),
    instant("生效时间", "In force", "created_at"),
    plain("批准人", "Let hold by", "created_by_name"),
))  # fmt: skip

CALENDAR_CHANGES = Table("日历变更", "Changes of the calendar", (
    plain("编号", "Number", "change_no"),
    code("内容", "What", "what", "calendarWhat"),
    named("单位", "Unit", "unit_name"),
    plain("依据", "Source", "source"),
    plain("理由", "Reason", "reason"),
    code("状态", "State", "state", "changeState"),
    plain("提出人", "Proposed by", "proposed_by_name"),
    instant("提出时间", "Proposed", "proposed_at"),
    plain("办理人", "Settled by", "settled_by_name"),
    instant("办理时间", "Settled", "settled_at"),
    plain("日历版本", "Calendar version", "version_no"),
))  # fmt: skip

CALENDAR_TABLES: Mapping[str, Table] = {
    "local-days": LOCAL_DAYS,
    "unit-hours": UNIT_HOURS,
    "seal-periods": SEAL_PERIODS,
    "calendar-versions": CALENDAR_VERSIONS,
    "calendar-changes": CALENDAR_CHANGES,
}
