"""The past of a vehicle as files: its drives and its stops."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Column, Reader, Table, code, degrees, instant, made, named, plain
from web.exports.formats import Cell


def _rounded(zh: str, en: str, field: str, decimals: int, per: float = 1.0) -> Column:
    """A measured value in another unit."""

    def show(row: Any, _: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else round(value / per, decimals)

    return made(zh, en, show)


def _minutes(row: Any, _: Reader) -> Cell:
    """How long it lasted; nothing while it goes on."""
    if row.ended_at is None or row.started_at is None:
        return None
    lasted: float = round((row.ended_at - row.started_at).total_seconds() / 60, 1)
    return lasted


def _alerts(row: Any, reader: Reader) -> Cell:
    told = (f"{reader.word('ruleName', one.rule)} {one.alert_no}" for one in row.alerts or ())
    return reader.word("punctuation", "comma").join(told)


DRIVES = Table("行驶记录", "Drives", (
    instant("开始时间", "Began", "started_at"),
    instant("结束时间", "Ended", "ended_at"),
    made("时长（分钟）", "Duration (min)", _minutes),
    named("起点", "From", "start_place"),
    named("终点", "To", "end_place"),
    _rounded("里程（公里）", "Distance (km)", "distance_m", 2, 1000),
    _rounded("道路里程（公里）", "By roads (km)", "matched_m", 2, 1000),
    _rounded("仪表里程（公里）", "By dashboard (km)", "odometer_m", 2, 1000),
    _rounded("平均速度（km/h）", "Mean speed (km/h)", "mean_speed_kmh", 1),
    _rounded("最高速度（km/h）", "Top speed (km/h)", "top_speed_kmh", 1),
    _rounded("信号中断（分钟）", "Without signal (min)", "gap_s", 1, 60),
    plain("定位点数", "Fixes", "fixes"),
    plain("派车单号", "Order no.", "order_no"),
    made("疑点", "Suspicions", _alerts),
    plain("驾驶员", "Driver", "driver_name"),
    code("驾驶员依据", "Driver by", "driver_source", "driverSource"),
    plain("派车单上的驾驶员", "Driver the order names", "order_driver_name"),
    degrees("起点经度", "From, longitude", "start_lon"),
    degrees("起点纬度", "From, latitude", "start_lat"),
    degrees("终点经度", "To, longitude", "end_lon"),
    degrees("终点纬度", "To, latitude", "end_lat"),
))  # fmt: skip

STOPS = Table("停留记录", "Stops", (
    instant("开始时间", "Began", "started_at"),
    instant("结束时间", "Ended", "ended_at"),
    made("时长（分钟）", "Duration (min)", _minutes),
    named("地点", "Place", "place"),
    plain("区域", "Area", "area_name"),
    _rounded("点火未熄（分钟）", "Ignition on (min)", "ignition_on_s", 1, 60),
    made("疑点", "Suspicions", _alerts),
    degrees("经度", "Longitude", "lon"),
    degrees("纬度", "Latitude", "lat"),
))  # fmt: skip

PAST_TABLES: Mapping[str, Table] = {"drives": DRIVES, "stops": STOPS}
