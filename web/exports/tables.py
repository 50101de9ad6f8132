"""Every list that can be taken away as a file, with its columns in the order people read them."""

from collections.abc import Mapping

from web import labels
from web.exports.calendar_tables import CALENDAR_TABLES
from web.exports.columns import (
    Column,
    Table,
    action,
    code,
    codes,
    counted,
    degrees,
    detail,
    fix_quality,
    instant,
    made,
    named,
    notice,
    place,
    plain,
    raw_content,
    roles,
    yes_no,
)
from web.exports.driver_tables import DRIVER_TABLES
from web.exports.event_tables import EVENT_TABLES
from web.exports.fence_tables import FENCE_TABLES
from web.exports.kinds_tables import KINDS_TABLES
from web.exports.ladder_tables import LADDER_TABLES
from web.exports.mileage_tables import MILEAGE_TABLES
from web.exports.money_tables import MONEY_TABLES
from web.exports.past_tables import PAST_TABLES
from web.exports.plan_tables import PLAN_TABLES
from web.exports.policy_tables import POLICY_TABLES
from web.exports.rulebook_tables import RULEBOOK_TABLES
from web.exports.sizing_tables import SIZING_TABLES

VEHICLES = Table("车辆", "Vehicles", (
    plain("车牌", "Plate", "plate"),
    named("使用单位", "Unit using it", "unit_name"),
    code("车辆类别", "Vehicle class", "vehicle_class", "vehicleClass"),
    code("车辆状态", "Status", "status", "vehicleStatus"),
    plain("品牌型号", "Model", "make_model"),
    plain("座位数", "Seats", "seats"),
    code("能源", "Energy", "energy", "energy"),
    yes_no("保留车辆", "Retained", "retained"),
    plain("证件有效期", "Documents valid until", "documents_valid_until"),
    plain("定位终端", "Locator", "device"),
    code("实时状态", "State now", "state", "map.state"),
    instant("最近定位", "Last fix", "fixed_at"),
    plain("速度（km/h）", "Speed (km/h)", "speed_kmh"),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
    made("定位质量", "Fix quality", fix_quality),
    plain("派车单号", "Order no.", "order_no"),
    code("派车单状态", "Order state", "order_state", "orderState"),
    plain("事由", "Purpose", "order_purpose"),
    plain("目的地", "Destination", "order_destination"),
    instant("计划结束", "Planned end", "order_planned_end_at"),
    plain("驾驶员", "Driver", "driver_name"),
    plain("驾驶员电话", "Driver's phone", "driver_phone"),
))  # fmt: skip

ALERTS = Table("疑点", "Suspicions", (
    plain("疑点编号", "Suspicion no.", "alert_no"),
    code("规则", "Rule", "rule", "ruleName"),
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    plain("派车单号", "Order no.", "order_no"),
    plain("驾驶员", "Driver", "driver_name"),
    code("驾驶员依据", "Driver by", "driver_source", "driverSource"),
    plain("派车单上的驾驶员", "Driver the order names", "order_driver_name"),
    instant("开始时间", "Began", "started_at"),
    instant("结束时间", "Ended", "ended_at"),
    instant("发现时间", "Noticed", "detected_at"),
    code("等级", "Level", "severity", "severity"),
    code("判断", "Judgement", "judgement", "judgement"),
    code("进展", "Progress", "state", "alertState"),
    plain("判断次数", "Judgements", "revision"),
    named("地点", "Place", "place"),
    made("测得数据", "Measured", lambda row, reader: labels.metrics(reader.language, row.metrics)),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
))  # fmt: skip

