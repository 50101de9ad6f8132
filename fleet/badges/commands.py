"""What `python -m fleet badge ...` does, for the person at the machine."""

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime

from fleet import commands, store
from fleet.badges import service
from fleet.badges import store as badges
from fleet.commandline import Arguments
from fleet.settings import Settings


def add_arguments(add: Callable[..., Arguments], group: Callable[[str, str], object]) -> None:
    """`badge give`, `badge end`, `badge list`."""
    actions = group("badge", "whose badge the locators read")
    give_ = add("give", give, actions)
    give_.add_argument(
        "badge", help="as the locator says it: a card's number, or that of the qualification certificate"
    )
    give_.add_argument("login", help="of the driver")
    give_.add_argument("--since", type=commands.instant, help="always when absent, or from now on when somebody has it")
    add("end", end, actions).add_argument("badge")
    add("list", list_badges, actions)


async def give(settings: Settings, arguments: Namespace) -> int:
    """A badge is a driver's; what was driven with it is told anew."""
    async with await commands.connect(settings) as conn, conn.transaction():
        since = await service.give(
            conn, "fleet badge give", tenant_id=await commands.tenant_of(conn), badge=arguments.badge,
            login=arguments.login, since=arguments.since, now=datetime.now(UTC),
        )  # fmt: skip
    commands.tell(badge=arguments.badge, login=arguments.login, since=since)
    return 0


async def end(settings: Settings, arguments: Namespace) -> int:
    """From now on a badge is nobody's."""
    async with await commands.connect(settings) as conn, conn.transaction():
        login = await service.end(
            conn, "fleet badge end", tenant_id=await commands.tenant_of(conn), badge=arguments.badge, now=datetime.now(UTC)
        )  # fmt: skip
    commands.tell(badge=arguments.badge, was=login)
    return 0


async def list_badges(settings: Settings, _: Namespace) -> int:
    """Every badge, whose it is and was."""
    async with await commands.connect(settings) as conn:
        for row in await store.many(conn, badges.LIST, (await commands.tenant_of(conn),)):
            commands.tell(**row)
    return 0
