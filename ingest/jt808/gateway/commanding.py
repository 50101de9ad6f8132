"""Carries commands of the platform to terminals and their results back.

The platform sends a command again under the same id when it does not know whether it arrived; a terminal has no ids, so
it is done once here: what is under way is not sent a second time, and what was answered is answered again from memory.
"""

from collections import OrderedDict
from collections.abc import Callable

import structlog

from ingest.jt808.downlink import NotCommanded
from ingest.jt808.gateway.commands import ANSWER_WITHIN_S, Command, downlink_of, read_command, refusal_of, result_of
from ingest.jt808.gateway.link import Link
from ingest.jt808.messages import Answer

log = structlog.get_logger("ingest.jt808")

MOST_COMMANDS = 16  # one terminal may leave unanswered
MOST_REMEMBERED = 4_096  # answered commands of all terminals
Report = Callable[[str, dict[str, object]], None]  # device, event


class Commanding:
    """Commands under way, kept on the connection they went out on."""

    def __init__(self, link_of: Callable[[str], Link | None], report: Report) -> None:
        self._link_of = link_of
        self._report = report
        self._answered: OrderedDict[tuple[str, str | int], dict[str, object]] = OrderedDict()

    def commanded(self, device: str, payload: bytes, now_s: float) -> None:
        """Send what the platform wants, or say at once why not."""
        command = Command(do="")
        try:
            command = read_command(payload)
            known = None if command.id is None else self._answered.get((device, command.id))
            if known is not None:
                self._report(device, known)
                return
            link = self._reach(device)
            if command.id is not None and any(command.id == one for _, one, _ in link.commands.values()):
                return
            kind, body = downlink_of(command, link.conversation.version)
        except NotCommanded as refused:
            log.warning("command_refused", device=device, do=command.do[:40], why=refused.code)
            self._report(device, refusal_of(command.id, refused))
            return
        serial, frame = link.conversation.write(kind, body)
        link.commands[serial] = (kind, command.id, now_s + ANSWER_WITHIN_S)
        link.write(frame)

    def _reach(self, device: str) -> Link:
        link = self._link_of(device)
        if link is None:
            raise NotCommanded("offline", "the terminal is not connected")
        if len(link.commands) >= MOST_COMMANDS:
            raise NotCommanded("busy", f"{MOST_COMMANDS} commands are unanswered")
        return link

    def obeyed(self, link: Link, answer: Answer) -> None:
        """The terminal said how a command went."""
        kind, command_id, _ = link.commands.get(answer.serial, (None, None, 0.0))
        if kind == answer.kind:
            del link.commands[answer.serial]
            result = result_of(command_id, answer.result)
            self._report(link.device, result)
            if command_id is not None:
                self._answered[link.device, command_id] = result
                if len(self._answered) > MOST_REMEMBERED:
                    self._answered.popitem(last=False)

    def give_up(self, link: Link, now_s: float) -> None:
        """Commands a terminal did not answer in time, or, at infinity, will not answer any more."""
        for serial, (_, command_id, until_s) in list(link.commands.items()):
            if until_s < now_s:
                del link.commands[serial]
                self._report(link.device, result_of(command_id, None))
