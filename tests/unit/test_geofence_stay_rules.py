"""R09 to R12 on small drives: what they find, what just misses, and what excuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geofence.finding import Finding
from tests.unit.geofence_cases import (
    DEPOT,
    at,
    context,
    day,
    degrees,
    driven,
    judged,
    noisy,
    order,
    parked,
    rules_of,
    square,
)

HOTEL = (3000.0, 0.0)
END = (6000.0, 0.0)
AREA = {"id": "a1", "kind": "sensitive", "category": "hotel", "geometry": square(HOTEL, 60.0)}


def found(folder: Path, fixes: list[dict[str, Any]], rule: str, now: str | None = None, **about: Any) -> list[Finding]:
    return [each for each in judged(folder, fixes, context(**about), now) if each.rule == rule]


def visit(start: str, minutes: float, where: tuple[float, float] = HOTEL, **more: Any) -> list[dict[str, Any]]:
    """Out to a place, a stop, and home."""
    out = driven(start, [DEPOT, where], **more)
    arrived = out[-1]["fixed_at"]
    leaves = arrived + timedelta(minutes=minutes)
    back = driven(leaves, [where, DEPOT], **more)
    stop = parked(arrived + timedelta(seconds=10), minutes - 0.2, where)
    return day(parked(at(start) - timedelta(minutes=30), 30), out, stop, back, parked(back[-1]["fixed_at"], 20))


def under(start: str, end: str, **more: Any) -> dict[str, Any]:
    places = {"origin": list(degrees(DEPOT)), "destination": list(degrees(END))}
    return order(start, end, **{"off_hours_approved": True, "holiday_approved": True} | places | more)


@pytest.mark.parametrize(
    ("start", "minutes", "severity"),
    [
        ("03-11 09:00", 16.5, "Y"),
        ("03-11 09:00", 14.0, None),
        ("03-11 20:10", 6.5, "R"),
        ("03-11 20:10", 4.0, None),
        ("03-14 09:00", 6.5, "R"),
        ("03-14 09:00", 4.0, None),
        ("03-11 19:50", 9.5, None),  # less than fifteen in all, less than five after eight
        ("03-11 19:50", 11.5, "R"),
    ],
)
def test_standing_in_a_sensitive_place(tmp_path: Path, start: str, minutes: float, severity: str | None) -> None:
    """Fifteen minutes by day, five at night and on a Saturday; told at the fix that completes them, ended when it leaves."""
    told = found(
        tmp_path,
        visit(start, minutes),
        "R09",
        orders=[under(f"{start[:5]} 08:00", f"{start[:5]} 22:00")],
        areas=[AREA],
    )
    assert [each.severity for each in told] == ([severity] if severity else [])
    for each in told:
        arrived_ms = (at(start) + timedelta(minutes=5)).timestamp() * 1000
        assert each.ended_ms is not None
        assert (each.order_id, each.metrics["area"], each.metrics["category"]) == ("o1", "a1", "hotel")
        assert each.started_ms == pytest.approx(arrived_ms, abs=15_000)
        assert each.ended_ms - arrived_ms == pytest.approx(minutes * 60_000, abs=30_000)
        least_ms = {"03-11 09:00": 15 * 60_000, "03-11 19:50": 10 * 60_000}.get(start, 5 * 60_000)
        assert 0 <= each.detected_ms - each.started_ms - least_ms <= 40_000


@pytest.mark.parametrize("key", ["origin", "stops", "destination"])
@pytest.mark.parametrize(("apart_m", "told"), [(150.0, 0), (200.0, 1)])
def test_who_was_sent_there_is_excused(tmp_path: Path, key: str, apart_m: float, told: int) -> None:
    """A place the order names in the area, or up to 100 m beside it; at 140 m it names another place."""
    spot = list(degrees((HOTEL[0], apart_m)))
    named = under("03-11 08:00", "03-11 12:00", **{key: [spot] if key == "stops" else spot})
    assert len(found(tmp_path, visit("03-11 09:00", 20), "R09", orders=[named], areas=[AREA])) == told


@pytest.mark.parametrize(
    "about",
    [
        {"orders": [under("03-11 08:00", "03-11 12:00", type="service")]},
        {"vehicle": {"exempt_rules": ["R09"]}},
        {"areas": [{**AREA, "kind": "allowed"}]},
        {"depots": [{"id": "d1", "geometry": square(DEPOT, 100)}, {"id": "d2", "geometry": square(HOTEL, 30)}]},
        {"areas": [{**AREA, "geometry": square((HOTEL[0], 55.0), 60.0)}]},  # five metres inside the edge
        {"areas": [{**AREA, "geometry": square((HOTEL[0], 70.0), 60.0)}]},  # ten metres outside
    ],
    ids=["service order", "exempt", "another kind", "a depot there", "at the edge", "beside"],
)
def test_no_sensitive_stay(tmp_path: Path, about: dict[str, Any]) -> None:
    """Nothing under a service order, for an exempt vehicle, in a depot, and where the street is as near as the hotel."""
    whole = {"orders": [under("03-11 08:00", "03-11 12:00")], "areas": [AREA], **about}
    assert found(tmp_path, noisy(visit("03-11 09:00", 30), 2.0), "R09", **whole) == []


def test_a_sensitive_stay_that_slept_and_one_of_a_day_not_announced(tmp_path: Path) -> None:
    """A locator asleep from arrival is taken to have stood where it is found; a day off that is only likely proves nothing."""
    visited = visit("03-11 09:00", 40)
    asleep = [fix for fix in visited if not at("03-11 09:05") < fix["fixed_at"] < at("03-11 09:43")]
    (one,) = found(tmp_path / "a", asleep, "R09", areas=[AREA])
    assert (str(one.judgement), one.order_id) == ("suspected", None)
    far = "2031-03-15 09:00"  # a Saturday of a year that is not announced
    (short,) = found(tmp_path / "b", visit(far, 9), "R09", areas=[AREA])
    assert (str(short.judgement), short.severity, short.metrics["calendar"]) == ("undetermined", "Y", "provisional")
    (long,) = found(tmp_path / "c", visit(far, 20), "R09", areas=[AREA])
    assert (str(long.judgement), long.severity) == ("suspected", "Y")


@pytest.mark.parametrize(
    ("every_s", "waited_min"),
    [(10, 15.0), (120, 15.0), (300, 15.0), (1500, 25.0)],  # half an hour asleep: only a fix can tell
)
def test_the_clock_tells_of_a_sensitive_stay_between_two_fixes(tmp_path: Path, every_s: int, waited_min: float) -> None:
    """At the minute it is long enough, however far apart a parked locator reports, as long as it does every five minutes."""
    stop = parked("03-11 09:05", 60, HOTEL, every_s=every_s)
    (one,) = found(
        tmp_path, day(parked("03-11 08:30", 30), driven("03-11 09:00", [DEPOT, HOTEL]), stop), "R09", areas=[AREA]
    )
    assert (one.detected_ms - one.started_ms) / 60_000 == pytest.approx(waited_min, abs=0.01)
    assert str(one.judgement) == "suspected"


def test_a_sensitive_stay_the_clock_told_of_and_no_fix_bore_out_is_undetermined(tmp_path: Path) -> None:
    """Last heard there after 13 minutes, next half an hour later elsewhere; leaving at that minute, seen, it is nothing."""
    out = day(parked("03-11 08:30", 30), driven("03-11 09:00", [DEPOT, HOTEL]), parked("03-11 09:05", 13.2, HOTEL))
    silent = day(out, parked("03-11 09:48", 30, END))
    (one,) = found(tmp_path / "a", silent, "R09", areas=[AREA])
    assert (str(one.judgement), one.metrics["doubts"]) == ("undetermined", ["gap"])
    left = day(out, driven("03-11 09:18:10", [HOTEL, END]), parked("03-11 09:24", 30, END))
    assert found(tmp_path / "b", left, "R09", areas=[AREA]) == []
    (still,) = found(tmp_path / "c", out, "R09", "03-11 09:20:30", areas=[AREA])
    assert still.ended_ms is None


def ms(text: str) -> float:
    return at(text).timestamp() * 1000


def out_at(start: str, arrives: str, until: str, where: tuple[float, float] = END, **more: Any) -> list[dict[str, Any]]:
    """Parked in the depot since `start`, driven so as to be at a place at an instant, standing there until another."""
    way = driven(at(arrives) - timedelta(seconds=600 * where[0] / 6000), [DEPOT, where])
    first, stands = at(start), (at(until) - at(arrives)).total_seconds() / 60
    waits = (way[0]["fixed_at"] - first).total_seconds() / 60
    return day(parked(first, waits), way, parked(at(arrives), stands, where, **more))


@pytest.mark.parametrize(
    ("arrives", "until", "detected"),
    [
        ("03-11 18:00", "03-12 00:30", "03-11 22:30"),
        ("03-11 18:00", "03-11 22:25", None),
        ("03-11 23:30", "03-12 03:00", "03-12 01:30"),
        ("03-11 23:30", "03-12 01:20", None),  # a stop of a drive at night
        ("03-12 05:10", "03-12 09:00", None),  # the night is over
    ],
)
def test_a_night_outside_every_depot(tmp_path: Path, arrives: str, until: str, detected: str | None) -> None:
    """Half an hour after ten, two after a rest that begins later, by the clock; it ends when the vehicle leaves."""
    stands = out_at("03-11 17:00", arrives, until)
    told = found(tmp_path, day(stands, driven(until, [END, DEPOT])), "R10")
    assert [each.detected_ms for each in told] == ([ms(detected)] if detected else [])
    for each in told:
        assert (each.severity, str(each.judgement), each.metrics) == ("Y", "suspected", {"depot_km": 5.9})
        assert each.started_ms == pytest.approx(max(ms("03-11 22:00"), ms(arrives)), abs=1)
        assert each.ended_ms == pytest.approx(ms(until), abs=30_000)


def test_the_clock_tells_of_a_vehicle_that_is_asleep(tmp_path: Path) -> None:
    """Heard at nine, it is known at half past ten; found elsewhere in the morning, nobody saw it leave. Long silent, it waits."""
    asleep = out_at("03-11 17:00", "03-11 20:00", "03-11 21:00")
    assert found(tmp_path / "a", asleep, "R10", "03-11 22:29") == []
    (one,) = found(tmp_path / "b", asleep, "R10", "03-11 22:31")
    assert (one.detected_ms, one.ended_ms, str(one.judgement)) == (ms("03-11 22:30"), None, "suspected")
    there = day(asleep, parked("03-12 06:00", 60, END))
    assert [str(each.judgement) for each in found(tmp_path / "c", there, "R10")] == ["suspected"]
    for place in (DEPOT, (3000.0, 0.0)):
        moved = day(asleep, parked("03-12 06:00", 60, place))
        (doubtful,) = found(tmp_path / f"d{place[0]}", moved, "R10")
        assert (str(doubtful.judgement), doubtful.metrics["doubts"]) == ("undetermined", ["gap"])
        assert doubtful.ended_ms is not None
    silent = out_at("03-11 17:00", "03-11 18:00", "03-11 18:30")
    assert found(tmp_path / "e", silent, "R10", "03-13 23:00") == []
    (late,) = found(tmp_path / "f", day(silent, parked("03-12 06:00", 60, END)), "R10")
    assert (late.started_ms, late.detected_ms) == (ms("03-11 22:00"), ms("03-11 22:30"))


@pytest.mark.parametrize(
    "about",
    [
        {"orders": [order("03-11 17:30", "03-12 12:00")]},
        {"orders": [order("03-01 08:00", "03-31 18:00", type="retained")]},
        {"orders": [order("03-11 17:30", "03-12 12:00", type="service")]},
        {"vehicle": {"in_repair": [{"from": at("03-11 18:00").isoformat()}]}},
        {"vehicle": {"exempt_rules": ["R10"]}},
        {"depots": []},
        {"depots": [{"id": "d1", "geometry": square(DEPOT, 100)}, {"id": "d2", "geometry": square((6120.0, 0.0), 30)}]},
    ],
    ids=["away", "retained", "service", "repair", "exempt", "no depot known", "beside another depot"],
)
def test_a_night_that_is_excused(tmp_path: Path, about: dict[str, Any]) -> None:
    """An order over the night, a repair, an exemption, another depot; and nothing is held against a tenant without depots."""
    assert found(tmp_path, out_at("03-11 17:00", "03-11 18:00", "03-11 23:30"), "R10", **about) == []


def test_a_night_begins_when_the_order_that_kept_it_away_ends(tmp_path: Path) -> None:
    """Ordered until 22:40 with its grace: half an hour later, and not by the order it is still out under."""
    fixes = out_at("03-11 17:00", "03-11 18:00", "03-12 00:00")
    (one,) = found(tmp_path, fixes, "R10", orders=[order("03-11 17:00", "03-11 22:10")])
    assert (one.started_ms, one.detected_ms) == (ms("03-11 22:40"), ms("03-11 23:10"))


@pytest.mark.parametrize(("home", "told"), [("03-11 13:15", 1), ("03-11 12:50", 0)])
def test_not_back_an_hour_after_the_order(tmp_path: Path, home: str, told: int) -> None:
    """Planned until twelve, told at one by the clock, ended when it is back."""
    leaves = at(home) - timedelta(minutes=10)
    fixes = day(
        out_at("03-11 08:30", "03-11 09:20", f"{leaves:%m-%d %H:%M}"), driven(leaves, [END, DEPOT]), parked(home, 30)
    )
    late = found(tmp_path, fixes, "R11", orders=[under("03-11 09:00", "03-11 12:00")])
    assert len(late) == told
    for each in late:
        assert (each.severity, str(each.judgement), each.order_id) == ("G", "suspected", "o1")
        assert (each.started_ms, each.detected_ms) == (ms("03-11 12:00"), ms("03-11 13:00"))
        assert each.ended_ms == pytest.approx(ms(home), abs=15_000)


@pytest.mark.parametrize(
    "about",
    [
        {"orders": [under("03-11 09:00", "03-11 12:00"), under("03-11 13:00", "03-11 18:00", id="o2")]},
        {"orders": [under("03-11 09:00", "03-11 12:00", type="service")]},
        {"orders": [under("03-11 09:00", "03-11 12:00", type="time_share")]},
        {"orders": [under("03-11 09:00", "03-11 12:00")], "vehicle": {"exempt_rules": ["R11"]}},
        {"orders": []},
    ],
    ids=["another follows", "service", "handed over", "exempt", "no order"],
)
def test_a_return_that_is_not_late(tmp_path: Path, about: dict[str, Any]) -> None:
    """The next order, a service, a hand-over at the destination; without an order there is no return to be late for."""
    assert found(tmp_path, out_at("03-11 08:30", "03-11 09:20", "03-11 14:00"), "R11", **about) == []


def test_a_return_nobody_saw_is_undetermined(tmp_path: Path) -> None:
    """Silent over one o'clock until it stands in its depot; long silent, nothing; and one that sleeps in its depot is back."""
    orders = [under("03-11 09:00", "03-11 12:00")]
    near = out_at("03-11 08:30", "03-11 09:20", "03-11 12:50")
    (unseen,) = found(tmp_path / "a", day(near, parked("03-11 14:00", 60)), "R11", orders=orders)
    assert (str(unseen.judgement), unseen.metrics["doubts"]) == ("undetermined", ["gap"])
    out = out_at("03-11 08:30", "03-11 09:20", "03-11 12:00")
    back = driven("03-11 12:00", [END, DEPOT])
    assert found(tmp_path / "b", day(out, back[:20]), "R11", "03-11 14:00", orders=orders) == []
    (heard,) = found(tmp_path / "d", day(out, parked("03-11 14:00", 10, END)), "R11", orders=orders)
    assert (str(heard.judgement), heard.detected_ms, heard.ended_ms) == ("suspected", ms("03-11 13:00"), None)
    stopped = {**back[-1], "speed_kmh": 0.0, "fixed_at": at("03-11 12:10:10")}
    assert found(tmp_path / "c", day(out, back, [stopped]), "R11", "03-11 14:00", orders=orders) == []


