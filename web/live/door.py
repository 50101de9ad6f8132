"""Who may open a live map, and with what memory: one-time tickets, and mailboxes of maps that were just
closed.

A ticket is bought with the HTTP session and opens one socket within 30 seconds. A mailbox left behind lets
a page that lost its connection continue with what it missed instead of a whole snapshot.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fleet.access import Actor
from web.live.board import Board, Mailbox
from web.problems import NotSignedIn

TICKET_LIFE = timedelta(seconds=30)
MAILBOX_LIFE = timedelta(seconds=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """Whose ticket it is."""

    actor: Actor
    session_id: UUID


class Door:
    """Tickets sold and mailboxes left behind; `now` is an argument everywhere."""

    def __init__(self) -> None:
        self._tickets: dict[str, tuple[Guest, datetime]] = {}
        self._left: dict[UUID, tuple[Mailbox, datetime]] = {}

    def sell(self, guest: Guest, now: datetime) -> str:
        """A word that opens one socket."""
        self._tickets = {word: kept for word, kept in self._tickets.items() if kept[1] > now}
        word = secrets.token_urlsafe(32)
        self._tickets[word] = (guest, now + TICKET_LIFE)
        return word

    def admit(self, word: str, now: datetime) -> Guest:
        """Takes the ticket. Refuses NotSignedIn when it is unknown, used or too old."""
        guest, ends_at = self._tickets.pop(word, (None, now))
        if guest is None or ends_at <= now:
            raise NotSignedIn
        return guest

    def leave(self, session_id: UUID, mailbox: Mailbox, now: datetime) -> None:
        """Keeps the mailbox of a closed map for a while."""
        self._left = {session: kept for session, kept in self._left.items() if kept[1] > now}
        self._left[session_id] = (mailbox, now + MAILBOX_LIFE)

    def mailbox(self, session_id: UUID, board: Board, resume_token: int | None, now: datetime) -> Mailbox:
        """The mailbox to continue with; a new one, thus a snapshot, unless it remembers all since the token."""
        mailbox, ends_at = self._left.pop(session_id, (None, now))
        tick = None if resume_token is None else board.tick_of(resume_token)
        if mailbox is None or ends_at <= now or tick is None or tick < mailbox.born_tick:
            return Mailbox(born_tick=board.tick)
        mailbox.go_back(tick)
        return mailbox
