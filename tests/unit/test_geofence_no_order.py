"""R01: use without an order is found, and what an order, a depot, a tow or a bad device explains is not accused."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon

from geofence.finding import Finding
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS, epoch_ms, instant
from geofence.judge import findings_of
from geofence.places import Area
from tests.unit.geofence_cases import (
    DEPOT,
    ONLY_MOVES,
    SILENT,
    Fix,
    Spot,
    at,
    case,
    context,
    day,
    degrees,
    driven,
    judged,
    order,
    out_and_parked,
    parked,
    rules_of,
    square,
)

FAR = (6000.0, 0.0)


def r01(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.rule == "R01"]


def test_a_drive_without_an_order_is_one_red_finding(tmp_path: Path) -> None:
    """Ten minutes at 36 km/h: one episode over the drive, detected by the first fix past two minutes."""
    (found,) = judged(tmp_path, out_and_parked("03-11 14:10"), context())
    assert (found.rule, found.severity, str(found.judgement), found.order_id) == ("R01", "R", "suspected", None)
    assert abs(instant(found.started_ms) - at("03-11 14:10")) <= timedelta(seconds=30)
    assert at("03-11 14:12") < instant(found.detected_ms) <= at("03-11 14:12:20")
    assert found.ended_ms is not None
    assert abs(instant(found.ended_ms) - at("03-11 14:20")) <= timedelta(seconds=20)
    assert 5800 < float(str(found.metrics["distance_m"])) < 6200


@pytest.mark.parametrize(
    ("spots", "kmh"),
    [
        pytest.param([(500.0, 0.0), (650.0, 0.0)], 4.0, id="150 m away"),
        pytest.param([(500.0, 0.0), (1300.0, 0.0)], 36.0, id="80 seconds"),
    ],
)
def test_just_below_the_minimum_is_silent(tmp_path: Path, spots: list[Any], kmh: float) -> None:
    """More than 200 m and more than 2 min are both needed."""
    assert judged(tmp_path, out_and_parked("03-11 14:10", spots, kmh=kmh), context()) == []


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        pytest.param("03-11 14:00", "03-11 16:00", "normal", id="covered"),
        pytest.param("03-11 14:24", "03-11 16:00", "normal", id="starts within the grace of 15 min"),
        pytest.param("03-11 12:00", "03-11 13:51", "normal", id="ended within the grace of 30 min"),
        pytest.param("03-11 14:32", "03-11 16:00", "normal", id="set out early for an order it then reaches"),
        pytest.param("03-01 00:00", "04-01 00:00", "standing", id="standing order"),
        pytest.param("03-01 00:00", "04-01 00:00", "retained", id="retained vehicle"),
        pytest.param("03-11 14:00", "03-11 16:00", "service", id="service order"),
        pytest.param("03-11 14:00", "03-11 16:00", "back_fill", id="back-filled"),
    ],
)
def test_a_covered_movement_is_silent(tmp_path: Path, start: str, end: str, kind: str) -> None:
    """Every kind of order excuses, with grace at both ends."""
    assert r01(judged(tmp_path, out_and_parked("03-11 14:10"), context(orders=[order(start, end, type=kind)]))) == []


@pytest.mark.parametrize(
    ("start", "end", "more"),
    [
        pytest.param("03-11 12:00", "03-11 13:39", {}, id="ended 31 min before"),
        pytest.param("03-11 14:40", "03-11 16:00", {}, id="begins after the drive, never reached"),
        pytest.param("03-11 14:00", "03-11 16:00", {"vehicle": "v2"}, id="of another vehicle"),
        pytest.param("03-11 14:00", "03-11 16:00", {"created_at": at("03-12 09:00").isoformat()}, id="not yet entered"),
    ],
)
def test_an_order_that_does_not_cover_does_not_excuse(
    tmp_path: Path, start: str, end: str, more: dict[str, Any]
) -> None:
    """Beyond the grace, for another vehicle or entered after `now`: still without an order."""
    found = judged(tmp_path, out_and_parked("03-11 14:10"), context(orders=[order(start, end, **more)]))
    assert rules_of(found) == [("R01", "suspected")]


@pytest.mark.parametrize("minutes_late", [20, 45])
def test_an_order_entered_after_the_movement_is_seen_in_the_final_state(tmp_path: Path, minutes_late: int) -> None:
    """judge sees the state at `now`: an order entered by then covers."""
    late = order(
        "03-11 14:00", "03-11 16:00", created_at=(at("03-11 14:10") + timedelta(minutes=minutes_late)).isoformat()
    )
    fixes = out_and_parked("03-11 14:10")
    assert judged(tmp_path, fixes, context(orders=[late]), now="03-11 18:00") == []


def test_an_overrun_is_not_a_use_without_order(tmp_path: Path) -> None:
    """Out under an order and not back yet: late movement is R02, not R01."""
    fixes = day(
        out_and_parked("03-11 14:10"),
        driven("03-11 17:00", [FAR, (9000.0, 0.0), FAR, DEPOT]),
        parked("03-11 17:30", 30),
    )
    (found,) = judged(tmp_path, fixes, context(orders=[order("03-11 14:00", "03-11 15:00")], vehicle=ONLY_MOVES))
    assert (found.rule, found.order_id, found.severity) == ("R02", "o1", "Y")
    assert found.metrics == {"distance_m": 12_000, "moved_min": 20.0, "late_min": 140.0}


def test_after_coming_back_to_the_depot_the_next_drive_is_without_order(tmp_path: Path) -> None:
    """Once returned, the order is used up: the drive after it is R01."""
    fixes = day(
        out_and_parked("03-11 14:10"),
        driven("03-11 14:45", [FAR, DEPOT]),
        parked("03-11 14:56", 120),
        driven("03-11 16:56", [DEPOT, FAR]),
        parked("03-11 17:07", 30, FAR),
    )
    (found,) = judged(tmp_path, fixes, context(orders=[order("03-11 14:00", "03-11 15:00")], vehicle=ONLY_MOVES))
    assert (found.rule, instant(found.started_ms)) >= ("R01", at("03-11 16:50"))


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"vehicle": {"exempt_rules": ["R01"]}}, id="exempt"),
        pytest.param({"rules": {"R01": {"minimum_m": 20000}}}, id="another minimum"),
    ],
)
def test_exemptions_and_parameters_of_the_case_hold(tmp_path: Path, about: dict[str, Any]) -> None:
    assert judged(tmp_path, out_and_parked("03-11 14:10"), context(**about)) == []


def test_a_towed_vehicle_is_not_used(tmp_path: Path) -> None:
    """Moving with the ignition off is a tow or a low-loader."""
    assert judged(tmp_path, out_and_parked("03-11 14:10", ignition=0), context()) == []


def test_moving_about_inside_the_depot_is_not_use(tmp_path: Path) -> None:
    """A big depot: 600 m driven inside it for four minutes."""
    yard = [{"id": "d1", "geometry": square(DEPOT, 500)}]
    fixes = out_and_parked("03-11 14:10", [(-300.0, 0.0), (300.0, 0.0)], kmh=9.0)
    assert judged(tmp_path, fixes, context(depots=yard)) == []


@pytest.mark.parametrize("offset_s", [-7200, 180, 43_200])
def test_a_wrong_clock_leaves_it_undetermined(tmp_path: Path, offset_s: float) -> None:
    """Arrival is off by a constant: the device's time cannot be trusted, whatever it says."""
    found = judged(tmp_path, out_and_parked("03-11 14:10", offset_s=offset_s), context())
    assert rules_of(found) == [("R01", "undetermined")]
    assert found[0].metrics["doubts"] == ["clock_offset"]