@pytest.mark.parametrize(
    ("minutes", "where", "about", "told"),
    [
        (125, HOTEL, {}, 1),
        (115, HOTEL, {}, 0),
        (125, (END[0] - 250.0, 0.0), {}, 0),
        (125, (END[0] - 400.0, 0.0), {}, 1),
        (125, HOTEL, {"stops": [list(degrees(HOTEL))]}, 0),
        (125, HOTEL, {"destination": None}, 0),
        (125, HOTEL, {"type": "service"}, 0),
    ],
)
def test_a_long_stop(
    tmp_path: Path, minutes: float, where: tuple[float, float], about: dict[str, Any], told: int
) -> None:
    """Two hours at none of the order's places, told at the fix that completes them; 300 m around them belong to them."""
    named = {key: value for key, value in under("03-11 08:30", "03-11 18:00", **about).items() if value is not None}
    stops = found(tmp_path, visit("03-11 09:00", minutes, where), "R12", orders=[named])
    assert [each.metrics["ground"] for each in stops] == ["long_stop"] * told
    for each in stops:
        arrived_ms = ms("03-11 09:00") + where[0] / 10 * 1000
        assert (each.severity, each.order_id) == ("G", "o1")
        assert each.started_ms == pytest.approx(arrived_ms, abs=15_000)
        assert 0 <= each.detected_ms - each.started_ms - 7_200_000 <= 40_000
        assert each.ended_ms == pytest.approx(arrived_ms + minutes * 60_000, abs=30_000)


