"""Follows who drives a vehicle and how long without a rest, whatever is judged of it.

The badge in the locator says who drives, else the order in force; another driver begins anew. Breaks that are too short count
neither as driving nor as rest, nor does a vehicle that moves with its ignition off: on a ferry, towed. A time nobody saw
is rest. Where neither says who drives nothing is counted.
"""

from typing import NamedTuple

from geofence.context import Context
from geofence.driving import Drove, Spell
from geofence.rules.memories import Driving, Memories
from geofence.rules.watch import NEVER_MS, Moment

ASKED_MS = 1_800_000  # so often it is looked whether the driver is still the same
KEPT_MS, KEPT = 86_400_000, 16  # so long ago, and so many, are spells of before remembered


class Says(NamedTuple):
    """Who drives as far as anything says so at a moment; empty where nothing does."""

    number: str  # of the badge
    badge: str  # whose it is, or of nobody's the badge
    by_order: str
    registered: bool
    changes_ms: int  # when a card is put in or taken out next


def follow(memories: Memories, moment: Moment, context: Context, rest_ms: int, told: list[Drove]) -> int:
    """Go on to a moment; tells spells as they begin and pause. Returns when to be asked again."""
    if moment.fix is None:
        return NEVER_MS
    if moment.rests or moment.fix.ignition is False:
        return _stands(memories, moment, context, rest_ms, told)
    return _drives(memories, moment, context, rest_ms, told)


def _says(moment: Moment, context: Context) -> Says:
    said = moment.fix.said if moment.fix is not None else None
    card, changes_ms = context.card(moment.at_ms)
    number = (said.driver if said is not None else None) or card
    badge = context.driver_of(number, moment.at_ms) if number else ""
    by_order = (moment.in_effect[0].driver_id if moment.in_effect else None) or ""
    return Says(number, badge, by_order, bool(badge) and badge != context.facts.badge_scope + number, changes_ms)


def _stands(memories: Memories, moment: Moment, context: Context, rest_ms: int, told: list[Drove]) -> int:
    shift = memories.driving
    if not shift.from_ms:
        return NEVER_MS if moment.rests else moment.at_ms + ASKED_MS
    if not shift.rested_ms:
        _pause(shift, moment.track.here_ms if moment.rests else moment.at_ms, context, told)
    if moment.at_ms - shift.rested_ms < rest_ms:
        return shift.rested_ms + rest_ms
    memories.driving = _over(shift, moment.at_ms)
    return NEVER_MS


def _drives(memories: Memories, moment: Moment, context: Context, rest_ms: int, told: list[Drove]) -> int:
    shift, says = memories.driving, _says(moment, context)
    resumed_ms, again_ms = _resumed_ms(shift, moment), min(moment.at_ms + ASKED_MS, says.changes_ms)
    rested = bool(shift.rested_ms) and resumed_ms - shift.rested_ms >= rest_ms
    if shift.from_ms and (rested or _another(shift, says)):
        if not shift.rested_ms:
            resumed_ms = moment.at_ms
            _pause(shift, moment.before_ms, context, told)
        shift = memories.driving = _over(shift, resumed_ms)
    if not shift.from_ms:
        if not (says.badge or says.by_order) or moment.fix is None:
            return again_ms
        shift.from_ms, shift.lon, shift.lat = resumed_ms, moment.fix.lon, moment.fix.lat
    before = shift.driver, shift.order_id, bool(shift.since_ms) and not shift.rested_ms
    if shift.rested_ms or not shift.since_ms:
        shift.since_ms, shift.rested_ms = resumed_ms, 0
    shift.badge, shift.by_order = says.badge or shift.badge, says.by_order or shift.by_order
    if says.number:
        shift.number, shift.registered = says.number, says.registered
    shift.order_id = shift.order_id or moment.order_id or ""
    if before != (shift.driver, shift.order_id, True):
        told.append(_drove(shift, context.facts.vehicle_id, under_way=True))
    return again_ms


def _pause(shift: Driving, since_ms: int, context: Context, told: list[Drove]) -> None:
    shift.rested_ms = max(shift.since_ms, since_ms)
    shift.driven_ms += shift.rested_ms - shift.since_ms
    told.append(_drove(shift, context.facts.vehicle_id, under_way=False))


def silenced(shift: Driving, vehicle_id: str, last_ms: int) -> list[Drove]:
    """The spell that silence has ended, as far as it was seen."""
    if not shift.from_ms or shift.rested_ms:
        return []
    seen_ms = max(last_ms, shift.since_ms)
    drove = _drove(shift, vehicle_id, under_way=False)
    return [drove._replace(to_ms=seen_ms, driven_ms=shift.driven_ms + seen_ms - shift.since_ms)]


def _drove(shift: Driving, vehicle_id: str, *, under_way: bool) -> Drove:
    to_ms = shift.rested_ms or max(shift.since_ms, shift.from_ms)
    return Drove(
        vehicle_id=vehicle_id,
        driver=shift.driver,
        source="badge" if shift.badge else "order",
        from_ms=shift.from_ms,
        to_ms=to_ms,
        driven_ms=shift.driven_ms,
        under_way=under_way,
        badge=shift.number,
        order_id=shift.order_id or None,
        order_driver=shift.by_order,
        registered=not shift.badge or shift.registered,
    )


def _over(shift: Driving, at_ms: int) -> Driving:
    """A new beginning; what was driven stays known, because the driver may come back from another vehicle."""
    ended_ms = shift.rested_ms
    spell = Spell(shift.driver, shift.from_ms, ended_ms, shift.driven_ms)
    kept = [each for each in (*shift.earlier, spell) if each.to_ms > at_ms - KEPT_MS and each.driven_ms]
    return Driving(over_ms=at_ms, ended_ms=ended_ms, earlier=kept[-KEPT:])


def _resumed_ms(shift: Driving, moment: Moment) -> int:
    """When it began to move again; after a break too short to end the drive that is about now."""
    drive = moment.track.drive
    began_ms = drive.started_ms if drive is not None else moment.at_ms
    return began_ms if began_ms >= max(shift.rested_ms, shift.over_ms) else moment.at_ms


def _another(shift: Driving, says: Says) -> bool:
    """Somebody else drives now, as far as anything says so: a badge that is nobody's may be that of the order's driver."""
    if says.badge and shift.badge:
        return says.badge != shift.badge
    if says.registered and shift.by_order:
        return says.badge != shift.by_order
    return bool(not says.badge and says.by_order and shift.by_order and says.by_order != shift.by_order)
