"""The fleet policy and papers of vehicles as files."""

from collections.abc import Mapping
from typing import Any

from web.exports.columns import Column, Reader, Table, code, instant, made, plain, yes_no
from web.exports.formats import Cell

WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def _of(zh: str, en: str, name: str) -> Column:
    """A value of the version's body."""

    def show(row: Any, _: Reader) -> Cell:
        value = (row.body or {}).get(name)
        return None if isinstance(value, dict | list) else value

    return made(zh, en, show)


def _purposes(row: Any, reader: Reader) -> Cell:
    stated = (row.body or {}).get("purposes", {})
    return "; ".join(
        f"{reader.word('purposeKind', name)}: {', '.join(reader.word('vehicleClass', each) for each in classes)}"
        for name, classes in stated.items()
    )


def _farthest(row: Any, reader: Reader) -> Cell:
    stated = (row.body or {}).get("farthest_km", {})
    return "; ".join(f"{reader.word('vehicleClass', name)}: {km:g} km" for name, km in stated.items())


def _restrictions(row: Any, reader: Reader) -> Cell:
    names = WEEKDAYS["zh" if reader.language == "zh" else "en"]
    told = []
    for each in (row.body or {}).get("restrictions", []):
        days = ("" if reader.language == "zh" else " ").join(names[day - 1] for day in each["weekdays"])
        digits = "/".join(str(digit) for digit in each["digits"])
        told.append(f"{each['name']}: {days} {digits} {each['from']}-{each['to']}")
    return "; ".join(told)


def _reserve(row: Any, _: Reader) -> Cell:
    value: Cell = (row.body or {}).get("energy", {}).get("reserve_pct")
    return value


def _charging(row: Any, _: Reader) -> Cell:
    value: Cell = (row.body or {}).get("energy", {}).get("charging_min")
    return value


POLICIES = Table("用车政策", "Fleet policy", (
    plain("版本", "Version", "version_no"),
    code("状态", "State", "state", "tariffState"),
    yes_no("现在有效", "Holds now", "holds_now"),
    instant("生效时间", "Holds from", "since"),
    instant("失效时间", "Until", "until"),
    made("事由与车辆类别", "Classes by purpose", _purposes),
    _of("两趟间隔（分钟）", "Turnaround (min)", "turnaround_min"),
    made("最远里程", "Farthest", _farthest),
    made("限行", "Plate restrictions", _restrictions),
    made("电量保留（%）", "Battery reserve (%)", _reserve),
    made("间隔充电（分钟）", "Charging between trips (min)", _charging),
    plain("理由", "Reason", "reason"),
    plain("起草人", "Drafted by", "created_by_name"),
    plain("核准人", "Put in force by", "settled_by_name"),
    plain("据此派车（单）", "Orders judged by it", "orders"),
))  # fmt: skip

PAPERS = Table("车辆证件", "Papers of a vehicle", (
    plain("车牌", "Plate", "plate"),
    code("证件", "Paper", "kind", "paperKind"),
    plain("编号", "Number", "number"),
    plain("签发日期", "Issued on", "issued_on"),
    plain("有效期至", "Valid until", "valid_until"),
    plain("说明", "Note", "note"),
    plain("登记人", "Entered by", "entered_by_name"),
    instant("登记时间", "Entered at", "entered_at"),
    plain("作废人", "Taken out by", "taken_out_by_name"),
    instant("作废时间", "Taken out at", "taken_out_at"),
    plain("作废原因", "Why taken out", "taken_out_why"),
))  # fmt: skip

POLICY_TABLES: Mapping[str, Table] = {"fleet-policies": POLICIES, "vehicle-papers": PAPERS}
