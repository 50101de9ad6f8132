"""R30 紧急/碰撞 SOS: the locator calls for help, or says that the vehicle crashed or turned over. Told at once, to dispatchers.

This is for somebody to help, not a suspicion of anybody: no order, no service and no doubt about place or clock holds it back.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.rules.memories import Calling, Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch

CODES = ("sos", "collision", "rollover")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R30."""

    after_min: float = parameter(10.0, "minutes after which it is over when it is not said any more")


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    fix, calling = moment.fix, memories.calling
    if fix is None:
        return NOTHING_SEEN
    codes = [code for code in CODES if fix.said is not None and code in fix.said.alarms]
    over_ms = calling.said_ms + round(parameters.after_min * 60_000)
    if calling.from_ms and moment.at_ms >= over_ms:
        calling = memories.calling = Calling()
    if codes:
        if not calling.from_ms:
            calling.from_ms, calling.lon, calling.lat = moment.at_ms, fix.lon, fix.lat
        calling.said_ms, calling.codes = moment.at_ms, sorted({*calling.codes, *codes})
    if not calling.from_ms:
        return Look(ended_ms=over_ms)
    metrics = {"alarms": calling.codes}
    return Look(
        Sign(calling.from_ms, calling.from_ms, "R", calling.lon, calling.lat, moment.order_id, metrics=metrics),
        again_ms=calling.said_ms + round(parameters.after_min * 60_000),
        ended_ms=over_ms,
    )


WATCH = Watch(
    id="R30",
    name="SOS",
    zh="紧急/碰撞",
    defaults=Parameters(),
    look=look,
    service_excuses=False,
    heeds=frozenset(),
)
