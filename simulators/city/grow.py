"""Grows the whole city from one source of randomness: plan, streets, road graph, places, houses."""

from dataclasses import dataclass, replace
from random import Random

from shapely.geometry import LineString, Point, Polygon
from shapely.ops import substring

from simulators.city.blocks import fill
from simulators.city.directory import DISTRICTS, TOWN
from simulators.city.filling import houses, ponds
from simulators.city.ground import CENTRE, degrees, in_degrees
from simulators.city.habits import Quarter
from simulators.city.model import City, District, Place
from simulators.city.names import NameStock
from simulators.city.network import Network, Piece, build_network
from simulators.city.places import Site, find_blocks, settle
from simulators.city.plan import Plan, draw_plan
from simulators.city.regions import district_areas, rural_areas
from simulators.city.shape import vertices
from simulators.city.street import street


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """The city in metres, everything a map of it needs, and the same as other simulators know it."""

    plan: Plan
    network: Network
    quarters: tuple[Quarter, ...]
    sites: tuple[Site, ...]  # in the order of city.places
    houses: tuple[Polygon, ...]
    ponds: tuple[Polygon, ...]
    city: City


def grow(rng: Random) -> Growth:
    """The same rng state gives the same city, to the last bit."""
    names = NameStock(rng)
    plan = draw_plan(rng)
    small, quarters = fill(plan, names, rng)
    network = build_network([*plan.streets, *small], rng)
    blocks = find_blocks(network, quarters)
    areas = district_areas(plan)
    sites = settle(plan, network, blocks, areas, names, rng)
    return Growth(
        plan=plan,
        network=_with_driveways(network, sites),
        quarters=tuple(quarters),
        sites=tuple(sites),
        houses=tuple(houses(blocks, sites, rng)),
        ponds=tuple(ponds(quarters, rng)),
        city=_city(plan, network, sites, areas),
    )


def _with_driveways(network: Network, sites: list[Site]) -> Network:
    """Adds the way from the street onto each plot that has one, cutting the street at the gate."""
    crossings = list(network.crossings)
    streets = list(network.streets)
    cut_into: dict[int, list[Piece]] = {}
    driveways: list[Piece] = []
    for site in sites:
        if not site.driveway:
            continue
        parts = cut_into.get(site.piece_no, [network.pieces[site.piece_no]])
        gate = Point(site.gate)
        whole = min(parts, key=lambda part: LineString(part.points).distance(gate))
        crossings += [site.gate, site.point]
        halves = _halved(whole, site.gate, len(crossings) - 2)
        cut_into[site.piece_no] = [half for part in parts for half in (halves if part is whole else [part])]
        streets.append(street(LineString([site.gate, site.point]), "service"))
        driveways.append(
            Piece(
                street_no=len(streets) - 1, start=len(crossings) - 2, end=len(crossings) - 1,
                points=(site.gate, site.point), oneway=False,
            )
        )  # fmt: skip
    pieces = [part for no, piece in enumerate(network.pieces) for part in cut_into.get(no, [piece])]
    return Network(streets=tuple(streets), crossings=tuple(crossings), pieces=(*pieces, *driveways))


def _halved(piece: Piece, gate: tuple[float, float], crossing: int) -> list[Piece]:
    line = LineString(piece.points)
    at = line.project(Point(gate))
    first = vertices(substring(line, 0, at))[:-1]
    second = vertices(substring(line, at, line.length))[1:]
    return [
        replace(piece, end=crossing, points=(*first, gate)),
        replace(piece, start=crossing, points=(gate, *second)),
    ]


def _city(plan: Plan, network: Network, sites: list[Site], areas: dict[str, Polygon]) -> City:
    west, south, east, north = in_degrees(plan.extent).bounds
    return City(
        name=f"{TOWN.zh}市",
        name_en=TOWN.en,
        center=CENTRE,
        bbox=(west, south, east, north),
        districts=tuple(
            District(id=no, name=name.zh, name_en=name.en, geometry=in_degrees(areas[no])) for no, name in DISTRICTS
        ),
        places=tuple(_place(no, site, areas) for no, site in enumerate(sites, start=1)),
        tunnels=tuple(
            in_degrees(LineString(piece.points))
            for piece in network.pieces
            if network.streets[piece.street_no].level == "tunnel"
        ),
        rural=tuple(in_degrees(area) for area in rural_areas(plan)),
    )


def _place(no: int, site: Site, areas: dict[str, Polygon]) -> Place:
    lon, lat = degrees(*site.point)
    inside = (district for district, area in areas.items() if area.contains(Point(site.point)))
    return Place(
        id=f"p{no:03d}", name=site.name.zh, name_en=site.name.en, kind=site.kind, district=next(inside, None),
        lon=lon, lat=lat, footprint=in_degrees(site.plot),
    )  # fmt: skip
