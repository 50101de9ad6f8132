"""Which terminals are here, and what the platform and other gateways are told of it.

A terminal is where it was heard last: the newest connection counts, at this gateway or another one. Two gateways learn
of each other's terminals by the retained `status` they publish; nothing else passes between them.
"""

from collections.abc import Callable, Iterator

import structlog

from ingest.jt808.gateway.link import Link
from ingest.jt808.gateway.tally import Tally

log = structlog.get_logger("ingest.jt808")

ONLINE, OFFLINE = b"online", b"offline"
AT_WORK_S = 30.0  # a connection heard of within this is no corpse: its replacement is a second terminal, or a bad radio
Tell = Callable[[str, bytes], None]  # device, status
End = Callable[[Link, str], None]


class Presence:
    """The connections of the terminals that have shown their code, by device."""

    def __init__(self, tell: Tell, end: End, tally: Tally) -> None:
        self._tell = tell
        self._end = end
        self._tally = tally
        self._links: dict[str, Link] = {}
        self._ours: set[str] = set()  # came here since the start and nowhere else since: commands for them are ours

    def __len__(self) -> int:
        return len(self._links)

    def link_of(self, device: str) -> Link | None:
        """Its connection, if it has one here."""
        return self._links.get(device)

    def answers_for(self, device: str) -> bool:
        """Whether a command for it is this gateway's to carry out or to say that it is offline."""
        return device in self._ours

    def __iter__(self) -> Iterator[tuple[str, Link]]:
        return iter(list(self._links.items()))

    def join(self, link: Link, now_s: float) -> None:
        """It showed its code."""
        device = link.device
        older = self._links.get(device)
        self._links[device] = link
        self._ours.add(device)
        if older is link:
            return  # authenticated twice
        if older is not None:
            self._replace(older, now_s)
        log.info("terminal_joined", device=device, version=link.conversation.version)
        self._tell(device, ONLINE)

    def leave(self, link: Link) -> None:
        """Its connection is gone."""
        if self._links.get(link.device) is link:
            del self._links[link.device]
            log.info("terminal_left", device=link.device)
            self._tell(link.device, OFFLINE)

    def heard(self, device: str, status: bytes, now_s: float) -> None:
        """Another client of the broker said where the device is."""
        link = self._links.get(device)
        if status == ONLINE:
            self._ours.discard(device)
            if link is not None:
                del self._links[device]
                self._replace(link, now_s)
        elif status == OFFLINE and link is not None:
            self._tell(device, ONLINE)  # it left there and is here

    def _replace(self, older: Link, now_s: float) -> None:
        """The newest wins: after a lost radio link the old connection is a corpse nobody has told us about."""
        if now_s - older.heard_s < AT_WORK_S:
            # Off line and on again at once is how every form of connection shows two locators under one name; they
            # are counted by the device's health (docs/devices.md).
            self._tally.takeovers += 1
            self._tell(older.device, OFFLINE)
        self._end(older, "replaced")
