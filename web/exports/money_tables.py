"""Money as files: tariffs, monthly statements by unit, and the trips of one statement. Amounts in yuan."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Column, Reader, Table, code, instant, made, named, place, plain, yes_no
from web.exports.formats import Cell
from web.exports.mileage_tables import kilometres


def yuan(zh: str, en: str, field: str) -> Column:
    """Cents as yuan; empty when unknown."""

    def show(row: Any, _: Reader) -> Cell:
        cents = getattr(row, field)
        return None if cents is None else cents / 100

    return made(f"{zh}（元）", f"{en} (CNY)", show)


def _tiers(row: Any, _: Reader) -> Cell:
    tiers = row.km_tiers or []
    return "; ".join(f"> {tier['from_km']} km: {tier['cents_per_km'] / 100:.2f}" for tier in tiers)


def _class(row: Any, reader: Reader) -> Cell:
    if row.vehicle_class is None:
        return "其他各类" if reader.language == "zh" else "Every other class"
    return reader.word("vehicleClass", row.vehicle_class)


def _month(row: Any, _: Reader) -> Cell:
    return None if row.month is None else f"{row.month:%Y-%m}"


TARIFFS = Table("收费标准", "Tariffs", (
    made("车辆类别", "Vehicle class", _class),
    plain("版本", "Version", "version_no"),
    code("状态", "State", "state", "tariffState"),
    yes_no("现在有效", "Holds now", "holds_now"),
    instant("生效时间", "Holds from", "since"),
    instant("失效时间", "Until", "until"),
    yuan("每公里", "Per km", "cents_per_km"),
    made("分段里程价", "Tiers", _tiers),
    yuan("每小时", "Per hour", "cents_per_hour"),
    yuan("每等候小时", "Per hour of waiting", "cents_per_waiting_hour"),
    plain("免费等候（分钟）", "Free waiting (min)", "waiting_free_min"),
    yuan("驾驶员每日补助", "Driver's allowance a day", "allowance_cents_per_day"),
    plain("满多少小时计一天", "Hours that make a day", "allowance_from_h"),
    yuan("最低收费", "Minimum", "minimum_cents"),
    plain("理由", "Reason", "reason"),
    plain("起草人", "Drafted by", "created_by_name"),
    plain("核准人", "Put in force by", "settled_by_name"),
))  # fmt: skip

STATEMENTS = Table("用车费用月结", "Monthly statements", (
    made("月份", "Month", _month),
    named("用车单位", "Unit", "unit_name"),
    plain("已结算趟次", "Trips settled", "trips"),
    kilometres("里程（公里）", "Distance (km)", "distance_m"),
    yuan("费用", "Cost", "cost_cents"),
    plain("待结算趟次", "Not settled yet", "waiting"),
))  # fmt: skip

LINES = Table("月结明细", "Trips of the statement", (
    plain("派车单号", "Order no.", "order_no"),
    instant("出发", "Left", "started_at"),
    instant("返回", "Back", "ended_at"),
    plain("车牌", "Plate", "plate"),
    code("车辆类别", "Vehicle class", "vehicle_class", "vehicleClass"),
    plain("申请人", "Requester", "requester_name"),
    code("事由", "Purpose", "purpose", "purposeKind"),
    plain("说明", "Details", "purpose_text"),
    place("上车地点", "From", "origin"),
    place("目的地", "To", "destination"),
    kilometres("里程（公里）", "Distance (km)", "distance_m"),
    code("里程来源", "Measured by", "distance_source", "distanceSource"),
    plain("收费版本", "Tariff version", "tariff_no"),
    yuan("里程费", "Distance", "distance_cents"),
    yuan("用车时间及等候费", "Time and waiting", "time_cents"),
    yuan("驾驶员补助", "Driver's allowance", "allowance_cents"),
    yuan("补足最低收费", "Up to the minimum", "minimum_cents"),
    yuan("路桥停车等票据", "Tolls, parking, vouchers", "voucher_cents"),
    yuan("拼车分摊", "Shared with others", "shared_cents"),
    yuan("租车及公共交通", "Hire and public transport", "means_cents"),
    yuan("合计", "Total", "cost_cents"),
))  # fmt: skip

MONEY_TABLES: Mapping[str, Table] = {"tariffs": TARIFFS, "statements": STATEMENTS, "statement-lines": LINES}
