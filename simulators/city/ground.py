"""Where the synthetic city lies on the globe: an invented spot in the plains of eastern China, and the
step from its metres to degrees.
"""

import math
from typing import TypeVar

from shapely import transform
from shapely.geometry.base import BaseGeometry

_Geometry = TypeVar("_Geometry", bound=BaseGeometry)

CENTRE = (118.92, 32.98)  # lon, lat

# Metres per degree at the centre's latitude, WGS 84. Over the 14 km to the edge the error of treating
# the ground as flat stays below 3 m, and every program sees the same degrees.
_LAT = math.radians(CENTRE[1])
METRES_PER_DEGREE_LAT = 111_132.95 - 559.85 * math.cos(2 * _LAT) + 1.175 * math.cos(4 * _LAT)
METRES_PER_DEGREE_LON = 111_412.88 * math.cos(_LAT) - 93.5 * math.cos(3 * _LAT)


def degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Metres east and north of the centre as lon, lat."""
    return CENTRE[0] + x_m / METRES_PER_DEGREE_LON, CENTRE[1] + y_m / METRES_PER_DEGREE_LAT


def in_degrees(geometry: _Geometry) -> _Geometry:
    """A geometry drawn in metres, as lon, lat."""
    moved: _Geometry = transform(
        geometry,
        lambda xy: xy / (METRES_PER_DEGREE_LON, METRES_PER_DEGREE_LAT) + CENTRE,
    )
    return moved
