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

PLAN_TABLES: Mapping[str, Table] = {"plans": PLANS}
