"""One open map: whose it is, the board it looks at, and what wakes or ends it."""

import asyncio
from dataclasses import dataclass, field

from fleet.access import SEES, Actor, Seen, Width
from web.live.board import Board, Mailbox
from web.live.door import Guest
from web.live.world import World


@dataclass(kw_only=True, slots=True, eq=False)
class Viewer:
    """One open map."""

    guest: Guest
    world: World
    board: Board
    mailbox: Mailbox
    watches: int = 0  # times this viewer was looked after
    follows_orders: bool = False  # sees vehicles because of his own trips
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)  # the session is over


def follows_orders(actor: Actor) -> bool:
    """What this person sees changes with his orders."""
    return any(SEES[Seen.LIVE].get(role) is Width.OWN for role in actor.roles)


def board_for(actor: Actor, world: World) -> Board:
    """Suspicions are shown to those who may see alerts beyond their own."""
    widths = {width for role, width in SEES[Seen.ALERT].items() if role in actor.roles}
    return world.open_board if widths & {Width.UNIT, Width.ALL} else world.plain_board