def test_a_late_upload_is_judged_at_its_own_time(tmp_path: Path) -> None:
    """Half an hour of fixes that arrive in one burst: late, not skewed."""
    fixes = out_and_parked("03-11 14:10")
    for index, fix in enumerate(fixes):
        late = at("03-11 14:05") <= fix["fixed_at"] < at("03-11 14:35")
        fix["received_at"] = at("03-11 14:35") + timedelta(milliseconds=index) if late else fix["fixed_at"]
    assert rules_of(judged(tmp_path, fixes, context())) == [("R01", "suspected")]


@pytest.mark.parametrize("poor", [{"valid": 0}, {"satellites": 3}, {"accuracy_m": 80}])
def test_only_poor_fixes_accuse_nobody(tmp_path: Path, poor: dict[str, Any]) -> None:
    found = judged(tmp_path, out_and_parked("03-11 14:10", **poor), context())
    assert rules_of(found) == [("R01", "undetermined")]


def test_a_movement_inside_a_gap_is_undetermined(tmp_path: Path) -> None:
    """Parked in the depot, forty minutes nothing, parked 6 km away: moved, but nobody saw how."""
    fixes = day(parked("03-11 13:00", 60), parked("03-11 14:40", 30, FAR))
    assert rules_of(judged(tmp_path, fixes, context())) == [("R01", "undetermined")]
    assert judged(tmp_path, fixes, context(orders=[order("03-11 13:50", "03-11 14:50")])) == []