ORDERS = Table("派车单", "Orders", (
    plain("派车单号", "Order no.", "order_no"),
    code("类型", "Type", "type", "orderType"),
    code("状态", "State", "state", "orderState"),
    named("用车单位", "Travelling unit", "unit_name"),
    plain("申请人", "Requester", "requester_name"),
    plain("乘车人数", "Passengers", "passengers"),
    code("事由类别", "Kind of purpose", "purpose", "purposeKind"),
    plain("具体事由", "Purpose", "purpose_text"),
    code("车辆类别要求", "Class wanted", "class_wanted", "vehicleClass"),
    yes_no("涉密", "Confidential", "confidential"),
    place("出发地", "Origin", "origin"),
    place("途经", "Stops", "stops"),
    place("目的地", "Destination", "destination"),
    yes_no("往返", "Round trip", "round_trip"),
    instant("计划出发", "Planned start", "planned_start_at"),
    instant("计划结束", "Planned end", "planned_end_at"),
    yes_no("已批非工作时间用车", "Off-hours approved", "off_hours_approved"),
    yes_no("已批节假日用车", "Day off approved", "holiday_approved"),
    plain("车牌", "Plate", "plate"),
    plain("品牌型号", "Model", "make_model"),
    plain("驾驶员", "Driver", "driver_name"),
    plain("驾驶员电话", "Driver's phone", "driver_phone"),
    instant("实际出车", "Departed", "departed_at"),
    instant("到达", "Arrived", "arrived_at"),
    instant("实际还车", "Returned", "returned_at"),
    made("里程（公里）", "Distance (km)", lambda row, _: None if row.distance_m is None else round(row.distance_m / 1000, 2)),
    code("里程依据", "Distance by", "distance_source", "distanceSource"),
    made("费用（元）", "Cost (CNY)", lambda row, _: None if row.cost_cents is None else row.cost_cents / 100),
    plain("评价", "Rating", "rating"),
    plain("说明", "Remark", "state_reason"),
    instant("申请时间", "Booked", "created_at"),
))  # fmt: skip

NOTICES = Table("通知", "Notices", (
    instant("时间", "Time", "created_at"),
    made("内容", "Notice", notice),
    instant("已读时间", "Read", "read_at"),
))  # fmt: skip

UNITS = Table("单位", "Units", (
    plain("单位编码", "Code", "code"),
    plain("单位名称", "Name", "name"),
    plain("英文名称", "English name", "name_en"),
    named("上级单位", "Parent unit", "parent_name"),
    yes_no("车辆服务中心", "Vehicle service centre", "is_centre"),
    yes_no("启用", "Active", "active"),
))  # fmt: skip

PEOPLE = Table("人员", "People", (
    plain("账号", "Account", "login"),
    plain("姓名", "Name", "name"),
    plain("电话", "Phone", "phone"),
    named("所在单位", "Unit", "unit_name"),
    made("角色", "Roles", roles),
    yes_no("启用", "Active", "active"),
    yes_no("已设密码", "Has a password", "has_password"),
    yes_no("须修改密码", "Must change the password", "must_change_password"),
    plain("准驾车型", "Licence class", "licence_class"),
    plain("驾驶证有效期", "Licence valid until", "licence_expires_on"),
))  # fmt: skip

DEVICES = Table("定位终端", "Locators", (
    plain("终端编号", "Code", "code"),
    plain("型号", "Model", "model"),
    plain("安装单位", "Installer", "installer"),
    plain("协议", "Protocol", "protocol"),
    plain("坐标系", "Datum", "source_datum"),
    instant("安装时间", "Installed", "installed_at"),
    yes_no("启用", "Active", "active"),
    plain("车牌", "Plate", "plate"),
    yes_no("在线", "On line", "online"),
    instant("最近定位", "Last fix", "fixed_at"),
    instant("最近收到", "Last heard", "received_at"),
    plain("未采纳消息", "Messages not taken", "rejected"),
))  # fmt: skip

DEVICE_HEALTH = Table("终端健康", "Locator health", (
    plain("终端编号", "Code", "code"),
    plain("型号", "Model", "model"),
    plain("安装单位", "Installer", "installer"),
    plain("车牌", "Plate", "plate"),
    named("使用单位", "Unit using it", "unit_name"),
    code("线路", "Line", "line", "deviceLine"),
    instant("最近收到", "Last heard", "heard_at"),
    codes("故障", "Faults", "faults", "deviceFault"),
    codes("无法判断", "Cannot be told", "unknown", "deviceFault"),
    instant("故障起始", "Faulty since", "faulty_since"),
    plain("工单号", "Ticket no.", "ticket_no"),
    instant("检查时间", "Checked", "checked_at"),
))  # fmt: skip

