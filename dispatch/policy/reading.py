"""A fleet policy from JSON and back. Pure; raises Invalid naming the key."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from dispatch.policy.document import LEAST_TURNAROUND_MIN, WHOLE_DAY_MIN, Energy, FleetPolicy, Restriction
from fleet.errors import Invalid
from fleet.vehicle import VehicleClass

MOST_PURPOSES, MOST_RESTRICTIONS, MOST_NAME = 40, 40, 60
MOST_TURNAROUND_MIN = 8 * 60
MOST_KM = 20_000.0
MOST_RESERVE_PCT = 90
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def read_policy(raw: object) -> FleetPolicy:
    """From what `as_json` writes; keys that are left out keep their defaults. Raises Invalid, unknown keys included."""
    body = _object(raw, "body", _KEYS)
    settings: dict[str, Any] = {}
    if "purposes" in body:
        stated = _object(body["purposes"], "purposes")
        if len(stated) > MOST_PURPOSES or any(len(name) > MOST_NAME for name in stated):
            raise Invalid(field="purposes", reason="too_many")
        settings["purposes"] = {name: _classes(each, f"purposes.{name}", least=1) for name, each in stated.items()}
    if "turnaround_min" in body:
        settings["turnaround_min"] = _whole(
            body["turnaround_min"], "turnaround_min", LEAST_TURNAROUND_MIN, MOST_TURNAROUND_MIN
        )
    if "farthest_km" in body:
        stated = _object(body["farthest_km"], "farthest_km")
        settings["farthest_km"] = {
            _class(name, "farthest_km"): _number(each, f"farthest_km.{name}", 1, MOST_KM)
            for name, each in stated.items()
        }
    if "restrictions" in body:
        rows = _list(body["restrictions"], "restrictions", MOST_RESTRICTIONS)
        settings["restrictions"] = tuple(_restriction(each, f"restrictions[{n}]") for n, each in enumerate(rows))
    if "energy" in body:
        settings["energy"] = _energy(body["energy"])
    if "unknown_papers_block" in body:
        settings["unknown_papers_block"] = _yes_no(body["unknown_papers_block"], "unknown_papers_block")
    return FleetPolicy(**settings)


def as_json(policy: FleetPolicy) -> dict[str, Any]:
    """JSON values, everything stated."""
    return {
        "purposes": {name: sorted(classes) for name, classes in sorted(policy.purposes.items())},
        "turnaround_min": policy.turnaround_min,
        "farthest_km": {str(name): km for name, km in sorted(policy.farthest_km.items())},
        "restrictions": [
            {
                "name": each.name,
                "weekdays": sorted(each.weekdays),
                "digits": sorted(each.digits),
                "from": _clock(each.from_min),
                "to": _clock(each.to_min),
                "nev_exempt": each.nev_exempt,
                "days_off_exempt": each.days_off_exempt,
                "exempt_classes": sorted(each.exempt_classes),
                "letter_as": each.letter_as,
                "area_id": None if each.area_id is None else str(each.area_id),
            }
            for each in policy.restrictions
        ],
        "energy": {
            "reserve_pct": policy.energy.reserve_pct,
            "charging_min": policy.energy.charging_min,
            "unknown_range_blocks": policy.energy.unknown_range_blocks,
        },
        "unknown_papers_block": policy.unknown_papers_block,
    }


def _restriction(raw: object, where: str) -> Restriction:
    row = _object(raw, where, _RESTRICTION_KEYS)
    name = row.get("name")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= MOST_NAME:
        raise Invalid(field=f"{where}.name", reason="missing")
    begins, ends = _minute(row.get("from", "00:00"), f"{where}.from"), _minute(row.get("to", "24:00"), f"{where}.to")
    if ends <= begins:
        raise Invalid(field=f"{where}.to", reason="not_a_span")
    letter = row.get("letter_as")
    area = row.get("area_id")
    return Restriction(
        name=name.strip(),
        weekdays=_numbers(row.get("weekdays"), f"{where}.weekdays", 1, 7),
        digits=_numbers(row.get("digits"), f"{where}.digits", 0, 9),
        from_min=begins,
        to_min=ends,
        nev_exempt=_yes_no(row.get("nev_exempt", False), f"{where}.nev_exempt"),
        days_off_exempt=_yes_no(row.get("days_off_exempt", False), f"{where}.days_off_exempt"),
        exempt_classes=_classes(row.get("exempt_classes", []), f"{where}.exempt_classes", least=0),
        letter_as=None if letter is None else _whole(letter, f"{where}.letter_as", 0, 9),
        area_id=None if area is None else _id(area, f"{where}.area_id"),
    )


def _energy(raw: object) -> Energy:
    row = _object(raw, "energy", _ENERGY_KEYS)
    charging = row.get("charging_min")
    return Energy(
        reserve_pct=_whole(row.get("reserve_pct", Energy().reserve_pct), "energy.reserve_pct", 0, MOST_RESERVE_PCT),
        charging_min=None if charging is None else _whole(charging, "energy.charging_min", 10, WHOLE_DAY_MIN),
        unknown_range_blocks=_yes_no(row.get("unknown_range_blocks", False), "energy.unknown_range_blocks"),
    )


_KEYS = frozenset({"purposes", "turnaround_min", "farthest_km", "restrictions", "energy", "unknown_papers_block"})
_RESTRICTION_KEYS = frozenset(
    {
        "name",
        "weekdays",
        "digits",
        "from",
        "to",
        "nev_exempt",
        "days_off_exempt",
        "exempt_classes",
        "letter_as",
        "area_id",
    }
)
_ENERGY_KEYS = frozenset({"reserve_pct", "charging_min", "unknown_range_blocks"})


def _object(raw: object, where: str, known: Iterable[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise Invalid(field=where, reason="not_an_object")
    if known is not None and (strange := set(raw) - set(known)):
        raise Invalid(field=where, reason="unknown_key", key=min(strange))
    return raw


def _list(raw: object, where: str, most: int, least: int = 0) -> list[Any]:
    if not isinstance(raw, list) or not least <= len(raw) <= most:
        raise Invalid(field=where, reason="not_a_list")
    return raw


def _classes(raw: object, where: str, least: int) -> frozenset[VehicleClass]:
    return frozenset(_class(each, where) for each in _list(raw, where, len(VehicleClass), least))


def _class(raw: object, where: str) -> VehicleClass:
    try:
        return VehicleClass(str(raw))
    except ValueError:
        raise Invalid(field=where, reason="unknown") from None


def _numbers(raw: object, where: str, least: int, most: int) -> frozenset[int]:
    return frozenset(_whole(each, where, least, most) for each in _list(raw, where, 10, least=1))


def _whole(raw: object, where: str, least: int, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise Invalid(field=where, reason="out_of_range", least=least, most=most)
    return raw


def _number(raw: object, where: str, least: float, most: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or not least <= raw <= most:
        raise Invalid(field=where, reason="out_of_range", least=least, most=most)
    return float(raw)


def _yes_no(raw: object, where: str) -> bool:
    if not isinstance(raw, bool):
        raise Invalid(field=where, reason="not_yes_or_no")
    return raw


def _id(raw: object, where: str) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError:
        raise Invalid(field=where, reason="unknown") from None


def _minute(raw: object, where: str) -> int:
    if not isinstance(raw, str) or not CLOCK.fullmatch(raw):
        raise Invalid(field=where, reason="not_a_time")
    hours, minutes = raw.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
