"""What a trip costs: every line by hand, amounts that add up to the cent, shared rides divided without loss."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dispatch.settle import Settlement
from dispatch.tariffs.price import (
    KmTier,
    LineCode,
    Tariff,
    Usage,
    Voucher,
    VoucherKind,
    allowance_days,
    estimate,
    price,
    rounded,
)
from dispatch.tariffs.shared import Member, alone_cents, part_of
from dispatch.tariffs.split import Rider, split

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
FULL = Tariff(
    id=UUID(int=1), version_no=3, vehicle_class="other", cents_per_km=200, km_tiers=(KmTier(from_km=100, cents_per_km=150), KmTier(from_km=300, cents_per_km=120)),
    cents_per_hour=3_000, cents_per_waiting_hour=1_200, waiting_free_min=30, allowance_cents_per_day=8_000, allowance_from_h=8, minimum_cents=5_000,
)  # fmt: skip


def test_a_long_day_line_by_line() -> None:
    """350 km, 10 h of which 2 h waiting, one toll: worked out by hand."""
    usage = Usage(
        distance_m=350_000, start_at=START, end_at=START + timedelta(hours=10), waiting_s=7_200, vouchers=(Voucher(kind=VoucherKind.TOLL, cents=3_550),)
    )  # fmt: skip
    charge = price(FULL, usage, ZONE)
    found = [(line.code.value, line.from_km, line.quantity, line.cents) for line in charge.lines]
    assert found == [
        ("distance", 0, 100_000, 20_000),
        ("distance", 100, 200_000, 30_000),
        ("distance", 300, 50_000, 6_000),
        ("hours", 0, 28_800, 24_000),
        ("waiting", 0, 5_400, 1_800),
        ("allowance", 0, 1, 8_000),
        ("toll", 0, 1, 3_550),
    ]
    assert charge.cost_cents == 93_350


def test_the_minimum_holds_without_vouchers() -> None:
    """A short trip pays the minimum, and its parking on top of it."""
    usage = Usage(
        distance_m=3_000, start_at=START, end_at=START + timedelta(minutes=20), vouchers=(Voucher(kind=VoucherKind.PARKING, cents=500),)
    )  # fmt: skip
    charge = price(FULL, usage, ZONE)
    assert [(line.code, line.cents) for line in charge.lines] == [
        (LineCode.DISTANCE, 600), (LineCode.HOURS, 1_000), (LineCode.MINIMUM, 3_400), (LineCode.PARKING, 500),
    ]  # fmt: skip
    assert charge.cost_cents == 5_500


def test_an_estimate_takes_what_is_not_driving_for_waiting() -> None:
    """A planned trip of 8 h with 2 h on the road; who drives himself has no driver's allowance."""
    end_at = START + timedelta(hours=8)
    planned = estimate(FULL, distance_m=80_000, start_at=START, end_at=end_at, zone=ZONE, driving_s=7_200)
    assert [(line.code.value, line.cents) for line in planned.lines] == [
        ("distance", 16_000), ("hours", 6_000), ("waiting", 6_600), ("allowance", 8_000),
    ]  # fmt: skip
    alone = estimate(FULL, distance_m=80_000, start_at=START, end_at=end_at, zone=ZONE, self_drive=True)
    assert [line.code.value for line in alone.lines] == ["distance", "hours"]


@pytest.mark.parametrize(
    ("hours_after_8", "hours", "days"), [(0, 7.9, 0), (0, 8, 1), (0, 15.9, 1), (0, 24, 2), (8, 24, 2), (12, 32, 1)]
)
def test_allowance_days_are_civil_days_of_the_tenant(hours_after_8: float, hours: float, days: int) -> None:
    """08:00 plus so many hours, for so long: midnight is Shanghai's."""
    start_at = START + timedelta(hours=hours_after_8)
    assert allowance_days(start_at, start_at + timedelta(hours=hours), 8, ZONE) == days


CENTS = some.integers(0, 20_000)


