"""Sizing: the fewest vehicles is exact, and each figure is worked out by hand from a few trips."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as some

from dispatch.sizing.cover import Job, chains, fewest, matching_size
from dispatch.sizing.figures import InService, Trip, enough, peak_of, report, spread, unmet

ZONE = ZoneInfo("Asia/Shanghai")
DAY = datetime(2026, 3, 2, 0, 0, tzinfo=ZONE)
HERE, THERE = (117.0, 32.0), (117.3, 32.0)  # some 28 km apart: an hour and a half by the guess


def job(
    start_h: float, end_h: float, origin: tuple[float, float] = HERE, destination: tuple[float, float] = HERE
) -> Job:
    return Job(start_s=start_h * 3600, end_s=end_h * 3600, origin=origin, destination=destination)


def trip(number: int, start_h: float, end_h: float, **more: object) -> Trip:
    start_at, end_at = (DAY + timedelta(hours=h) for h in (start_h, end_h))
    plain = Trip(
        id=UUID(int=number), unit_id=UUID(int=1), state="settled", vehicle_id=UUID(int=100 + number), vehicle_class="other", driver_id=UUID(int=200),
        planned_start_at=start_at, planned_end_at=end_at, submitted_at=start_at - timedelta(hours=2), assigned_at=start_at - timedelta(hours=1),
        departed_at=start_at, arrived_at=start_at + timedelta(minutes=5), returned_at=end_at, distance_m=10_000.0, empty_m=2_000.0, origin=HERE, destination=HERE,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def test_the_fewest_vehicles_by_hand() -> None:
    """Two after each other need one; a way that takes too long, or an overlap, needs another."""
    assert fewest([], 900) == 0
    assert fewest([job(8, 9), job(9.25, 10)], 900) == 1
    assert fewest([job(8, 9), job(9.2, 10)], 900) == 2
    assert fewest([job(8, 9), job(10, 11, origin=THERE)], 900) == 2
    assert fewest([job(8, 9), job(11, 12, origin=THERE)], 900) == 1
    # The first that fits is the wrong one for the first vehicle: only the exact answer is 2.
    jobs = [job(8, 9), job(8, 9, destination=THERE), job(9.5, 10), job(9.5, 10, origin=THERE)]
    assert fewest(jobs, 900) == 2
    assert sorted(map(sorted, chains(jobs, 900))) == [[0, 2], [1, 3]]


@settings(deadline=None)
@given(
    some.lists(some.tuples(some.integers(0, 40), some.integers(1, 12), some.booleans(), some.booleans()), max_size=5)
)
def test_no_other_cover_needs_fewer_vehicles(raw: list[tuple[int, int, bool, bool]]) -> None:
    """Against every order of the trips cut into runs greedily; each chain can be driven, and every trip is in one."""
    jobs = [job(a / 4, (a + b) / 4, THERE if c else HERE, THERE if d else HERE) for a, b, c, d in raw]
    best = min((_cut(order) for order in permutations(jobs)), default=0)
    assert fewest(jobs, 900) == best
    found = chains(jobs, 900)
    assert sorted(one for chain in found for one in chain) == list(range(len(jobs)))
    assert len(found) == best
    assert all(_cut([jobs[one] for one in chain]) == 1 for chain in found)


def _cut(order: "tuple[Job, ...] | list[Job]") -> int:
    """Runs of an order when a vehicle goes on as long as it can."""
    runs, last = 0, None
    for each in order:
        if last is None or each.start_s <= last.start_s or fewest([last, each], 900) == 2:
            runs += 1
        last = each
    return runs


@example([[0, 1], [0], [0]])  # a way turned over once gave the freed column to the wrong row
@given(some.lists(some.lists(some.integers(0, 7), unique=True, max_size=8), max_size=8))
def test_the_matching_is_a_largest_one(after: list[list[int]]) -> None:
    """Against a plain search of augmenting ways."""
    mate: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column in after[row]:
            if column not in seen:
                seen.add(column)
                if column not in mate or place(mate[column], seen):
                    mate[column] = row
                    return True
        return False

    assert matching_size(after, 8) == sum(place(row, set()) for row in range(len(after)))


def test_the_figures_of_two_days_by_hand() -> None:
    """Three trips, one unmet wish, one idle vehicle, one in repair on the second day."""
    trips = [
        trip(1, 8, 10, vehicle_id=UUID(int=101)),
        trip(
            2, 9, 11, vehicle_id=UUID(int=102), arrived_at=DAY + timedelta(hours=9, minutes=11), driver_id=UUID(int=201)
        ),
        trip(3, 11, 12, vehicle_id=UUID(int=102), unit_id=UUID(int=2)),
        trip(
            4,
            13,
            14,
            state="expired",
            vehicle_id=None,
            driver_id=None,
            assigned_at=None,
            departed_at=None,
            arrived_at=None,
            returned_at=None,
        ),
    ]
    days = (date(2026, 3, 2), date(2026, 3, 3))
    cars = [
        InService(vehicle_id=UUID(int=n), vehicle_class="other", days=frozenset(days[: 1 if n == 103 else 2]))
        for n in (101, 102, 103)
    ]
    found = report(
        trips,
        cars,
        first=days[0],
        last=days[1],
        zone=ZONE,
        now=DAY + timedelta(days=2),
        working_min=lambda since, until: (until - since) / timedelta(minutes=1),
    )
    first, second = found.days
    assert (first.asked, first.served, first.unmet, first.in_service, first.used, first.peak, first.enough) == (
        4,
        3,
        1,
        3,
        2,
        2,
        2,
    )
    assert first.peak_at == DAY + timedelta(hours=9)
    assert (second.asked, second.used, second.in_service, second.peak_at) == (0, 0, 2, None)
    used = {one.id.int: (one.days_used, one.days_in_service, one.trips, one.utilisation) for one in found.vehicles}
    assert used == {101: (1, 2, 1, 0.5), 102: (1, 2, 2, 0.5), 103: (0, 1, 0, 0.0)}
    assert sum(one.empty_m for one in found.vehicles) / sum(one.distance_m for one in found.vehicles) == 0.2
    units = {
        one.id.int: (one.asked, one.served, one.unmet, one.on_time, one.measured, one.response_min)
        for one in found.units
    }
    assert units == {1: (3, 2, 1, 1, 2, 60.0), 2: (1, 1, 0, 1, 1, 60.0)}
    assert [(one.id.int, one.trips, one.hours) for one in found.drivers] == [(200, 2, 3.0), (201, 1, 2.0)]


def test_trips_of_different_classes_never_share_a_vehicle() -> None:
    assert enough([trip(1, 8, 9), trip(2, 10, 11)]) == 1
    assert enough([trip(1, 8, 9), trip(2, 10, 11, vehicle_class="law_enforcement")]) == 2


def test_a_wish_is_unmet_only_when_its_time_has_passed() -> None:
    waiting = trip(1, 8, 9, state="unit_approved", vehicle_id=None, departed_at=None)
    assert not unmet(waiting, DAY + timedelta(hours=7))
    assert unmet(waiting, DAY + timedelta(hours=8))


@given(some.lists(some.tuples(some.integers(0, 1440), some.integers(0, 600)), max_size=12))
def test_the_peak_is_reached_and_never_passed(raw: list[tuple[int, int]]) -> None:
    """At the named instant so many are out, and at no beginning more."""
    spans = [(DAY + timedelta(minutes=a), DAY + timedelta(minutes=a + b)) for a, b in raw if b]
    peak, at = peak_of(spans, DAY, DAY + timedelta(days=3))
    counts = [sum(start <= other[0] < end for start, end in spans) for other in spans]
    assert peak == max(counts, default=0)
    assert at is None if not spans else sum(start <= at < end for start, end in spans) == peak  # type: ignore[operator]


def test_spread_is_zero_for_equal_loads_and_high_for_one() -> None:
    assert spread([3, 3, 3]) == 0
    assert spread([0, 0, 0, 8]) == 0.75
    assert spread([]) is None is spread([0, 0])