@pytest.mark.parametrize(
    ("vehicle", "judgement"),
    [
        pytest.param({"user_unit": None}, "undetermined", id="nobody is recorded"),
        pytest.param(
            {"relations": [{"kind": "user", "unit": "u1", "from": None, "to": "2026-03-01T00:00:00+08:00"}]},
            "undetermined",
            id="handed back before",
        ),
        pytest.param(
            {"relations": [{"kind": "user", "unit": "u1", "from": "2026-03-01T00:00:00+08:00"}]},
            "suspected",
            id="known",
        ),
        pytest.param(
            {"relations": [{"kind": "manager", "unit": "u1", "from": None, "to": "2026-03-01T00:00:00+08:00"}]},
            "undetermined",
            id="managed until before",
        ),
        pytest.param({"owner_unit": "u9"}, "suspected", id="only the owner"),
        pytest.param({}, "suspected", id="nothing is said"),
    ],
)
def test_unknown_custody_is_a_state_not_guilt(tmp_path: Path, vehicle: dict[str, Any], judgement: str) -> None:
    about = context(vehicles=[{"id": "v1", "device": "dev1", "home_depot": "d1", **vehicle}])
    found = judged(tmp_path, out_and_parked("03-11 14:10"), about)
    assert rules_of(found) == [("R01", judgement)]


def test_parked_drift_jumps_and_garbage_raise_nothing(tmp_path: Path) -> None:
    """A night of drift, single and repeated jumps, 0/0 and NaN: no metre, no finding."""
    fixes = parked("03-11 01:00", 300, every_s=20, ignition=None)
    far: list[Fix] = [dict(fix) for fix in parked("03-11 02:00", 2, (900.0, 400.0), every_s=20)]
    odd = {fix["fixed_at"]: fix for fix in far}
    fixes = [odd.get(fix["fixed_at"], fix) for fix in fixes]
    for index in range(0, len(fixes), 17):
        fixes[index] = {**fixes[index], "lon": 0, "lat": 0}
    for index in range(5, len(fixes), 23):
        fixes[index] = {**fixes[index], "lon": "nan"}
    for index in range(9, len(fixes), 31):
        fixes[index] = {**fixes[index], "lon": fixes[index]["lon"], "lat": 39.5}
    assert judged(tmp_path, fixes, context()) == []


def test_a_fence_holds_from_its_date_on_and_not_before(tmp_path: Path) -> None:
    """Shuffling inside the yard is no use of the vehicle on the day it was a depot, and is one after it had moved away."""
    yard, until_ms = Area("d1", "depot", Polygon(square(DEPOT, 400)["coordinates"][0])), epoch_ms(at("03-12 00:00"))
    old = Area("d1", "depot", Polygon(square(DEPOT, 400)["coordinates"][0]), in_force=(FAR_PAST_MS, until_ms))
    new = Area("d1", "depot", Polygon(square(FAR, 400)["coordinates"][0]), in_force=(until_ms, FAR_FUTURE_MS))
    shuffle: list[Spot] = [(-300.0, 0.0), (300.0, 0.0)]
    for day_, depots, expected in (
        ("03-11", (old, new), []),
        ("03-12", (old, new), [("R01", "suspected")]),
        ("03-12", (yard,), []),
    ):
        drive = driven(f"{day_} 10:00", shuffle, kmh=12)
        fixes = day(parked(f"{day_} 09:00", 60, shuffle[0]), drive, parked(f"{day_} 10:04", 30, shuffle[1]))
        given = case(tmp_path / day_, fixes, context())
        facts = replace(given.vehicles[0].facts, depots=depots)
        judged_ = findings_of(replace(given, vehicles=(replace(given.vehicles[0], facts=facts),)))
        assert rules_of(judged_) == expected, day_