@pytest.mark.parametrize(
    ("on_min", "said", "told"), [(22, {"ignition": 1}, 1), (18, {"ignition": 1}, 0), (40, {"ignition": None}, 0)]
)
def test_idling(tmp_path: Path, on_min: float, said: dict[str, Any], told: int) -> None:
    """The ignition on for twenty minutes while standing, wherever it is; off ends it, and not said is not on."""
    fixes = day(
        parked("03-11 08:00", 33.5),
        parked("03-11 08:33:30", on_min, **said),
        parked(at("03-11 08:33:30") + timedelta(minutes=on_min), 40),
    )
    idle = found(tmp_path, fixes, "R12")
    assert [(each.started_ms, each.detected_ms) for each in idle] == [
        (ms("03-11 08:33:30"), ms("03-11 08:53:30"))
    ] * told
    for each in idle:
        assert (each.severity, each.metrics) == ("G", {"ground": "idle", "ignition_min": on_min - 0.5})
        assert each.ended_ms == ms("03-11 08:33:30") + (on_min - 0.5) * 60_000


def test_an_engine_that_was_off_in_between_has_not_idled(tmp_path: Path) -> None:
    """Twice fifteen minutes are not twenty, and neither is a silence between two fixes with the ignition on; a repair excuses."""
    twice = day(
        *(parked(f"03-11 08:{m:02}", 15, ignition=i) for m, i in ((0, 0), (15, 1), (31, 1))), parked("03-11 08:30", 1)
    )
    twice = day(twice, parked("03-11 08:46", 30))
    assert found(tmp_path / "a", twice, "R12") == []
    silent = day(
        parked("03-11 08:00", 10, ignition=1), parked("03-11 08:30", 15, ignition=1), parked("03-11 08:45", 30)
    )
    assert found(tmp_path / "b", silent, "R12") == []
    idle = day(parked("03-11 08:00", 40, ignition=1), parked("03-11 08:40", 10))
    repair = {"in_repair": [{"from": at("03-11 00:00").isoformat()}]}
    assert rules_of(judged(tmp_path / "c", idle, context(vehicle=repair))) == []


