"""The sentences a place is put in, Chinese and English: from the large to the small in one, the other way round in the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.gazetteer.sound import is_chinese

_DIRECTIONS = (
    ("北", "north"), ("东北", "north-east"), ("东", "east"), ("东南", "south-east"), ("南", "south"), ("西南", "south-west"),
    ("西", "west"), ("西北", "north-west"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """What is to be said. With a distance it is far from the place and the heading says on which side of it."""

    name: str = ""
    name_en: str = ""
    inside: bool = False
    road: str = ""
    road_en: str = ""
    number: str = ""
    distance_m: float | None = None
    heading_deg: float | None = None


def phrased(phrase: Phrase, districts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """(Chinese, English). `districts` are (name, English name) from the largest on."""
    zh, en = _chinese(phrase), _english(phrase)
    text = _joined([*(name for name, _ in districts), zh])
    return text, ", ".join(filter(None, [en, *(name_en or name for name, name_en in reversed(districts))]))


def _chinese(phrase: Phrase) -> str:
    if phrase.number:
        return _joined([phrase.road, phrase.number, "号附近"])
    if phrase.inside:
        return _joined([phrase.name, "内"])
    if phrase.distance_m is not None:
        far = f"约 {_metres(phrase.distance_m, '米', '公里')}"
        if phrase.heading_deg is None:
            return _joined(["距", phrase.name, far])
        landmark = _joined([phrase.name, f"{_direction(phrase.heading_deg)[0]}侧{far}"])
        return f"{phrase.road}，{landmark}" if phrase.road else landmark
    if phrase.name:
        near = _joined([phrase.name, "附近"])
        return f"{phrase.road}，{near}" if phrase.road else near
    return phrase.road


def _english(phrase: Phrase) -> str:
    name, road = phrase.name_en or phrase.name, phrase.road_en or phrase.road
    if phrase.number:
        return f"near {phrase.number} {road}"
    if phrase.inside:
        return f"in {name}"
    if phrase.distance_m is not None:
        side = "from" if phrase.heading_deg is None else f"{_direction(phrase.heading_deg)[1]} of"
        landmark = f"about {_metres(phrase.distance_m, 'm', 'km')} {side} {name}"
        return f"{road}, {landmark}" if road else landmark
    if name:
        return f"{road}, near {name}" if road else f"near {name}"
    return road


def _direction(degrees: float) -> tuple[str, str]:
    return _DIRECTIONS[round(degrees / 45) % 8]


def _metres(distance_m: float, metre: str, kilometre: str) -> str:
    """Rounded as people say it: to 10 m, from 1 km on to 100 m."""
    near = max(10, round(distance_m, -1))
    return f"{near:.0f} {metre}" if near < 1000 else f"{distance_m / 1000:.1f} {kilometre}"


def _joined(parts: Sequence[str]) -> str:
    """Chinese words need nothing between them, others a space."""
    text = ""
    for part in parts:
        apart = text and part and not (is_chinese(text[-1]) and (is_chinese(part[0])))
        text += f" {part}" if apart else part
    return text