def test_a_trip_too_short_stays_too_short_when_the_rest_before_it_was_rarely_reported(tmp_path: Path) -> None:
    """100 s at 36 km/h after heartbeats of five minutes: the beginning is told from the speed, not from the last heartbeat."""
    start = at("03-11 10:00")
    drive = driven(start + timedelta(seconds=10), [(100.0, 0.0), (1000.0, 0.0)])
    fixes = day(parked("03-11 09:02", 57, every_s=300), drive, parked("03-11 10:02", 30, (1000.0, 0.0)))
    assert judged(tmp_path, fixes, context(depots=[])) == []


def test_a_slow_trip_reported_every_second_is_long_enough(tmp_path: Path) -> None:
    """600 m in 144 s: what is driven inside the width of the old place counts too."""
    fixes = out_and_parked("03-11 10:00", [DEPOT, (600.0, 0.0)], kmh=15, every_s=1)
    assert rules_of(judged(tmp_path, fixes, context(depots=[]))) == [("R01", "suspected")]


def test_a_drive_right_after_a_sleep_counts_from_where_the_vehicle_slept(tmp_path: Path) -> None:
    """Half-hourly heartbeats, then one fix a minute: 2 km in 3 min begin at the old place."""
    drive = driven("03-11 10:01", [(667.0, 0.0), (2000.0, 0.0)], kmh=40, every_s=60)
    fixes = day(parked("03-11 08:00", 120, every_s=1800), drive, parked("03-11 10:04", 30, (2000.0, 0.0)))
    (found,) = judged(tmp_path, fixes, context(depots=[]))
    assert str(found.judgement) == "suspected"
    assert abs((instant(found.started_ms) - at("03-11 10:00")).total_seconds()) < 5


def test_a_move_between_two_heartbeats_is_undetermined_and_a_stray_first_fix_is_nothing(tmp_path: Path) -> None:
    """900 m away for good: moved unseen. 300 m away once, after a sleep: the receiver was not awake."""
    moved_away = day(parked("03-11 08:00", 120, every_s=3600), parked("03-11 10:00", 180, (900.0, 0.0), every_s=3600))
    assert rules_of(judged(tmp_path / "a", moved_away, context(depots=[]))) == [("R01", "undetermined")]
    stray = parked("03-11 10:00", 1, (300.0, 0.0))[:1]
    woken = day(parked("03-11 08:00", 120, every_s=1800), stray, parked("03-11 10:01", 30))
    assert judged(tmp_path / "b", woken, context(depots=[])) == []


def test_a_long_silence_is_one_line(tmp_path: Path) -> None:
    """Forty days without a fix, found 3 km away: one undetermined finding, told by the fix that ended the silence."""
    fixes = day(parked("03-01 08:00", 30), parked("04-10 08:30", 30, (3000.0, 0.0)))
    (found,) = judged(tmp_path / "a", fixes, context(vehicle=SILENT))
    assert (found.rule, str(found.judgement)) == ("R01", "undetermined")
    assert instant(found.detected_ms) == at("04-10 08:30")
    assert found.metrics["unseen_min"] == pytest.approx(40 * 1440, abs=35)
    explained = context(orders=[order("03-20 09:00", "03-20 17:00")], vehicle=SILENT)
    assert judged(tmp_path / "b", fixes, explained) == []


