"""Which terminals are here, and what the platform and other gateways are told of it.

A terminal is where it was heard last: the newest connection counts, at this gateway or another one. Two gateways learn
of each other's terminals by the retained `status` they publish; nothing else passes between them. The broker hands all
of them one order of these messages, and that order decides.
"""

from collections.abc import Callable, Iterator

import structlog

from ingest.jt808.gateway.link import Link
from ingest.jt808.gateway.tally import Tally

log = structlog.get_logger("ingest.jt808")

ONLINE, OFFLINE = b"online", b"offline"
AT_WORK_S = 30.0  # a connection heard of within this is no corpse: its replacement is a second terminal, or a bad radio
Tell = Callable[[str, bytes, Callable[[], None]], None]  # device, status, called when the broker has it
End = Callable[[Link, str], None]


class Presence:
    """The connections of the terminals that have shown their code, by device."""

    def __init__(self, tell: Tell, end: End, tally: Tally) -> None:
        self._tell = tell
        self._end = end
        self._tally = tally
        self._links: dict[str, Link] = {}
        self._ours: set[str] = set()  # came here since the start and nowhere else since: commands for them are ours
        self._told: set[Link] = set()  # of which the broker knows
        self._left: set[str] = set()  # went away, and the broker does not know yet

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
        self._tell_online(link)

    def leave(self, link: Link) -> None:
        """Its connection is gone."""
        self._told.discard(link)
        if self._links.get(link.device) is link:
            del self._links[link.device]
            log.info("terminal_left", device=link.device)
            self._tell_offline(link.device)

    def tell_all(self) -> None:
        """There is a broker again: what it could not hear meanwhile."""
        self._told.clear()
        for device in self._left - self._links.keys():
            self._tell_offline(device)
        for _, link in self:
            self._tell_online(link)

    def heard(self, device: str, status: bytes, now_s: float) -> None:
        """Another client of the broker said where the device is."""
        link = self._links.get(device)
        if status == OFFLINE and link is not None:
            self._tell_online(link)  # it left there and is here
        elif status == ONLINE and (link is None or link in self._told):
            # Before the broker has confirmed ours, another "online" is older than ours.
            self._ours.discard(device)
            if link is not None:
                del self._links[device]
                self._replace(link, now_s)

    def _replace(self, older: Link, now_s: float) -> None:
        """The newest wins: after a lost radio link the old connection is a corpse nobody has told us about."""
        if now_s - older.heard_s < AT_WORK_S:
            # Off line and on again at once is how every form of connection shows two locators under one name; they
            # are counted by the device's health (docs/devices.md).
            self._tally.takeovers += 1
            self._tell_offline(older.device)
        self._end(older, "replaced")

    def _tell_online(self, link: Link) -> None:
        def told() -> None:
            if self._links.get(link.device) is link:
                self._told.add(link)

        self._left.discard(link.device)
        self._tell(link.device, ONLINE, told)

    def _tell_offline(self, device: str) -> None:
        self._left.add(device)
        self._tell(device, OFFLINE, lambda: self._left.discard(device))
