"""R16 断电/拆除 TAMPER: the locator says that its power or its antenna is gone, or that it was taken off.

It must say so for two minutes. In a repair and under a service order this belongs to the work.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.finding import Doubt
from geofence.rules.memories import Memories, Tampered
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch

# Codes of contracts.md 1; no standard has a bit for a broken seal, so makers name it themselves.
CODES = ("power_cut", "antenna_cut", "removed", "vendor:seal_broken", "vendor:removed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R16."""

    minimum_min: float = parameter(2.0, "minutes it must be said")


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    fix, tampered = moment.fix, memories.tampered
    if fix is None:
        return NOTHING_SEEN
    codes = [code for code in CODES if fix.said is not None and code in fix.said.alarms]
    if not codes or moment.regime.in_repair:
        forget(memories)
        return Look(ended_ms=moment.at_ms)
    if not tampered.from_ms:
        tampered.from_ms, tampered.lon, tampered.lat = moment.at_ms, fix.lon, fix.lat
    tampered.codes = sorted({*tampered.codes, *(code.removeprefix("vendor:") for code in codes)})
    due_ms = tampered.from_ms + round(parameters.minimum_min * 60_000)
    metrics: dict[str, object] = {"alarms": tampered.codes}
    if fix.said is not None and fix.said.ext_voltage_v is not None:
        metrics["ext_voltage_v"] = fix.said.ext_voltage_v
    sign = Sign(tampered.from_ms, due_ms, "R", tampered.lon, tampered.lat, moment.order_id, metrics=metrics)
    return Look(sign, again_ms=0)


def forget(memories: Memories) -> None:
    memories.tampered = Tampered()


WATCH = Watch(
    id="R16",
    name="TAMPER",
    zh="断电/拆除",
    defaults=Parameters(),
    look=look,
    heeds=frozenset(Doubt) - {Doubt.POOR_FIXES},  # without its antenna it has no other
    forget=forget,
)
