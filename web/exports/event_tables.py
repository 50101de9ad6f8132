"""Event transport as files: events, versions of their plans and what they changed, movements, lots, runs, readiness, punctuality, exceptions."""

from collections.abc import Mapping
from typing import Any

from web import labels
from web.exports.columns import Column, Reader, Table, code, degrees, instant, made, named, plain
from web.exports.formats import Cell
from web.exports.sizing_tables import rounded


def numbered(zh: str, en: str, field: str, group: str) -> Column:
    """A number that stands for a word."""

    def show(row: Any, reader: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else labels.word(reader.language, group, str(value))

    return made(zh, en, show)


def figure(zh: str, en: str, name: str) -> Column:
    """A figure of a run, absent where its kind has none."""
    return made(zh, en, lambda row, _: (row.figures or {}).get(name))


def said(row: Any, reader: Reader) -> Cell:
    """What makes a trip an exception, in figures and words."""
    params: Mapping[str, Any] = row.params or {}
    words = {"left": "eventLeft", "item": "eventItem", "state": "orderState"}
    told = [
        labels.word(reader.language, words[name], value) if name in words else str(value)
        for name, value in params.items()
        if value not in (None, "")
    ]
    return " ".join(told)


EVENTS = Table("活动保障", "Events", (
    plain("活动编号", "Event no.", "event_no"),
    plain("活动", "Event", "name"),
    named("用车单位", "Unit", "unit_name"),
    plain("指挥员", "Commander", "commander_name"),
    plain("首日", "First day", "first_day"),
    plain("末日", "Last day", "last_day"),
    code("状态", "State", "state", "eventState"),
    plain("计划版本", "Version", "version_no"),
    plain("待批版本", "Waiting version", "proposed_no"),
    plain("车次", "Trips", "trips"),
    plain("已排车", "With a vehicle", "planned"),
    plain("未排上", "Left without", "left_out"),
    plain("已派车", "Assigned", "assigned"),
    plain("已完成", "Driven", "over"),
))  # fmt: skip

VERSIONS = Table("保障计划版本", "Versions of a plan", (
    plain("版本", "Version", "version_no"),
    code("状态", "State", "state", "eventVersionState"),
    plain("车次", "Trips", "trips"),
    plain("新增", "Added", "added"),
    plain("取消", "Removed", "removed"),
    plain("时间或地点变动", "Other time or place", "moved"),
    plain("其他变动", "Changed otherwise", "changed"),
    plain("理由", "Reason", "reason"),
    instant("导入时间", "Imported", "imported_at"),
    plain("导入人", "Imported by", "imported_by_name"),
    instant("处理时间", "Settled", "decided_at"),
    plain("处理人", "Settled by", "decided_by_name"),
))  # fmt: skip

CHANGES = Table("保障计划变动", "Changes of a plan", (
    plain("车次", "Trip", "trip_no"),
    code("变动", "Change", "kind", "eventChange"),
    plain("批次", "Wave", "wave"),
    instant("原开始", "Began", "start_before"),
    instant("现开始", "Begins", "start_after"),
    instant("原结束", "Ended", "end_before"),
    instant("现结束", "Ends", "end_after"),
    plain("原出发地", "Was from", "from_before"),
    plain("现出发地", "Is from", "from_after"),
    plain("原目的地", "Was to", "to_before"),
    plain("现目的地", "Is to", "to_after"),
    plain("原人数", "People then", "people_before"),
    plain("现人数", "People now", "people_after"),
))  # fmt: skip

MOVEMENTS = Table("保障车次", "Movements", (
    plain("车次", "Trip", "trip_no"),
    plain("批次", "Wave", "wave"),
    plain("团组", "Group", "group_name"),
    plain("人数", "People", "people"),
    numbered("重要程度", "Importance", "priority", "eventPriority"),
    plain("出发地", "From", "from_name"),
    plain("目的地", "To", "to_name"),
    plain("集合点", "Meeting point", "meeting_point"),
    plain("待发停车场", "Lot", "lot_name"),
    instant("计划开始", "Planned start", "planned_start_at"),
    instant("计划结束", "Planned end", "planned_end_at"),
    code("车型", "Class", "class_wanted", "vehicleClass"),
    plain("派车单号", "Order no.", "order_no"),
    code("派车单状态", "Order state", "order_state", "orderState"),
    plain("车牌", "Plate", "plate"),
    plain("驾驶员", "Driver", "driver_name"),
    code("未排上原因", "Left because", "left_code", "eventLeft"),
    instant("上车时间", "Picked up", "picked_up_at"),
    instant("结束时间", "Ended", "dropped_at"),
))  # fmt: skip

LOTS = Table("待发停车场", "Staging lots", (
    plain("停车场", "Lot", "name"),
    plain("可停车辆", "Room", "capacity"),
    plain("车次", "Trips", "trips"),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
))  # fmt: skip

RUNS = Table("排车与推演记录", "Plannings and rehearsals", (
    plain("日期", "Day", "day"),
    code("内容", "What", "kind", "eventRun"),
    code("状态", "State", "state", "eventRunState"),
    instant("申请时间", "Asked", "asked_at"),
    plain("申请人", "Asked by", "asked_by_name"),
    instant("完成时间", "Done", "done_at"),
    plain("计划版本", "Version", "plan_version"),
    figure("车次", "Trips", "trips"),
    figure("已排车", "With a vehicle", "given"),
    figure("推演准点率", "Rehearsed on time", "on_time"),
    figure("有风险车次", "At risk", "at_risk"),
))  # fmt: skip

READINESS = Table("各批次准备情况", "Readiness by wave", (
    plain("批次", "Wave", "wave"),
    instant("最早开始", "First start", "first_start_at"),
    plain("车次", "Trips", "trips"),
    plain("已就绪", "Ready", "ready"),
    plain("无车辆", "Without vehicle", "without_vehicle"),
    plain("未接单", "Not accepted", "not_accepted"),
    plain("证件到期", "Papers expire", "papers"),
    plain("定位无信号", "Locator silent", "locator_silent"),
    plain("未到待发位置", "Not in its lot", "not_at_staging"),
    plain("检查不合格", "Found not in order", "not_ready"),
    plain("未能成行", "Did not take place", "missed"),
))  # fmt: skip

PUNCTUALITY = Table("各批次准点情况", "Punctuality by wave", (
    plain("批次", "Wave", "wave"),
    plain("车次", "Trips", "trips"),
    plain("应已上车", "Due", "due"),
    plain("准点上车", "Picked up on time", "on_time"),
    plain("晚点上车", "Picked up late", "late"),
    plain("未上车", "Missed", "missed"),
    rounded("准点率", "Share on time", "share", 3),
    rounded("平均晚点（秒）", "Mean lateness (s)", "mean_late_s", 0),
    plain("已结束", "Ended", "dropped"),
    plain("按时结束", "Ended on time", "dropped_on_time"),
))  # fmt: skip

EXCEPTIONS = Table("保障例外清单", "Exceptions", (
    instant("计划开始", "Planned start", "start_at"),
    plain("车次", "Trip", "trip_no"),
    plain("批次", "Wave", "wave"),
    numbered("重要程度", "Importance", "priority", "eventPriority"),
    plain("车牌", "Plate", "plate"),
    plain("驾驶员", "Driver", "driver_name"),
    code("问题", "What is wrong", "lack", "eventLack"),
    made("说明", "Details", said),
    code("由谁处理", "Who must act", "who", "eventWho"),
))  # fmt: skip

EVENT_TABLES: Mapping[str, Table] = {
    "events": EVENTS,
    "event-versions": VERSIONS,
    "event-changes": CHANGES,
    "event-movements": MOVEMENTS,
    "event-lots": LOTS,
    "event-runs": RUNS,
    "event-readiness": READINESS,
    "event-punctuality": PUNCTUALITY,
    "event-exceptions": EXCEPTIONS,
}
