"""Mileage as files: months with their comparison, and a vehicle's days."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Column, Reader, Table, code, codes, made, named, plain
from web.exports.formats import Cell


def kilometres(zh: str, en: str, field: str) -> Column:
    """A length in km; empty when it is unknown."""

    def show(row: Any, _: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else round(value / 1000, 2)

    return made(zh, en, show)


def _month(row: Any, _: Reader) -> Cell:
    return None if row.month is None else f"{row.month:%Y-%m}"


def _gap(row: Any, _: Reader) -> Cell:
    return None if row.gap_s is None else round(row.gap_s / 60, 1)


MILEAGE = Table("里程核对", "Mileage compared", (
    made("月份", "Month", _month),
    plain("车牌", "Plate", "plate"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    plain("行驶次数", "Drives", "drives"),
    kilometres("轨迹里程（公里）", "By track (km)", "gps_m"),
    kilometres("道路里程（公里）", "By roads (km)", "matched_m"),
    kilometres("仪表里程（公里）", "By dashboard (km)", "dashboard_m"),
    code("仪表里程来源", "Dashboard by", "dashboard_by", "mileage.by"),
    kilometres("相差（公里）", "Difference (km)", "difference_m"),
    code("核对结果", "Compared", "compared", "mileageCompared"),
    codes("原因", "Reasons", "reasons", "mileageReason"),
    plain("车轮系数", "Wheel factor", "wheel_ratio"),
    plain("已匹配道路", "Matched drives", "matched"),
    plain("有仪表读数", "Drives with readings", "odometers"),
    plain("尚未匹配", "Waiting for the roads", "waiting"),
))  # fmt: skip

DAYS = Table("每日里程", "Mileage by day", (
    plain("日期", "Day", "day"),
    named("当时使用单位", "Unit using it then", "unit_name"),
    plain("行驶次数", "Drives", "drives"),
    kilometres("轨迹里程（公里）", "By track (km)", "gps_m"),
    kilometres("道路里程（公里）", "By roads (km)", "matched_m"),
    kilometres("仪表里程（公里）", "By dashboard (km)", "odometer_m"),
    kilometres("行驶之间增加（公里）", "Gained between drives (km)", "between_m"),
    made("信号中断（分钟）", "Without signal (min)", _gap),
    plain("已匹配道路", "Matched drives", "matched"),
    plain("有仪表读数", "Drives with readings", "odometers"),
    plain("尚未匹配", "Waiting for the roads", "waiting"),
))  # fmt: skip

MILEAGE_TABLES: Mapping[str, Table] = {"mileage": MILEAGE, "mileage-days": DAYS}