def test_a_position_that_stands_while_the_odometer_runs_is_no_stop(tmp_path: Path) -> None:
    """Frozen with the ignition on, the odometer ten metres a fix further: nothing; with an odometer that stands it idles."""
    frozen = parked("03-11 08:00", 40, ignition=1)
    for name, step_km, told in (("runs", 0.01, 0), ("stands", 0.0, 1)):
        fixes = [{**fix, "odometer_km": 1000 + step_km * i} for i, fix in enumerate(frozen)]
        assert len(found(tmp_path / name, fixes, "R12")) == told


def test_a_fix_elsewhere_after_a_silence_completes_no_stop(tmp_path: Path) -> None:
    """Last heard on its way by the hotel, next heard half a kilometre on: how long it stood nobody knows."""
    out = driven("03-11 09:00", [DEPOT, HOTEL], ignition=1)
    on = driven(out[-1]["fixed_at"] + timedelta(minutes=150), [(HOTEL[0] + 430.0, 0.0), END], ignition=1)
    fixes = day(parked("03-11 08:30", 30), out, on)
    told = found(tmp_path, fixes, "R12", orders=[under("03-11 08:30", "03-11 18:00")], areas=[AREA])
    assert told == [] == found(tmp_path / "b", fixes, "R09", orders=[under("03-11 08:30", "03-11 18:00")], areas=[AREA])
