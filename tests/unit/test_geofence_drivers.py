"""R14 over several vehicles: a driver is followed from one to the next, and what is known of the others decides nothing else."""

from pathlib import Path
from typing import Any

import pytest

from geofence.driving import Drove, Drovers, Spell, driven_before
from geofence.finding import Finding
from tests.unit.geofence_cases import Fix, at, context, day, driven, judged, order, parked

VEHICLES = [{"id": f"v{number}", "device": f"dev{number}", "user_unit": "u1"} for number in (1, 2)]
MINUTE = 60_000


def leg(device: str, since: str, hours: float, driver: str = "p3") -> list[Fix]:
    """Driven to and fro for so long, and parked before and after."""
    ends = [(0.0, 0.0), (15_000.0, 0.0)] * 20
    way = driven(since, ends[: round(hours * 2) + 1], kmh=30, every_s=30, driver=driver)
    stands = parked(way[-1]["fixed_at"], 30, ends[round(hours * 2)], driver="")
    return [{**fix, "device": device} for fix in day(way, stands)]


def tired(folder: Path, *legs: list[Fix], **about: Any) -> list[Finding]:
    orders = [order("03-11 05:00", "03-11 20:00", id=f"o{each['id']}", vehicle=each["id"]) for each in VEHICLES]
    about = {"vehicles": VEHICLES, "depots": [], "orders": orders, **about}
    fixes = sorted((fix for each in legs for fix in each), key=lambda fix: (fix["fixed_at"], fix["device"]))
    return [each for each in judged(folder, fixes, context(**about)) if each.rule == "R14"]


def test_a_driver_who_changes_vehicles_is_followed(tmp_path: Path) -> None:
    """Two and a half hours in one, ten minutes later the other: found there after an hour and a half."""
    first, second = leg("dev1", "03-11 06:00", 2.5), leg("dev2", "03-11 08:40", 2.5)
    (one,) = tired(tmp_path / "a", first, second)
    assert (one.vehicle_id, one.order_id, one.severity) == ("v2", "ov2", "Y")
    assert one.metrics["before_min"] == pytest.approx(150, abs=3)
    assert (one.detected_ms - one.started_ms) / MINUTE == pytest.approx(90, abs=3)
    assert tired(tmp_path / "b", first, leg("dev2", "03-11 09:00", 2.5)) == [], "half an hour is a rest"
    assert tired(tmp_path / "c", first, leg("dev2", "03-11 08:40", 2.5, "p4")) == [], "somebody else"
    mixed = [{**fix, "received_at": at("03-11 12:00")} for fix in first], [{**fix, "received_at": fix["fixed_at"]} for fix in second]  # fmt: skip
    assert tired(tmp_path / "d", *mixed) == [one], "what the first vehicle sends late counts as well"


def test_there_and_back_again(tmp_path: Path) -> None:
    """Two hours, an hour in the other vehicle, and back to the first one, which had its rest meanwhile."""
    legs = leg("dev1", "03-11 06:00", 2), leg("dev2", "03-11 08:10", 1), leg("dev1", "03-11 09:20", 2)
    (one,) = tired(tmp_path, *legs)
    assert one.vehicle_id == "v1"
    assert one.started_ms == pytest.approx(at("03-11 09:20").timestamp() * 1000, abs=2 * MINUTE)
    assert one.metrics["before_min"] == pytest.approx(180, abs=4)


@pytest.mark.parametrize(
    ("spells", "driven_min"),
    [
        ([(0, 75, 60)], 60),
        ([(0, 60, 60), (70, 90, 15)], 75),  # a break inside
        ([(0, 60, 60), (85, 90, 5)], 5),  # a rest before the last
        ([(0, 79, 79)], 79),
        ([(0, 70, 70)], 0),  # a rest after it
        ([(0, 90, 90), (30, 90, 60)], 90),  # two badges at once count once
        ([(0, 180, 180)], 90),  # as far as it lies before
        ([(95, 180, 85)], 0),
    ],
)
def test_what_was_driven_before(spells: list[tuple[int, int, int]], driven_min: int) -> None:
    """Before the ninetieth minute, without a rest of twenty, in whatever order it is known."""
    known = [Spell("p3", *(each * MINUTE for each in spell)) for spell in spells]
    assert driven_before(90 * MINUTE, known, 20 * MINUTE) == driven_min * MINUTE
    assert driven_before(90 * MINUTE, reversed(known), 20 * MINUTE) == driven_min * MINUTE


def test_the_newest_word_on_a_spell_counts() -> None:
    """Known by vehicle and beginning; what turns out not to be is gone."""
    drovers, told = Drovers(), Drove("v1", "p3", "badge", 0, 10, 10, under_way=True)
    for to_ms in (10, 30):
        drovers.note(told._replace(to_ms=to_ms))
    assert [each.to_ms for each in drovers.elsewhere("p3", "v2")] == [30]
    assert drovers.elsewhere("p3", "v1") == []
    drovers.forget(told)
    assert drovers.of("p3") == []
