"""Commands of the platform (contracts.md 1, topic `cmd`) as messages for a terminal, and what it answered. Pure."""

from collections.abc import Mapping

import msgspec

from ingest.jt808 import downlink
from ingest.jt808.downlink import NotCommanded

TRACK_EVERY_S, TRACK_FOR_S = 10, 60  # `locate` without further words
ANSWER_WITHIN_S = 60.0
RESULTS: Mapping[int, str] = {1: "failed", 2: "wrong", 3: "not_supported"}
# What a terminal is never told, by any name people may try.
CONTROL = frozenset({"control", "cut", "fuel_cut", "power_cut", "engine_cut", "lock", "unlock"})


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command as published. `id` comes back in the result."""

    do: str
    id: str | int | None = None
    every_s: int | None = None  # locate, interval
    for_s: int | None = None  # locate, interval
    text: str | None = None


_decoder = msgspec.json.Decoder(Command)


def read_command(payload: bytes) -> Command:
    """Raises NotCommanded for what is no command."""
    try:
        return _decoder.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotCommanded("malformed", str(error)) from error


def downlink_of(command: Command, version: int | None) -> tuple[int, bytes]:
    """Message id and body for a terminal of this version. Raises NotCommanded: named, and never for vehicle control."""
    if command.do == "locate":
        every_s = TRACK_EVERY_S if command.every_s is None else command.every_s
        return downlink.TRACK, downlink.track(every_s, TRACK_FOR_S if command.for_s is None else command.for_s)
    if command.do == "interval":
        if command.every_s is None:
            raise NotCommanded("interval", "every_s is missing")
        if command.for_s is not None:  # a parameter has no end; tracking has
            return downlink.TRACK, downlink.track_for(command.every_s, command.for_s)
        return downlink.SET_PARAMETERS, downlink.set_interval(command.every_s)
    if command.do == "text":
        return downlink.TEXT, downlink.text(command.text or "", version)
    if command.do in CONTROL:
        return downlink.CONTROL, downlink.control()
    raise NotCommanded("unknown", f"a terminal cannot be told to {command.do[:40]}")


def result_of(command_id: str | int | None, result: int | None) -> dict[str, object]:
    """The event that answers a command; `result` None = the terminal did not answer in time."""
    said: dict[str, object] = {"code": "cmd_result", "id": command_id, "ok": result == downlink.DONE}
    if result != downlink.DONE:
        said["why"] = "no_answer" if result is None else RESULTS.get(result, str(result))
    return said


def refusal_of(command_id: str | int | None, refused: NotCommanded) -> dict[str, object]:
    """The event that says a command was not sent."""
    return {"code": "cmd_result", "id": command_id, "ok": False, "why": refused.code, "detail": str(refused)}
