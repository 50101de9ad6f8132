"""Sizing and the end of trips as files: days, vehicles, drivers, units; what was left behind."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Column, Reader, Table, code, degrees, instant, made, named, plain
from web.exports.formats import Cell
from web.exports.mileage_tables import kilometres


def rounded(zh: str, en: str, field: str, digits: int) -> Column:
    def show(row: Any, _: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else round(value, digits)

    return made(zh, en, show)


DAYS = Table("每日车辆规模", "Fleet by day", (
    plain("日期", "Day", "day"),
    plain("申请趟次", "Asked", "asked"),
    plain("完成趟次", "Served", "served"),
    plain("未满足", "Unmet", "unmet"),
    plain("在用车辆", "In service", "in_service"),
    plain("当日出车车辆", "Used", "used"),
    plain("同时在外最多", "Most out at once", "peak"),
    instant("最多时刻", "At", "peak_at"),
    plain("够用的车辆数", "Would have been enough", "enough"),
))  # fmt: skip

VEHICLES = Table("车辆利用", "Use of vehicles", (
    plain("车牌", "Plate", "plate"),
    plain("在用天数", "Days in service", "days_in_service"),
    plain("出车天数", "Days used", "days_used"),
    rounded("利用率", "Utilisation", "utilisation", 3),
    plain("趟次", "Trips", "trips"),
    rounded("用车小时", "Hours", "hours", 1),
    kilometres("里程（公里）", "Distance (km)", "distance_m"),
    kilometres("空驶（公里）", "Empty (km)", "empty_m"),
))  # fmt: skip

DRIVERS = Table("驾驶员负荷", "Load of drivers", (
    plain("驾驶员", "Driver", "name"),
    plain("出车天数", "Days", "days"),
    plain("趟次", "Trips", "trips"),
    rounded("小时", "Hours", "hours", 1),
    kilometres("里程（公里）", "Distance (km)", "distance_m"),
))  # fmt: skip

UNITS = Table("单位用车满足", "Requests of units", (
    named("单位", "Unit", "unit_name"),
    plain("申请趟次", "Asked", "asked"),
    plain("完成趟次", "Served", "served"),
    plain("未满足", "Unmet", "unmet"),
    plain("准点上车", "Picked up on time", "on_time"),
    plain("有上车时刻的趟次", "Pick-up known", "measured"),
    rounded("响应时间中位数（工作分钟）", "Median response (working min)", "response_min", 1),
))  # fmt: skip

LOST = Table("遗失物品", "Left behind", (
    instant("时间", "Reported", "reported_at"),
    plain("派车单号", "Order no.", "order_no"),
    plain("车牌", "Plate", "plate"),
    code("类型", "Kind", "kind", "lostKind"),
    plain("物品", "What", "what"),
    plain("位置", "Where", "place"),
    plain("报告人", "Reported by", "reported_by_name"),
    code("处理", "State", "state", "lostState"),
    plain("处理人", "Closed by", "closed_by_name"),
    instant("处理时间", "Closed", "closed_at"),
    plain("说明", "Remark", "closing_note"),
))  # fmt: skip

SHARE_SITES = Table("分时租赁站点", "Time-share sites", (
    plain("站点", "Site", "name"),
    plain("现有车辆", "Standing now", "standing"),
    plain("车位", "Bays", "bays"),
    plain("正在驶来", "On the way", "on_the_way"),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
))  # fmt: skip

SHARE_CARS = Table("分时租赁车辆", "Time-share cars", (
    plain("车牌", "Plate", "plate"),
    plain("车型", "Model", "make_model"),
    plain("所在站点", "Site", "site_name"),
    instant("下次预订", "Promised next", "next_at"),
))  # fmt: skip

SIZING_TABLES: Mapping[str, Table] = {
    "sizing-days": DAYS,
    "sizing-vehicles": VEHICLES,
    "sizing-drivers": DRIVERS,
    "sizing-units": UNITS,
    "lost-property": LOST,
    "share-sites": SHARE_SITES,
    "share-cars": SHARE_CARS,
}
