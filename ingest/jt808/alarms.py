"""What the bits of a JT/T 808 position mean, whichever way it came: in a frame over TCP or as JSON of a gateway.

Source: JT/T 808-2011, -2013 and -2019, message 0x0200 (domain.md 9). Some makers use bits for something else; that is
for the vendor profile of the model to say, not for this table.
"""

from collections.abc import Mapping

STATUS_ACC = 1 << 0
STATUS_FIX_VALID = 1 << 1
STATUS_SOUTH = 1 << 2
STATUS_WEST = 1 << 3
STATUS_ENCRYPTED = 1 << 5  # the coordinates went through the map authority's shift

# Bit of the alarm word -> code of contracts.md 1. Bits 15 to 17 exist since 2019, bit 31 only in 2013.
ALARM_CODES: Mapping[int, str] = {
    0: "sos",
    1: "overspeed",
    2: "fatigue",
    3: "vendor:danger_warning",
    4: "gnss_fault",
    5: "antenna_cut",
    6: "antenna_short",
    7: "undervoltage",
    8: "power_cut",
    9: "vendor:display_fault",
    10: "vendor:speech_fault",
    11: "vendor:camera_fault",
    12: "vendor:card_reader_fault",
    13: "vendor:overspeed_warning",
    14: "vendor:fatigue_warning",
    15: "vendor:illegal_driving",
    16: "vendor:tyre_pressure",
    17: "vendor:blind_spot",
    18: "vendor:day_driving_exceeded",
    19: "long_stop",
    20: "area",
    21: "route",
    22: "vendor:route_time",
    23: "vendor:off_route",
    24: "vendor:speed_sensor_fault",
    25: "fuel_abnormal",
    26: "stolen",
    27: "illegal_ignition",
    28: "illegal_displacement",
    29: "collision",
    30: "rollover",
    31: "vendor:illegal_door",
}


def alarm_codes(alarm: int, status: int, codes: Mapping[int, str] = ALARM_CODES) -> tuple[str, ...]:
    """Codes of the bits that are set, lowest bit first; `encrypted` comes from the status word. `codes` = a vendor's table."""
    found = tuple(code for bit, code in codes.items() if alarm >> bit & 1)
    return (*found, "encrypted") if status & STATUS_ENCRYPTED else found
