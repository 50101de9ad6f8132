"""What kind of place an OSM object is for us, by its tags; None when people have no business there."""

from collections.abc import Mapping

from simulators.city.model import Kind

# The first matching tag decides.
_KINDS: tuple[tuple[str, frozenset[str], Kind], ...] = (
    ("amenity", frozenset({"townhall", "courthouse", "police", "fire_station", "embassy"}), "government"),
    ("office", frozenset({"government", "diplomatic", "administrative"}), "office"),
    ("amenity", frozenset({"public_building", "library", "post_office", "community_centre"}), "office"),
    ("amenity", frozenset({"hospital", "clinic"}), "hospital"),
    ("amenity", frozenset({"school", "university", "college", "kindergarten"}), "school"),
    ("tourism", frozenset({"hotel", "guest_house", "hostel"}), "hotel"),
    ("tourism", frozenset({"attraction", "museum", "viewpoint", "gallery", "zoo"}), "scenic"),
    ("railway", frozenset({"station"}), "station"),
    ("public_transport", frozenset({"station"}), "station"),
    ("amenity", frozenset({"bus_station", "ferry_terminal"}), "station"),
    ("amenity", frozenset({"marketplace"}), "market"),
    ("shop", frozenset({"supermarket", "mall", "department_store"}), "market"),
    ("amenity", frozenset({"restaurant", "cafe", "fast_food", "bar", "pub"}), "restaurant"),
    ("building", frozenset({"apartments", "residential"}), "residential"),
)


def kind_of(tags: Mapping[str, str]) -> Kind | None:
    """The kind of a mapped object. Depots are not told by tags alone: see is_depot."""
    if is_depot(tags):
        return "depot"
    return next((kind for key, values, kind in _KINDS if tags.get(key) in values), None)


def is_depot(tags: Mapping[str, str]) -> bool:
    """A car park of the administration's own."""
    return tags.get("amenity") == "parking" and tags.get("operator:type") == "government"