@given(
    distance_m=some.floats(0, 3_000_000), seconds=some.integers(0, 10 * 86_400), waiting_s=some.none() | some.floats(0, 1e6),
    rates=some.tuples(CENTS, CENTS, CENTS, CENTS, CENTS), tiers=some.lists(some.integers(1, 2_000), unique=True, max_size=4),
    vouchers=some.lists(CENTS, max_size=5),
)  # fmt: skip
def test_lines_explain_the_whole_amount(
    distance_m: float, seconds: int, waiting_s: float | None, rates: tuple[int, ...], tiers: list[int], vouchers: list[int]
) -> None:  # fmt: skip
    """Each line follows from its own quantity and rate, their sum is the amount, and metres and seconds are counted once."""
    per_km, per_hour, per_wait, per_day, minimum = rates
    tariff = Tariff(
        id=UUID(int=1), version_no=1, vehicle_class=None, cents_per_km=per_km, km_tiers=tuple(KmTier(from_km=km, cents_per_km=per_km + km) for km in sorted(tiers)),
        cents_per_hour=per_hour, cents_per_waiting_hour=per_wait, allowance_cents_per_day=per_day, minimum_cents=minimum,
    )  # fmt: skip
    bought = tuple(Voucher(kind=VoucherKind.OTHER, cents=cents) for cents in vouchers)
    usage = Usage(
        distance_m=distance_m, start_at=START, end_at=START + timedelta(seconds=seconds), waiting_s=waiting_s, vouchers=bought
    )  # fmt: skip
    charge = price(tariff, usage, ZONE)
    assert all(line.cents == rounded(line.quantity, line.rate_cents, line.per) for line in charge.lines)
    assert charge.cost_cents == sum(line.cents for line in charge.lines) >= minimum + sum(vouchers)
    assert sum(line.quantity for line in charge.lines if line.unit == "m") <= round(distance_m)
    assert sum(line.quantity for line in charge.lines if line.unit == "s") <= seconds


@given(
    cost_cents=some.integers(0, 10**9), alone=some.dictionaries(some.integers(1, 10**6), some.integers(0, 10**8), min_size=1, max_size=12)
)  # fmt: skip
def test_a_shared_ride_is_divided_to_the_cent(cost_cents: int, alone: dict[int, int]) -> None:
    """Parts add up exactly, who would pay more alone never pays less, and nobody pays more than alone when sharing saved money."""
    parts = split(cost_cents, [Rider(order_no=no, alone_cents=cents) for no, cents in alone.items()])
    assert sum(parts.values()) == cost_cents
    ranked = sorted(alone, key=lambda no: (alone[no], -no))
    assert all(parts[low] <= parts[high] for low, high in pairwise(ranked))
    if any(alone.values()) and cost_cents <= sum(alone.values()):
        assert all(parts[no] <= alone[no] for no in alone)


def test_a_split_by_hand() -> None:
    """100.00 between trips of 60.00, 30.00 and 30.00 alone: 50, 25, 25; a cent left over goes to the smaller number."""
    assert split(10_000, [Rider(order_no=7, alone_cents=6_000), Rider(order_no=8, alone_cents=3_000), Rider(order_no=9, alone_cents=3_000)]) == {7: 5_000, 8: 2_500, 9: 2_500}  # fmt: skip
    assert split(1, [Rider(order_no=5, alone_cents=0), Rider(order_no=4, alone_cents=0)]) == {4: 1, 5: 0}
    for wrong in ([], [Rider(order_no=1, alone_cents=1)] * 2, [Rider(order_no=1, alone_cents=-1)]):
        with pytest.raises(ValueError, match=r"one part|not negative"):
            split(1, wrong)


def test_the_parts_of_a_ride_are_its_cost_and_each_order_explains_its_own() -> None:
    """Host and two riders: every part is the sum of its lines, all parts are the ride, and the host keeps what the ride was made of."""
    start_at, end_at = START, START + timedelta(hours=1)
    plain = Tariff(id=UUID(int=1), version_no=1, vehicle_class=None, cents_per_km=333)
    charge = price(plain, Usage(distance_m=40_001, start_at=start_at, end_at=end_at), ZONE)
    whole = Settlement(
        distance_m=40_001, distance_source="track", tariff=plain, cost_cents=charge.cost_cents, lines=charge.lines
    )
    group = [
        Member(id=UUID(int=no), order_no=no, planned_start_at=start_at, planned_end_at=end_at, route_distance_m=distance_m, route_duration_s=None)
        for no, distance_m in ((5, 36_000.0), (6, 20_000.0), (7, 15_000.0))
    ]  # fmt: skip
    found = [part_of(whole, group, each.id, ZONE) for each in group]
    assert sum(one.cost_cents for one in found) == whole.cost_cents
    assert all(one.cost_cents == sum(line.cents for line in one.lines) for one in found)
    assert [line.code.value for line in found[0].lines] == ["distance", "shared"]
    assert [[line.code.value for line in one.lines] for one in found[1:]] == [["shared"], ["shared"]]
    assert all(one.cost_cents <= alone_cents(each, plain, ZONE) for one, each in zip(found, group, strict=True))
