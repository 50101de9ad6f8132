"""Stored plans as a file."""

from collections.abc import Mapping

from web.exports.columns import Table, code, instant, plain

PLANS = Table("派车方案", "Dispatch plans", (
    instant("生成时间", "Made", "created_at"),
    plain("生成人", "Made by", "created_by_name"),
    code("方案类型", "Kind of plan", "kind", "planKind"),
    code("起因", "Because of", "trigger", "disruption"),
    code("状态", "State", "state", "planState"),
    instant("最早出发", "First trip", "starts_at"),
    instant("最晚结束", "Last trip ends", "ends_at"),
    plain("用车单数", "Trips asked for", "orders"),
    plain("已安排", "Served", "served"),
    plain("未安排", "Unmet", "unmet"),
    plain("代价（秒）", "Cost (s of driving)", "cost_s"),
    plain("里程（公里）", "Distance (km)", "km"),
    plain("空驶（公里）", "Empty (km)", "empty_km"),
    plain("晚点（秒）", "Lateness (s)", "late_s"),
    plain("用车辆数", "Vehicles", "vehicles"),
    plain("工时不均（0 最均）", "Unevenness of hours (0 even)", "fairness"),
    code("行驶时间依据", "Travel times", "travel_times", "travelTimes"),
    plain("随机种子", "Seed", "seed"),
    plain("计算时限（秒）", "Time limit (s)", "seconds"),
    instant("决定时间", "Decided", "decided_at"),
))  # fmt: skip

DISRUPTIONS = Table("行程变动", "Disruptions", (
    instant("发现时间", "Noticed", "noticed_at"),
    code("情形", "What", "kind", "disruption"),
    code("结果", "Outcome", "state", "disruptionState"),
    instant("答复时间", "Answered", "answered_at"),
    plain("派车单号", "Order no.", "order_no"),
    plain("车牌", "Plate", "plate"),
    plain("调整单数", "Trips re-planned", "trips"),
    plain("无车单数", "Trips without a vehicle", "unserved"),
    code("方案状态", "State of the plan", "plan_state", "planState"),
    code("更优方案", "Better plan", "better_plan_state", "planState"),
    plain("更优方案节省（秒）", "Better plan saves (s)", "better_saves_s"),
))  # fmt: skip

PLAN_TABLES: Mapping[str, Table] = {"plans": PLANS, "disruptions": DISRUPTIONS}
