"""What every simulated locator does, whatever it speaks: keeps its fixes until they are acknowledged, loses the network
when told to, and comes back."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

from simulators.obedience import Obedience
from simulators.outbox import Message, Outbox


class Sender(ABC):
    """A locator with a connection. `put` keeps a fix; `run` sends until cancelled."""

    def __init__(self, device: str, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self.device = device
        self.outbox = outbox
        self.obedience = Obedience()
        self.clock = clock
        self.news = asyncio.Event()  # something to send, or the end of the connection
        self.silent_until: datetime | None = None
        self._all_released = asyncio.Event()
        self._all_released.set()

    def put(self, fix: Message) -> None:
        """Keep a fix and send it as soon as there is a connection."""
        self.outbox.keep(fix)
        self._all_released.clear()
        self.news.set()

    def go_silent(self, until: datetime) -> None:
        """Lose the network until then; fixes are kept meanwhile."""
        self.silent_until = until
        self.news.set()

    async def released(self, timeout_s: float) -> bool:
        """Wait until every fix is acknowledged; False when that takes longer than `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._all_released.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Stay connected and send, for ever."""
        while True:
            if self.silent_until is not None:
                await asyncio.sleep(max(0.0, (self.silent_until - self.clock()).total_seconds()))
                self.silent_until = None
            await self.stay()

    @abstractmethod
    async def stay(self) -> None:
        """Connect, again and again, and send, until the network is wanted lost."""

    def acknowledged(self, number: int) -> bool:
        """The platform has a batch; False when it was not on its way."""
        if not self.outbox.acknowledged(number):
            return False
        self.news.set()
        if not self.outbox.unreleased:
            self._all_released.set()
        return True

    async def wait_for_news(self, within_s: float | None) -> None:
        """Until there is news, or for so long."""
        try:
            async with asyncio.timeout(within_s):
                await self.news.wait()
        except TimeoutError:
            return
