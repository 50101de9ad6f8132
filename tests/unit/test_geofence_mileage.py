"""Mileage by the dashboard and the comparison of the three: what was not said stays unknown, and sums are sums."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofence.mileage.odometer import readings_of
from geofence.mileage.reconcile import (
    TOLERANCE_M,
    Compared,
    Entered,
    Reason,
    Sums,
    reconcile,
    total,
)
from geofence.track.fixes import Said, TrackFix

START, END = 10_000_000, 13_000_000
NOBODY = Entered()


def fix(at_ms: int, km: float | None) -> TrackFix:
    return TrackFix(at_ms, at_ms, 117.0, 39.0, said=None if km is None else Said(odometer_km=km))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([(START - 60_000, 100.0), (END + 60_000, 130.0)], (100.0, 130.0), id="resting before and after"),
        pytest.param([(START - 60_000, 100.0), (START + 9_000, 100.1), (END, 130.0)], (100.0, 130.0), id="nearest before"),
        pytest.param([(START + 60_000, 101.0), (END - 60_000, 129.0)], (101.0, 129.0), id="just inside"),
        pytest.param([(START + 900_000, 108.0), (END - 900_000, 122.0)], (None, None), id="only in the middle"),
        pytest.param([(START - 3_600_000, 100.0), (END + 3_600_000, 130.0)], (None, None), id="hours away"),
        pytest.param([], (None, None), id="never"),
    ],
)  # fmt: skip
def test_a_dashboard_counts_from_the_reading_it_left_with_to_the_one_it_came_with(told: Any, expected: Any) -> None:
    assert readings_of([fix(START, None), *(fix(*each) for each in told)], START, END) == expected


def driven(km: float, *, odometer: float | None = None, matched: float | None = None, gap_s: float = 0.0) -> Sums:
    """One drive at 36 km/h."""
    road_m = 1000 * (km if matched is None else matched)
    ratio = None if odometer is None or road_m < 1000 else 1000 * odometer / road_m
    return Sums(
        drives=1, gps_m=km * 1000, lasted_s=km * 100 + gap_s, gap_s=gap_s,
        matched=0 if matched is None else 1, matched_m=1000 * (matched or 0), gps_of_matched_m=0.0 if matched is None else km * 1000,
        odometers=0 if odometer is None else 1, odometer_m=1000 * (odometer or 0), road_of_odometer_m=0.0 if odometer is None else road_m,
        ratios=0 if ratio is None else 1, ratio_sum=ratio or 0.0, ratio_squares=(ratio or 0.0) ** 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "entered", "compared", "reasons"),
    [
        pytest.param([driven(50, odometer=51, matched=50)] * 6, NOBODY, "agrees", [], id="all three agree"),
        pytest.param([driven(50)] * 3, NOBODY, "unknown", ["no_odometer", "not_matched"], id="only the track"),
        pytest.param([driven(50, matched=50)], NOBODY, "agrees", ["no_odometer"], id="no dashboard"),
        pytest.param([driven(20, odometer=24, matched=20)] * 9, NOBODY, "differs", ["wheel_factor"], id="a wheel too small"),
        pytest.param([driven(30, odometer=60, matched=30, gap_s=4000), driven(5, odometer=5, matched=5)], NOBODY, "differs", ["gap"], id="driven unseen"),
        pytest.param([driven(50, odometer=50, matched=50), Sums(between_m=30_000)], NOBODY, "differs", ["gap"], id="moved between drives"),
        pytest.param([driven(80, odometer=60, matched=60)], NOBODY, "differs", ["drift"], id="the track wanders"),
        pytest.param([driven(60, odometer=60, matched=80)], NOBODY, "differs", ["unexplained", "way_around"], id="the match leads around"),
        pytest.param([driven(50, odometer=90, matched=50), Sums(backwards=1)], NOBODY, "differs", ["backwards"], id="set anew"),
        pytest.param([driven(50, odometer=90, matched=50)], NOBODY, "differs", ["unexplained"], id="nobody knows why"),
        pytest.param([driven(50, matched=50)], Entered(orders=2, odometer_m=80_000, road_m=50_000), "differs", ["unexplained"], id="written down"),
        pytest.param([driven(10, odometer=14.9, matched=10)], NOBODY, "agrees", [], id="below five kilometres"),
        pytest.param([driven(100, odometer=109, matched=100)], NOBODY, "agrees", [], id="below a tenth"),
    ],
)  # fmt: skip
def test_each_difference_has_its_reason(days: list[Sums], entered: Entered, compared: str, reasons: list[str]) -> None:
    verdict = reconcile(total(days), entered)
    assert (str(verdict.compared), [str(each) for each in verdict.reasons]) == (compared, reasons)


amounts = st.floats(0, 400).map(lambda km: round(km, 1))
some_drives = st.lists(
    st.builds(driven, amounts, odometer=st.none() | amounts, matched=st.none() | amounts, gap_s=amounts), max_size=12
)


@given(some_drives, st.integers(0, 12), st.randoms(use_true_random=False))
def test_a_period_says_the_same_however_it_is_cut_and_in_whatever_order_its_days_come(
    days: list[Sums], cut: int, rng: Any
) -> None:
    whole = total(days)
    shuffled = rng.sample(days, len(days))
    halves = total(shuffled[:cut]) + total(shuffled[cut:])
    for name in Sums.__dataclass_fields__:
        assert getattr(halves, name) == pytest.approx(getattr(whole, name))


@given(some_drives)
def test_without_a_reading_the_dashboard_is_unknown_and_never_zero(days: list[Sums]) -> None:
    """Also what was driven without one is not taken as the dashboard's."""
    verdict = reconcile(total(days), NOBODY)
    said = [each for each in days if each.odometers]
    assert (verdict.dashboard_m is None) == (not said) == (Reason.NO_ODOMETER in verdict.reasons)
    if said:
        assert verdict.dashboard_m == pytest.approx(sum(each.odometer_m for each in said))
    if verdict.compared is Compared.UNKNOWN:
        assert verdict.difference_m is None


@given(some_drives)
def test_what_differs_has_a_reason_and_lies_beyond_the_tolerance(days: list[Sums]) -> None:
    verdict = reconcile(total(days), NOBODY)
    blind = {Reason.NO_ODOMETER, Reason.NOT_MATCHED}
    assert (verdict.compared is Compared.DIFFERS) == bool(set(verdict.reasons) - blind)
    if verdict.compared is Compared.AGREES and verdict.difference_m is not None and verdict.dashboard_m is None:
        assert abs(verdict.difference_m) <= max(TOLERANCE_M, 0.1 * total(days).matched_m) + 1e-6
