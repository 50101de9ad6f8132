"""What kind of place an OpenStreetMap object is, by its tags: the code of a word people see, `placeKind` in the interface."""

from collections.abc import Mapping

# A named object with none of these keys is no place anybody goes to.
KEYS = (
    "amenity", "office", "tourism", "shop", "leisure", "railway", "public_transport", "healthcare", "building", "landuse",
    "natural", "place", "historic", "man_made", "aeroway", "craft", "emergency", "government", "military", "highway", "club",
)  # fmt: skip
# The first matching tag decides.
_KINDS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("amenity", frozenset({"townhall", "courthouse", "police", "fire_station", "embassy"}), "government"),
    ("office", frozenset({"government", "diplomatic", "administrative"}), "office"),
    ("amenity", frozenset({"public_building", "library", "post_office", "community_centre"}), "office"),
    ("amenity", frozenset({"hospital", "clinic", "doctors", "dentist", "pharmacy"}), "hospital"),
    ("amenity", frozenset({"school", "university", "college", "kindergarten"}), "school"),
    ("tourism", frozenset({"hotel", "guest_house", "hostel", "motel"}), "hotel"),
    ("tourism", frozenset({"attraction", "museum", "viewpoint", "gallery", "zoo", "theme_park"}), "scenic"),
    ("railway", frozenset({"station", "halt", "tram_stop", "subway_entrance"}), "station"),
    ("public_transport", frozenset({"station", "platform", "stop_position"}), "station"),
    ("amenity", frozenset({"bus_station", "ferry_terminal"}), "station"),
    ("highway", frozenset({"bus_stop"}), "station"),
    ("aeroway", frozenset({"aerodrome", "terminal", "heliport"}), "station"),
    ("amenity", frozenset({"marketplace", "bank"}), "market"),
    ("amenity", frozenset({"restaurant", "cafe", "fast_food", "bar", "pub", "food_court"}), "restaurant"),
    ("amenity", frozenset({"parking", "parking_space", "parking_entrance"}), "parking"),
    ("amenity", frozenset({"fuel", "charging_station"}), "fuel"),
    ("leisure", frozenset({"park", "garden", "nature_reserve", "playground", "marina"}), "park"),
    ("building", frozenset({"apartments", "residential"}), "residential"),
    ("landuse", frozenset({"residential"}), "residential"),
    ("place", frozenset({"city", "town", "suburb", "village", "hamlet", "quarter", "neighbourhood"}), "settlement"),
)
_NOT_PLACES = frozenset({"crossing", "traffic_signals", "motorway_junction", "speed_camera", "street_lamp", "stop", "give_way"})  # fmt: skip


def kind_of(tags: Mapping[str, str]) -> str | None:
    """The kind of a mapped object; "" for a place of no particular kind, None for what is no place."""
    if tags.get("amenity") == "parking" and tags.get("operator:type") == "government":
        return "depot"
    for key, values, kind in _KINDS:
        if tags.get(key) in values:
            return kind
    keys = [key for key in KEYS if key in tags and key != "highway"]
    if not keys or tags.get("highway") in _NOT_PLACES:
        return None
    if "shop" in keys:
        return "market"
    return "office" if "office" in keys else ""