DEVICE_TICKETS = Table("终端工单", "Locator tickets", (
    plain("工单号", "Ticket no.", "ticket_no"),
    plain("终端编号", "Code", "code"),
    plain("型号", "Model", "model"),
    plain("安装单位", "Installer", "installer"),
    plain("车牌", "Plate", "plate"),
    named("使用单位", "Unit using it", "unit_name"),
    code("故障", "Fault", "fault", "deviceFault"),
    code("进展", "State", "state", "ticketState"),
    instant("开单时间", "Opened", "opened_at"),
    instant("应办结时间", "Due", "due_at"),
    yes_no("超时", "Overdue", "overdue"),
    plain("重开次数", "Opened again", "reopened"),
    plain("处理人", "Taken by", "acknowledged_by_name"),
    instant("处理完成", "Solved", "resolved_at"),
    code("原因", "Cause", "cause", "ticketCause"),
    plain("说明", "Remark", "note"),
))  # fmt: skip

DEVICE_COMMANDS = Table("终端指令", "Commands to locators", (
    plain("指令号", "Command no.", "command_no"),
    plain("终端编号", "Code", "code"),
    plain("当时车牌", "Plate then", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    code("指令", "Command", "kind", "commandKind"),
    plain("间隔（秒）", "Every (s)", "every_s"),
    plain("持续（秒）", "For (s)", "for_s"),
    plain("文字", "Text", "text"),
    plain("目的", "Purpose", "purpose"),
    plain("下发人", "Asked by", "asked_as"),
    instant("下发时间", "Asked", "asked_at"),
    instant("有效期至", "Good until", "expires_at"),
    code("状态", "State", "state", "commandState"),
    code("等待原因", "Waits for", "waits", "commandWaits"),
    plain("发送次数", "Times sent", "attempts"),
    instant("首次送出", "First sent", "sent_at"),
    code("拒绝原因", "Refused because", "why", "commandWhy"),
    instant("结束时间", "Ended", "closed_at"),
    plain("被取代为", "Replaced by no.", "superseded_by_no"),
    instant("迟到的答复", "Late answer", "late_at"),
))  # fmt: skip

DEVICE_ANSWERS = Table("终端答复", "Answers of locators", (
    instant("收到时间", "Heard", "heard_at"),
    plain("终端编号", "Code", "code"),
    plain("所答指令标识", "Id it answers", "said_id"),
    plain("指令号", "Command no.", "command_no"),
    yes_no("已执行", "Done", "ok"),
    code("原因", "Reason", "why", "commandWhy"),
    code("判定", "Taken as", "heard_as", "commandHeard"),
))  # fmt: skip


QUARANTINE = Table("未采纳消息", "Messages not taken", (
    plain("终端或发送方", "Locator or sender", "device"),
    plain("当时车牌", "Plate then", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    code("原因", "Reason", "reason", "quarantine"),
    plain("说明", "Details", "detail"),
    instant("首次收到", "First received", "received_at"),
    instant("最近收到", "Last received", "last_received_at"),
    plain("次数", "Times", "times"),
    plain("主题", "Topic", "topic"),
    plain("批内序号", "Place in its message", "item"),
    code("处理结果", "What became of it", "settled_as", "settledAs"),
    instant("处理时间", "Settled", "settled_at"),
    plain("入库定位数", "Fixes stored", "stored"),
    code("重新解析仍未采纳的原因", "Reason when decoded again", "tried_reason", "quarantine"),
    instant("重新解析时间", "Decoded again", "tried_at"),
))  # fmt: skip


SOURCE_BINDINGS = Table("外部名称", "Names elsewhere", (
    plain("终端编号", "Code", "code"),
    plain("车牌", "Plate", "plate"),
    code("报文来源", "Form", "source", "foreignForm"),
    plain("外部名称", "Name", "external_id"),
    instant("从", "From", "since"),
    instant("至", "Until", "until"),
    yes_no("现在有效", "Holds now", "current"),
    plain("登记人", "Entered by", "created_by_name"),
))  # fmt: skip

FORWARDERS = Table("转发服务器", "Forwarding servers", (
    plain("名称", "Name", "name"),
    code("报文来源", "Form", "source", "foreignForm"),
    instant("登记时间", "Entered", "created_at"),
))  # fmt: skip

REPROCESS_RUNS = Table("重新解析记录", "Decoded again", (
    plain("批次", "Run", "run_no"),
    yes_no("仅预演", "Preview only", "dry"),
    code("状态", "State", "state", "runState"),
    plain("申请人", "Asked by", "asked_as"),
    instant("申请时间", "Asked", "asked_at"),
    instant("结束时间", "Ended", "ended_at"),
    plain("消息数", "Messages", "entries"),
    plain("已检查", "Looked at", "looked_at"),
    counted("入库消息", "Became fixes", "stored"),
    counted("入库定位数", "Fixes stored", "fixes_stored"),
    counted("已有相同定位", "There already", "duplicate"),
    counted("仍未采纳", "Still refused", "waiting"),
    counted("期间另行处理", "Dealt with meanwhile", "passed"),
    plain("故障", "Trouble", "trouble"),
))  # fmt: skip

MESSAGES = Table("终端原始消息", "Messages of a locator", (
    instant("时间", "Time", "at"),
    instant("收到时间", "Received", "received_at"),
    code("未采纳原因", "Refused because", "reason", "quarantine"),
    plain("说明", "Details", "detail"),
    codes("质量标记", "Flags", "flags", "fixFlag"),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
    plain("速度（km/h）", "Speed (km/h)", "speed_kmh"),
    plain("方向（°）", "Heading (°)", "heading_deg"),
    plain("卫星数", "Satellites", "satellites"),
    yes_no("定位有效", "Valid", "valid"),
    yes_no("点火", "Ignition", "ignition"),
    code("处理结果", "What became of it", "settled_as", "settledAs"),
    made("原始内容", "As it came", raw_content),
))  # fmt: skip


def _record(zh: str, en: str, reason: Column) -> Table:
    return Table(zh, en, (
        instant("时间", "Time", "happened_at"),
        plain("人员", "Person", "actor"),
        made("动作", "Action", action),
        code("对象类别", "Kind of object", "object_kind", "recordObject"),
        plain("对象", "Object", "object_name"),
        reason,
        made("细节", "Details", detail),
    ))  # fmt: skip


AUDIT = _record("查阅审计", "Audit", plain("目的", "Purpose", "reason"))
JOURNAL = _record("操作日志", "Journal", plain("理由", "Reason", "reason"))

TABLES: Mapping[str, Table] = {
    "vehicles": VEHICLES,
    "alerts": ALERTS,
    "orders": ORDERS,
    "notices": NOTICES,
    "units": UNITS,
    "people": PEOPLE,
    "devices": DEVICES,
    "quarantine": QUARANTINE,
    "device-health": DEVICE_HEALTH,
    "device-tickets": DEVICE_TICKETS,
    "device-commands": DEVICE_COMMANDS,
    "device-answers": DEVICE_ANSWERS,
    "source-bindings": SOURCE_BINDINGS,
    "forwarders": FORWARDERS,
    "reprocess-runs": REPROCESS_RUNS,
    "messages": MESSAGES,
    **DRIVER_TABLES,
    **FENCE_TABLES,
    **CALENDAR_TABLES,
    **KINDS_TABLES,
    **MILEAGE_TABLES,
    **MONEY_TABLES,
    **LADDER_TABLES,
    **SIZING_TABLES,
    **EVENT_TABLES,
    **PAST_TABLES,
    **PLAN_TABLES,
    **POLICY_TABLES,
    **RULEBOOK_TABLES,
    "audit": AUDIT,
    "journal": JOURNAL,
}
