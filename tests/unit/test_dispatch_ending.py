"""The end of a trip as data: five reminders, each with its time, its states and its people; a checklist leaves nothing out."""

from datetime import timedelta

import pytest

from dispatch.changes import Audience
from dispatch.ending.words import TIMERS, CheckItem, Reminder, check_items
from dispatch.lifecycle import STEPS
from fleet.errors import Invalid


def test_there_are_five_reminders_each_once_and_each_reaches_somebody() -> None:
    """Every kind has one timer, a span in which it is told, and people who can do something about it."""
    assert [timer.kind for timer in TIMERS] == list(Reminder)
    for timer in TIMERS:
        assert timer.after < timer.until
        assert Audience.REQUESTER in timer.audience  # the engine looks up by him whether it was told
        assert timer.states <= {state for step in STEPS for state in (*step.sources, step.target) if state}
    by_kind = {timer.kind: (timer.at, timer.after) for timer in TIMERS}
    assert by_kind[Reminder.BEFORE_DEPARTURE] == ("planned_start_at", timedelta(minutes=-30))
    assert by_kind[Reminder.OVERDUE_RETURN] == ("planned_end_at", timedelta(minutes=30))
    assert by_kind[Reminder.PAPER_LATE] == ("departed_at", timedelta(hours=24))


@pytest.mark.parametrize("change", [{"belongings": None}, {"engine": True}])
def test_a_checklist_is_whole_or_refused(change: dict[str, bool | None]) -> None:
    """An item left out is not the same as one in order."""
    whole = {item.value: True for item in CheckItem}
    assert check_items(whole) == whole
    wrong = {name: value for name, value in (whole | change).items() if value is not None}
    with pytest.raises(Invalid):
        check_items(wrong)
