"""A unit's month as facts of its paper: totals, what is not settled yet, and one line a trip."""

from collections.abc import Mapping, Sequence

from web.papers.dispatch_order import Printed, yuan
from web.store.money import StatementLine, UnitMonthRow

# Headings of the paper: Chinese, English.
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("公务用车费用月结单", "Monthly statement of trips"),
    "beneath": ("{unit}　{month}", "{unit}, {month}"),
    "trips": ("已结算趟次", "Trips settled"),
    "distance": ("里程（公里）", "Distance (km)"),
    "cost": ("费用合计（元）", "Total (CNY)"),
    "note": ("另有 {n} 趟已还车而未结算，不在本单内。", "{n} more trips are over and not settled yet; they are not on this statement."),
    "order_no": ("单号", "No."),
    "started_at": ("出发", "Left"),
    "plate": ("车牌", "Plate"),
    "what": ("申请人 · 事由 · 目的地", "Requester, purpose, destination"),
    "km": ("公里", "km"),
    "by_distance": ("里程费", "Distance"),
    "by_time": ("时间补助", "Time, driver"),
    "by_voucher": ("票据及其他", "Vouchers etc."),
    "total": ("合计", "Total"),
    "sign_unit": ("用车单位确认（盖章）", "Unit"),
    "sign_centre": ("车辆服务中心", "Vehicle service centre"),
}  # fmt: skip


def statement_facts(month: UnitMonthRow, lines: Sequence[StatementLine], printed: Printed) -> dict[str, object]:
    """Everything the paper says. Each line's parts add up to its total, the lines to the sum at the top."""

    def say(name: str) -> str:
        return printed.word(name, WORDS)

    unit = month.unit_name_en if printed.language == "en" and month.unit_name_en else month.unit_name
    return {
        "lang": printed.language,
        "title": say("title"),
        "beneath": say("beneath").format(unit=unit, month=f"{month.month:%Y-%m}"),
        "totals": [
            [say("trips"), str(month.trips)],
            [say("distance"), f"{month.distance_m / 1000:.1f}"],
            [say("cost"), yuan(month.cost_cents)],
        ],
        "note": say("note").format(n=month.waiting) if month.waiting else "",
        "head": [say(name) for name in ("order_no", "started_at", "plate", "what", "km", "by_distance", "by_time", "by_voucher", "total")],
        "lines": [_line(line, printed) for line in lines],
        "signatures": [say("sign_unit"), say("sign_centre")],
        "footer": printed.footer,
    }  # fmt: skip


def _line(line: StatementLine, printed: Printed) -> list[str]:
    place = (line.destination or {}).get("name", "")
    return [
        str(line.order_no),
        printed.time(line.started_at),
        line.plate or "",
        " · ".join(filter(None, (line.requester_name, line.purpose_text, place))),
        "" if line.distance_m is None else f"{line.distance_m / 1000:.1f}",
        yuan(line.distance_cents),
        yuan(line.time_cents + line.allowance_cents),
        yuan(line.minimum_cents + line.voucher_cents + line.shared_cents + line.means_cents),
        yuan(line.cost_cents),
    ]
