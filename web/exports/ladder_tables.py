"""Lending, vendors, their prices and lump sums as files."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Reader, Table, code, instant, made, named, plain, yes_no
from web.exports.formats import Cell
from web.exports.money_tables import yuan


def _plate(row: Any, reader: Reader) -> Cell:
    if row.plate is None:
        return "该单位使用的全部车辆" if reader.language == "zh" else "Every vehicle it uses"
    return str(row.plate)


def _to(row: Any, reader: Reader) -> Cell:
    if row.to_unit_name is None:
        return "任何单位" if reader.language == "zh" else "Any unit"
    return str(row.to_unit_name_en) if reader.language == "en" and row.to_unit_name_en else str(row.to_unit_name)


def _level(row: Any, reader: Reader) -> Cell:
    return row.level or ("其他人员" if reader.language == "zh" else "Everybody else")


LENDING = Table("车辆借用", "Lending", (
    named("出借单位", "Lender", "unit_name"),
    made("车辆", "Vehicle", _plate),
    made("借给", "Lent to", _to),
    instant("开始", "From", "start_at"),
    instant("结束", "Until", "end_at"),
    code("状态", "State", "state", "lendingState"),
    plain("说明", "Words", "words"),
    instant("提出时间", "Asked", "asked_at"),
    plain("提出人", "Asked by", "asked_by_name"),
    instant("答复时限", "Answer by", "answer_by"),
    instant("答复时间", "Answered", "answered_at"),
    plain("答复人", "Answered by", "answered_by_name"),
))  # fmt: skip

VENDORS = Table("租车公司", "Vendors", (
    plain("名称", "Name", "name"),
    plain("电话", "Phone", "phone"),
    yes_no("在用", "In use", "active"),
    plain("现行价格数", "Prices in force", "prices"),
))  # fmt: skip

PRICES = Table("租车价格", "Hire prices", (
    plain("租车公司", "Vendor", "vendor_name"),
    plain("乘客座位", "Seats", "seats"),
    yuan("每天", "Per day", "cents_per_day"),
    yuan("每公里", "Per km", "cents_per_km"),
    yuan("最低收费", "Minimum", "minimum_cents"),
    instant("生效时间", "Holds from", "since"),
    instant("失效时间", "Until", "until"),
    yes_no("现在有效", "Holds now", "holds_now"),
    plain("录入人", "Entered by", "created_by_name"),
))  # fmt: skip

LUMP_SUMS = Table("公共交通包干标准", "Lump sums of public transport", (
    code("方式", "Mode", "mode", "travelMode"),
    made("人员级别", "Level", _level),
    plain("单程不超过（公里）", "Up to (km one way)", "up_to_km"),
    yuan("每人每程", "A person and way", "cents_per_person"),
    instant("生效时间", "Holds from", "since"),
    instant("失效时间", "Until", "until"),
    yes_no("现在有效", "Holds now", "holds_now"),
    plain("录入人", "Entered by", "created_by_name"),
))  # fmt: skip

LADDER_TABLES: Mapping[str, Table] = {
    "lending": LENDING, "vendors": VENDORS, "vendor-prices": PRICES, "lump-sums": LUMP_SUMS,
}  # fmt: skip
