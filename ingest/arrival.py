"""Gives each message of a sender without a clock an instant of its own, so that two that come together stay two fixes."""

from datetime import UTC, datetime, timedelta

from ingest.instant import to_millisecond

STEP = timedelta(milliseconds=1)  # the resolution of a fix's key
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Arrivals:
    """The last instant given to each topic. After an outage a queue arrives at once: then instants run ahead a little."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def at(self, topic: str, now: datetime) -> datetime:
        """The instant of this arrival: now, but later than that of the message before."""
        given = max(to_millisecond(now), self._last.get(topic, LONG_AGO) + STEP)
        self._last[topic] = given
        return given
