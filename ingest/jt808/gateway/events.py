"""Events of a terminal in the native form (contracts.md 1, topic `event`). Pure."""

from datetime import datetime

import msgspec

from ingest.jt808.messages import DriverCard


def event(said: dict[str, object], at: datetime) -> bytes:
    """The payload of an event."""
    return msgspec.json.encode({"t": at, "via": "jt808"} | said)


def of_card(card: DriverCard) -> dict[str, object]:
    """A driver's card was put in or taken out. The identity card number is nobody's business here and stays out."""
    said: dict[str, object] = {"code": "driver_card", "inserted": card.inserted, "result": card.result}
    said |= {"driver": card.licence, "name": card.name, "authority": card.authority, "expires_on": card.expires_on}
    return {key: value for key, value in said.items() if value is not None}
