"""The dispatch order (派车单) as facts of its paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from web import labels
from web.exports.columns import Reader
from web.labels import Language
from web.papers.setting import qr_code
from web.store.orders import OrderDetail
from web.store.story import ApprovalRow

# Headings of the paper: Chinese, English.
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("公务用车派车单", "Dispatch order"),
    "number": ("派车单号", "Order no."),
    "unit": ("用车单位", "Unit"),
    "state": ("状态", "State"),
    "requester": ("申请人", "Requester"),
    "type": ("用车类型", "Kind"),
    "people": ("乘车人", "Passengers"),
    "count": ("{n} 人", "{n} people"),
    "purpose": ("用车事由", "Purpose"),
    "origin": ("上车地点", "From"),
    "stops": ("途经地点", "By way of"),
    "destination": ("目的地", "To"),
    "way": ("行程方式", "Way"),
    "round_trip": ("往返，车辆等候", "There and back, the vehicle waits"),
    "one_way": ("单程", "One way"),
    "planned_start_at": ("计划出发", "Planned start"),
    "planned_end_at": ("计划结束", "Planned end"),
    "vehicle": ("车辆", "Vehicle"),
    "driver": ("驾驶员", "Driver"),
    "dispatcher": ("派车人", "Dispatched by"),
    "phone": ("联系电话", "Phone"),
    "departed_at": ("实际出发", "Left"),
    "returned_at": ("实际返回", "Back"),
    "depart_odometer": ("出车里程表", "Odometer out"),
    "return_odometer": ("回场里程表", "Odometer in"),
    "distance": ("结算里程", "Distance settled"),
    "approvals": ("审批记录", "Approvals"),
    "level": ("层级", "Level"),
    "approver": ("审批人", "Approver"),
    "decision": ("结论", "Decision"),
    "opinion": ("意见", "Opinion"),
    "decided_at": ("时间", "Time"),
    "approved": ("批准", "Approved"),
    "rejected": ("不批准", "Not approved"),
    "none": ("暂无审批记录", "Nobody has decided yet"),
    "costs": ("费用构成", "How the cost is made up"),
    "item": ("项目", "Item"),
    "quantity": ("数量", "Quantity"),
    "rate": ("单价（元）", "Rate (CNY)"),
    "amount": ("金额（元）", "Amount (CNY)"),
    "days": ("天", "days"),
    "total": ("合计", "Total"),
    "sign_user": ("用车人签字", "Passenger"),
    "sign_driver": ("驾驶员签字", "Driver"),
    "sign_dispatcher": ("派车人签字", "Dispatcher"),
    "signed_on": ("日期：      年    月    日", "Date:"),
    "footer": ("打印：{by}  {at}（{zone}）", "Printed by {by}, {at} ({zone})"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """By whom and when a paper is printed, in which language and zone."""

    by: str
    at: datetime
    language: Language
    zone: ZoneInfo

    def word(self, name: str, words: Mapping[str, tuple[str, str]]) -> str:
        return words[name][0 if self.language == "zh" else 1]

    def time(self, instant: datetime | None) -> str:
        return "" if instant is None else f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"

    @property
    def footer(self) -> str:
        zone = Reader(language=self.language, zone=self.zone).zone_name
        return self.word("footer", WORDS).format(by=self.by, at=self.time(self.at), zone=zone)


def order_facts(
    order: OrderDetail, approvals: Sequence[ApprovalRow], passengers: Sequence[str], tenant: str, printed: Printed
) -> dict[str, object]:
    """Everything the paper of an order says; what is not known yet leaves room for a pen."""

    def say(name: str) -> str:
        return printed.word(name, WORDS)

    number = str(order.order_no)
    return {
        "lang": printed.language,
        "title": say("title"),
        "tenant": tenant,
        "number": f"{say('number')} {number}",
        "qr": qr_code(number),
        "rows": _rows(order, passengers, printed),
        "approvals_title": say("approvals"),
        "approvals_head": [say(name) for name in ("level", "approver", "decision", "opinion", "decided_at")],
        "approvals": [
            [str(one.level), one.approver_name, say(one.decision), one.opinion, printed.time(one.decided_at)]
            for one in approvals
        ],
        "none": say("none"),
        "costs_title": say("costs"),
        "costs_head": [say(name) for name in ("item", "quantity", "rate", "amount")],
        "costs": _costs(order, printed),
        "signatures": [say(name) for name in ("sign_user", "sign_driver", "sign_dispatcher")],
        "signed_on": say("signed_on"),
        "footer": printed.footer,
    }  # fmt: skip


def _rows(order: OrderDetail, passengers: Sequence[str], printed: Printed) -> list[list[str]]:
    """Rows of two labels, or of one with room for a long text."""

    def pair(first: str, one: str, second: str, two: str) -> list[str]:
        return [printed.word(first, WORDS), one, printed.word(second, WORDS), two]

    def wide(name: str, text: str) -> list[str]:
        return [printed.word(name, WORDS), text]

    comma = labels.word(printed.language, "punctuation", "comma")
    count = printed.word("count", WORDS).format(n=order.passengers)
    people = f"{comma.join(passengers)}（{count}）" if passengers else count
    unit = order.unit_name_en if printed.language == "en" and order.unit_name_en else order.unit_name
    purpose = " · ".join(filter(None, (_coded(printed, "purposeKind", order.purpose), order.purpose_text)))
    stops = " → ".join(stop["name"] for stop in order.stops)
    vehicle = "  ".join(filter(None, (order.plate, order.make_model)))
    driver = "  ".join(filter(None, (order.driver_name, order.driver_phone)))
    distance = "" if order.distance_m is None else f"{order.distance_m / 1000:.1f} km"
    return [
        pair("unit", unit, "number", str(order.order_no)),
        pair("requester", order.requester_name or "", "type", _coded(printed, "orderType", order.type)),
        pair("state", _coded(printed, "orderState", order.state), "way", printed.word("round_trip" if order.round_trip else "one_way", WORDS)),
        wide("people", people),
        wide("purpose", purpose),
        wide("origin", _place(order.origin)),
        *([wide("stops", stops)] if stops else []),
        wide("destination", _place(order.destination)),
        pair("planned_start_at", printed.time(order.planned_start_at), "planned_end_at", printed.time(order.planned_end_at)),
        pair("vehicle", vehicle, "driver", driver),
        pair("dispatcher", order.assigned_by_name or "", "phone", order.assigned_by_phone or ""),
        pair("departed_at", printed.time(order.departed_at), "returned_at", printed.time(order.returned_at)),
        pair("depart_odometer", _km(order.depart_odometer_km), "return_odometer", _km(order.return_odometer_km)),
        *([wide("distance", distance)] if distance else []),
    ]  # fmt: skip


def _costs(order: OrderDetail, printed: Printed) -> list[list[str]]:
    """The amount line by line, with its sum; nothing before it is settled."""
    if order.cost_lines is None or order.cost_cents is None:
        return []
    rows = []
    for line in order.cost_lines:
        name = _coded(printed, "chargeLine", line["code"])
        if line["from_km"]:
            name += f" (> {line['from_km']} km)"
        rows.append([name, _quantity(line, printed), yuan(line["rate_cents"]), yuan(line["cents"])])
    return [*rows, [printed.word("total", WORDS), "", "", yuan(order.cost_cents)]]


def _quantity(line: Mapping[str, Any], printed: Printed) -> str:
    """As it is charged: kilometres, hours, days; nothing for a receipt."""
    quantity = line["quantity"] / line["per"]
    match line["unit"]:
        case "m":
            return f"{quantity:.2f} km"
        case "s":
            return f"{quantity:.2f} h"
        case "day":
            return f"{quantity:.0f} {printed.word('days', WORDS)}"
        case _:
            return ""


def yuan(cents: int) -> str:
    """An amount with its thousands apart; cents are never lost."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _place(place: Mapping[str, object] | None) -> str:
    return "" if place is None else str(place["name"])


def _km(reading: float | None) -> str:
    return "            km" if reading is None else f"{reading:.1f} km"


def _coded(printed: Printed, group: str, code: str) -> str:
    return labels.word(printed.language, group, code)
