"""A policy from JSON and back, and whether it leaves a trip without a row. Pure; raises Invalid naming the key."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from itertools import product
from typing import Any, TypeVar
from uuid import UUID

from dispatch.approving.chain import TripFacts, matches
from dispatch.approving.policy import Level, OnBudget, Policy, Post, Row, TripPlace, TripTime, When, Where, Who
from fleet.access import Role
from fleet.errors import Invalid
from fleet.order import OrderType
from fleet.vehicle import VehicleClass

MOST_ROWS, MOST_LEVELS = 40, 6
MOST_MIN = 7 * 24 * 60
MOST_NUMBER = 100_000.0
DECIDING_ROLES = frozenset({Role.APPROVER, Role.UNIT_ADMIN, Role.FLEET_ADMIN, Role.FINANCE})
NO_UNIT = UUID(int=0)
MOST_TRIPS = 100_000  # tried for a gap; more distinct numbers nobody can read
Word = TypeVar("Word", bound=StrEnum)


def read_policy(raw: object) -> Policy:
    """From what `as_json` writes. Raises Invalid, also with reason `not_covered` and the trip no row matches."""
    body = _object(raw, "body")
    _known(body, "body", {field.name for field in fields(Policy)})
    rows = _list(body.get("rows"), "rows", MOST_ROWS)
    overriders = _list(body.get("overriders", []), "overriders", MOST_ROWS, least=0)
    settings: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("remind_after_min", "escalate_after_min"):
            settings[name] = int(_number(value, name, 5, MOST_MIN))
        elif name in ("city_within_km", "province_within_km"):
            settings[name] = _number(value, name, 1, MOST_NUMBER)
        elif name in ("budget_over", "budget_unknown"):
            settings[name] = _word(OnBudget, value, name)
    policy = Policy(
        rows=tuple(_row(each, f"rows[{n}]") for n, each in enumerate(rows)),
        overriders=tuple(_who(each, f"overriders[{n}]") for n, each in enumerate(overriders)),
        **settings,
    )
    _check(policy)
    return policy


def as_json(policy: Policy) -> dict[str, Any]:
    """JSON values; conditions and persons that do not matter are left out."""
    return {
        **{name: getattr(policy, name) for name in ("remind_after_min", "escalate_after_min", "city_within_km", "province_within_km")},
        "budget_over": policy.budget_over.value,
        "budget_unknown": policy.budget_unknown.value,
        "overriders": [who_json(who) for who in policy.overriders],
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "name_en": row.name_en,
                "when": _when_json(row.when),
                "levels": [who_json(level.who) | {"note_required": level.note_required} for level in row.levels],
            }
            for row in policy.rows
        ],
    }  # fmt: skip


def who_json(who: Who) -> dict[str, Any]:
    if who.role is not None:
        return {"role": who.role.value, "of": who.of.value}
    return {"post": who.post.value} if who.post is not None else {"person_id": str(who.person_id)}


def read_who(raw: object) -> Who:
    """From what `who_json` writes."""
    return _who(raw, "who")


def uncovered(policy: Policy) -> TripFacts | None:
    """A trip no row matches, or None. Every combination of what the rows can tell apart is tried, so None is a proof."""
    whens = [row.when for row in policy.rows]
    hours = sorted({0.1, MOST_NUMBER, *_edges(n for w in whens for n in (w.over_h, w.up_to_h))})
    kms = [None, 0.0, *_edges(n for w in whens for n in (w.over_km, w.up_to_km))]
    classes = list(VehicleClass) if any(when.vehicle_classes for when in whens) else [VehicleClass.OTHER]
    types = list(OrderType) if any(when.types for when in whens) else [OrderType.NORMAL]
    doubts = (False, True) if any(when.provisional is not None for when in whens) else (False,)
    if len(classes) * len(types) * len(hours) * len(kms) * len(TripPlace) * len(TripTime) * len(doubts) > MOST_TRIPS:
        raise Invalid(field="rows", reason="too_many")
    # Of no named unit: being one of them can only add rows.
    for each, kind, long_h, km, where, time, doubt in product(classes, types, hours, kms, TripPlace, TripTime, doubts):
        facts = TripFacts(
            units=(NO_UNIT,), type=kind, vehicle_class=each, duration_h=long_h, distance_km=km, place=where, place_by="area",
            time=time, provisional=doubt,
        )  # fmt: skip
        if not any(matches(row, facts) for row in policy.rows):
            return facts
    return None


def _edges(limits: Iterable[float | None]) -> list[float]:
    """Each limit and a little more: both sides of every condition."""
    return sorted({limit + more for limit in limits if limit is not None for more in (0.0, 0.01)})


def _check(policy: Policy) -> None:
    codes = [row.code for row in policy.rows]
    if len(set(codes)) < len(codes):
        raise Invalid(field="rows", reason="twice")
    if policy.escalate_after_min <= policy.remind_after_min:
        raise Invalid(field="escalate_after_min", reason="not_after_reminder")
    if policy.province_within_km < policy.city_within_km:
        raise Invalid(field="province_within_km", reason="below_city")
    if (gap := uncovered(policy)) is not None:
        found = {name: value for name, value in asdict(gap).items() if name in ("duration_h", "distance_km")}
        words = {"type": gap.type.value, "vehicle_class": gap.vehicle_class and gap.vehicle_class.value}
        raise Invalid(
            field="rows",
            reason="not_covered",
            trip={**words, **found, "place": gap.place.value, "time": gap.time.value},
        )


def _row(raw: object, where: str) -> Row:
    body = _object(raw, where)
    _known(body, where, {"code", "name", "name_en", "when", "levels"})
    levels = [
        _object(each, f"{where}.levels[{n}]")
        for n, each in enumerate(_list(body.get("levels"), f"{where}.levels", MOST_LEVELS))
    ]
    return Row(
        code=_text(body.get("code"), f"{where}.code"),
        name=_text(body.get("name"), f"{where}.name"),
        name_en=_text(body.get("name_en", ""), f"{where}.name_en", least=0),
        when=_when(body.get("when", {}), f"{where}.when"),
        levels=tuple(
            Level(who=_who({k: v for k, v in each.items() if k != "note_required"}, f"{where}.levels[{n}]"),
                  note_required=each.get("note_required", False) is True)
            for n, each in enumerate(levels)
        ),
    )  # fmt: skip


def _when(raw: object, where: str) -> When:
    body = _object(raw, where)
    _known(body, where, {field.name for field in fields(When)})
    doubt = body.get("provisional")
    if doubt is not None and not isinstance(doubt, bool):
        raise Invalid(field=f"{where}.provisional", reason="not_a_boolean")
    words: dict[str, type[StrEnum]] = {
        "vehicle_classes": VehicleClass,
        "types": OrderType,
        "places": TripPlace,
        "times": TripTime,
    }
    sets: dict[str, Any] = {
        name: frozenset(
            _word(kind, each, f"{where}.{name}") for each in _list(body[name], f"{where}.{name}", 100, least=0)
        )
        for name, kind in words.items()
        if name in body
    }
    numbers: dict[str, Any] = {
        name: _number(body[name], f"{where}.{name}", 0, MOST_NUMBER)
        for name in ("over_h", "up_to_h", "over_km", "up_to_km")
        if body.get(name) is not None
    }
    units = frozenset(
        _id(each, f"{where}.units") for each in _list(body.get("units", []), f"{where}.units", 500, least=0)
    )
    return When(units=units, provisional=doubt, **sets, **numbers)  # fmt: skip


def _when_json(when: When) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for field in fields(When):
        value = getattr(when, field.name)
        if isinstance(value, frozenset) and value:
            told[field.name] = sorted(str(each) for each in value)
        elif value is not None and not isinstance(value, frozenset):
            told[field.name] = value
    return told


def _who(raw: object, where: str) -> Who:
    body = _object(raw, where)
    _known(body, where, {"role", "of", "post", "person_id"})
    named = [name for name in ("role", "post", "person_id") if body.get(name) is not None]
    if len(named) != 1:
        raise Invalid(field=where, reason="not_one_of_them")
    if named == ["role"]:
        role = _word(Role, body["role"], f"{where}.role")
        if role not in DECIDING_ROLES:
            raise Invalid(field=f"{where}.role", reason="unknown")
        return Who(role=role, of=_word(Where, body.get("of", Where.UNIT.value), f"{where}.of"))
    if named == ["post"]:
        return Who(post=_word(Post, body["post"], f"{where}.post"))
    return Who(person_id=_id(body["person_id"], f"{where}.person_id"))


def _object(raw: object, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise Invalid(field=where, reason="not_an_object")
    return raw


def _known(body: Mapping[str, Any], where: str, names: set[str]) -> None:
    """A key nobody knows is a condition nobody asks: it must not pass."""
    if strange := sorted(set(body) - names):
        raise Invalid(field=f"{where}.{strange[0]}", reason="unknown")


def _list(raw: object, where: str, most: int, *, least: int = 1) -> list[Any]:
    if not isinstance(raw, list):
        raise Invalid(field=where, reason="not_a_list")
    if not least <= len(raw) <= most:
        raise Invalid(field=where, reason="empty" if len(raw) < least else "too_many")
    return raw


def _text(raw: object, where: str, *, least: int = 1) -> str:
    if not isinstance(raw, str) or not least <= len(raw.strip()) <= 80:
        raise Invalid(field=where, reason="empty" if raw in ("", None) else "too_long")
    return raw.strip()


def _number(raw: object, where: str, least: float, most: float) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or not least <= raw <= most:
        raise Invalid(field=where, reason="out_of_range")
    return float(raw)


def _word(kind: type[Word], raw: object, where: str) -> Word:
    try:
        return kind(str(raw))
    except ValueError as error:
        raise Invalid(field=where, reason="unknown") from error


def _id(raw: object, where: str) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise Invalid(field=where, reason="not_an_id") from error
