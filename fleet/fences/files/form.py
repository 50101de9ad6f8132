"""What every form of file gives: named shapes with coordinates as they are written. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the person decides about things that are no surfaces."""

    width_m: float = 60.0  # of the corridor along a line
    radius_m: float = 100.0  # of the circle around a point
    outlines: bool = False  # a line that comes back to its start is the border of a surface
    points_stay: bool = False  # the middle of a depot stays a point


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """A shape of a file: `said` is a request for `drawing_of`, in the file's own coordinates."""

    name: str = ""
    code: str = ""
    category: str = ""
    said: Mapping[str, Any] = field(default_factory=dict[str, Any])
    unusable: str = ""  # why there is no shape; a reason of Invalid

    def points(self) -> list[Point]:
        """Every coordinate as it is written, however deep it lies."""
        found: list[Point] = []
        waiting: list[Any] = [self.said.get(key) for key in ("center", "line")]
        geometry = self.said.get("geometry")
        waiting.append(geometry.get("coordinates") if isinstance(geometry, Mapping) else None)
        while waiting:
            each = waiting.pop()
            if not isinstance(each, list | tuple):
                continue
            if len(each) >= 2 and all(isinstance(x, int | float) and not isinstance(x, bool) for x in each[:2]):
                found.append((float(each[0]), float(each[1])))
            else:
                waiting.extend(each)
        return found


Form = Callable[[bytes, Options], list[Raw]]


def from_point(point: Sequence[float], options: Options, **named: str) -> Raw:
    """A point becomes a circle, or stays the middle of a depot."""
    if options.points_stay:
        return Raw(said={"shape": "point", "center": list(point)}, **named)
    return Raw(said={"shape": "circle", "center": list(point), "radius_m": options.radius_m}, **named)


def from_line(line: Sequence[Sequence[float]], options: Options, **named: str) -> Raw:
    """A line becomes a corridor, or the border of a surface when it comes back and the person says so."""
    points = [list(point[:2]) for point in line]
    if options.outlines and len(points) >= 4 and _near(points[0], points[-1]):
        ring = [*points[:-1], points[0]]
        return Raw(said={"shape": "polygon", "geometry": {"type": "Polygon", "coordinates": [ring]}}, **named)
    return Raw(said={"shape": "corridor", "line": points, "width_m": options.width_m}, **named)


def _near(a: Sequence[float], b: Sequence[float]) -> bool:
    """Some thirty metres: somebody walked around a yard."""
    return abs(a[0] - b[0]) < 4e-4 and abs(a[1] - b[1]) < 3e-4
