"""Where a new version of an area falls among those there are: it ends one, and what is planned stays planned."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from fleet.errors import Conflict, Invalid
from fleet.fences.versions import Held, Place, ended, place

NOW = datetime(2026, 11, 18, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
DAY = timedelta(days=1)
ALWAYS, PLANNED = Held(id=A, since=None, until=NOW + 5 * DAY), Held(id=B, since=NOW + 5 * DAY, until=None)


@pytest.mark.parametrize(
    ("held", "at", "found"),
    [
        ([], None, Place(since=None, until=None, ends=None)),
        ([], NOW, Place(since=NOW, until=None, ends=None)),
        ([ALWAYS, PLANNED], NOW, Place(since=NOW, until=NOW + 5 * DAY, ends=A)),
        ([ALWAYS, PLANNED], NOW + 6 * DAY, Place(since=NOW + 6 * DAY, until=None, ends=B)),
        ([PLANNED], NOW, Place(since=NOW, until=NOW + 5 * DAY, ends=None)),
        ([Held(id=A, since=None, until=NOW - DAY)], NOW, Place(since=NOW, until=None, ends=None)),
        ([ALWAYS], NOW - 30 * DAY, Place(since=NOW - 30 * DAY, until=NOW + 5 * DAY, ends=A)),
    ],
)
def test_a_version_ends_the_one_it_meets_and_stops_where_the_next_begins(
    held: list[Held], at: datetime | None, found: Place
) -> None:
    """First, now, before a planned one, after it, in the gap behind an ended one, and in the past month."""
    assert place(held, at, NOW) == found


def test_what_cannot_be_is_refused() -> None:
    """Two versions of one instant, a past nobody judges again, an end without a beginning or before a planned change."""
    for at in (None, NOW + 5 * DAY):
        with pytest.raises(Conflict):
            place([ALWAYS, PLANNED], at, NOW)
    with pytest.raises(Invalid, match="too_long_ago"):
        place([ALWAYS], NOW - 32 * DAY, NOW)
    assert ended([ALWAYS, PLANNED], NOW + 6 * DAY, NOW) == B
    for held, at in (([], NOW), ([ALWAYS, PLANNED], NOW), ([PLANNED], NOW + 5 * DAY), ([PLANNED], NOW)):
        with pytest.raises(Conflict):
            ended(held, at, NOW)
    with pytest.raises(Invalid, match="too_long_ago"):
        ended([ALWAYS], NOW - 32 * DAY, NOW)