def test_a_silence_over_night_is_one_line_per_rule(tmp_path: Path) -> None:
    """From Friday evening to Saturday noon: cut by no midnight and no hour."""
    fixes = day(parked("03-13 19:00", 30), parked("03-14 12:00", 30, (3000.0, 0.0)))
    found = judged(tmp_path, fixes, context())
    assert sorted(rules_of(found)) == [("R01", "undetermined"), ("R03", "undetermined"), ("R04", "undetermined")]


def test_going_home_from_where_the_order_began_is_still_the_order(tmp_path: Path) -> None:
    """Set out from a hotel, came back to it, drove home to the depot long after: an overrun (R02), no use without order."""
    hotel = (9000.0, 0.0)
    there = driven("03-11 09:00", [hotel, (15_000.0, 0.0), hotel])
    home = driven("03-11 18:00", [hotel, DEPOT])
    fixes = day(
        parked("03-11 08:00", 60, hotel), there, parked("03-11 09:21", 519, hotel, every_s=300), home,
        parked("03-11 18:16", 30),
    )  # fmt: skip
    about = {"vehicle": ONLY_MOVES, "orders": [order("03-11 09:00", "03-11 12:00", origin=list(degrees(hotel)))]}
    assert rules_of(judged(tmp_path / "a", fixes, context(**about))) == [("R02", "suspected")]
    assert rules_of(judged(tmp_path / "b", fixes, context(depots=[], **about))) == [("R01", "suspected")]


def test_a_locator_that_sleeps_on_arrival_has_come_home(tmp_path: Path) -> None:
    """The last fix of the ordered trip lies in the depot, the next one 400 m out on the following day: a new use."""
    ordered = driven("03-10 10:00", [DEPOT, (6000.0, 0.0), (50.0, 0.0)])
    private = driven("03-11 14:00:40", [(400.0, 0.0), (9000.0, 0.0)])
    fixes = day(parked("03-10 09:00", 60), ordered, private, parked("03-11 14:16", 30, (9000.0, 0.0)))
    about = context(orders=[order("03-10 10:00", "03-10 11:00")], vehicle=SILENT)
    assert rules_of(judged(tmp_path, fixes, about)) == [("R01", "suspected")]


@pytest.mark.parametrize(("rest_min", "suspected"), [(1, False), (9, True), (11, True)])
def test_a_private_trip_that_came_back_is_not_the_beginning_of_the_order(
    tmp_path: Path, rest_min: int, suspected: bool
) -> None:
    """Out and back in the hour before an order: only without a stop in the depot is it an early start."""
    private = driven("03-11 08:05", [DEPOT, (6000.0, 0.0), DEPOT])
    back = private[-1]["fixed_at"] + timedelta(seconds=10)
    ordered = driven(back + timedelta(minutes=rest_min), [DEPOT, (12_000.0, 0.0)])
    fixes = day(parked("03-11 07:05", 60), private, parked(back, rest_min), ordered)
    about = context(orders=[order("03-11 08:50", "03-11 12:00")])
    assert bool(r01(judged(tmp_path, fixes, about, now="03-11 09:00"))) is suspected


def test_a_service_order_excuses_its_own_time_and_not_the_days_after_it(tmp_path: Path) -> None:
    """Never back in a depot since the repair on Friday: Saturday's drive is a use of a weekend and an overrun; the evening is excused."""
    parts = [
        driven("03-13 14:00", [DEPOT, (6000.0, 0.0)]),
        driven("03-13 20:30", [(6000.0, 0.0), (12_000.0, 0.0)]),
        driven("03-14 10:00", [(12_000.0, 0.0), (18_000.0, 0.0)]),
    ]
    fixes = day(parked("03-13 13:00", 60), *parts, parked("03-14 10:11", 30, (18_000.0, 0.0)))
    about = context(orders=[order("03-13 14:00", "03-13 16:00", type="service")], vehicle=ONLY_MOVES)
    found = [each for each in judged(tmp_path, fixes, about) if str(each.judgement) == "suspected"]
    assert [(each.rule, instant(each.started_ms).astimezone().date().isoformat()) for each in found] == [
        ("R02", "2026-03-14"),
        ("R04", "2026-03-14"),
    ]
