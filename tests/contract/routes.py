"""Scenarios of R07 OFF_ROUTE: an order with a path of 20 km to the east."""

from typing import Any

from tests.contract.drives import HOME, Track, at, case, line, order, place, rectangle, vehicle
from tests.contract.scenarios import DAY, off_route, says

PATH = line((0, 0), (20_000, 0))


def _routes() -> None:
    under = order(
        f"{DAY} 09:30", f"{DAY} 12:00", route=PATH, origin=list(HOME), stops=[], destination=list(place(20_000))
    )

    def along(*legs: tuple[float, float], kmh: float = 36, wait_min: float = 0) -> Track:
        """3 km along the path, the legs, and on along the path to its end."""
        track = Track(starts_at=at(f"{DAY} 09:40")).rest(20).go(3000)
        for number, leg in enumerate(legs):
            track.go(*leg, kmh=kmh)
            if wait_min and number == 0:
                track.rest(wait_min, ignition=1)
        return track.go(20_000 - track.east_m).rest(20)

    def aside(metres: float, *, over: float = 4000, kmh: float = 36, wait_min: float = 0) -> Track:
        return along((0, metres), (over, 0), (0, -metres), kmh=kmh, wait_min=wait_min)

    says("R07 not along the path", case(along(), under))
    says("R07 not 400 m beside it", case(aside(400), under))
    left = at(f"{DAY} 10:05:50")
    says(
        "R07 for 7 km beyond 500 m, with the order it left",
        case(aside(1000, over=6000), under),
        off_route(
            order="o1",
            started_at=left,
            detected_at=(at(f"{DAY} 10:08:50"), at(f"{DAY} 10:09:40")),
            ended_at=at(f"{DAY} 10:17:30"),
        ),
    )
    says("R07 at 600 m", case(aside(600), under), off_route())
    says("R07 not for 1.4 km in less than 5 min", case(aside(700, over=800), under))
    says("R07 for 2.5 km in less than 5 min", case(aside(700, over=2500, kmh=72), under), off_route())
    says("R07 for 7 min in less than 2 km", case(aside(700, over=300, wait_min=7), under), off_route())
    back = along((0, 700), (1500, 0), (0, -300), (1000, 0), (0, 300), (1500, 0), (0, -700))
    says("R07 goes on until inside 0.6 of the corridor: back to 400 m is not back", case(back, under), off_route())
    back = along((0, 700), (3000, 0), (0, -500), (1000, 0), (0, 500), (3000, 0), (0, -700))
    says("R07 ends inside 0.6 of the corridor: back to 200 m is back", case(back, under), off_route(), off_route())
    tunnel = Track(starts_at=at(f"{DAY} 09:40")).rest(20).go(3000).silence(6, east_m=5000).go(12_000).rest(20)
    says("nothing about a tunnel on the path", case(tunnel, under))
    rural = [{"id": "a1", "kind": "rural", "geometry": rectangle(-2000, -5000, 25_000, 5000)}]
    says("R07 not 1,200 m beside the path in a rural area", case(aside(1200), under, areas=rural))
    says("R07 at 1,800 m in a rural area", case(aside(1800), under, areas=rural), off_route())
    other = [{"id": "a1", "kind": "sensitive", "category": "hotel", "geometry": rectangle(-2000, -5000, 25_000, 5000)}]
    says("R07 at 1,200 m in an area of another kind", case(aside(1200), under, areas=other), off_route())
    says("R07 not without a route", case(aside(5000), under | {"route": None}))
    strict: dict[str, Any] = {"rules": {"R07": {"corridor_m": 150, "minimum_min": 1, "minimum_km": 0.4}}}
    says("R07 of the strict profile at 300 m", case(aside(300, over=600), under, **strict), off_route())
    says(
        "R07 not at 600 m with a corridor of 800 m by rules",
        case(aside(600), under, rules={"R07": {"corridor_m": 800}}),
    )
    says("R07 not for a vehicle exempt from it", case(aside(1000), under, vehicles=[vehicle(exempt_rules=["R07"])]))
    poor = aside(1000)
    for row in poor.rows:
        row["valid"] = int(not row["lat"] > HOME[1] + 1e-4)
    says("R07 never suspected from poor fixes", case(poor, under), silent_or_undetermined=True)
    says("R07 not under a service order", case(aside(1000), under | {"type": "service"}))
    says(
        "R07 when the whole drive leads elsewhere",
        case(Track(starts_at=at(f"{DAY} 09:40")).rest(20).go(0, 9000).rest(20), under),
        off_route(),
    )


_routes()
