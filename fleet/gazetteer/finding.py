"""Words to places: Chinese or Latin names, parts of them, short names, pinyin in full or only its initials, and house numbers.

Every spelling is one line of a long text that is searched at once, so 200,000 places answer in milliseconds. The order is how well
the words fit, then how near the place is to where the map looks.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fleet.gazetteer.book import Book
from fleet.gazetteer.entries import Region, Road, outlines_of, unpacked_line
from fleet.gazetteer.lines import METRES_PER_DEGREE
from fleet.gazetteer.sound import initials_of, is_chinese, plain, sound_of
from fleet.geo import distance_m

Fit = Literal["name", "short", "sound", "initials", "address", "like"]

MOST_MATCHES = 20_000  # of one spelling: a single letter fits everything, and nobody reads so far
LONGEST = 40  # characters of a query that are looked at
SAME_M = 300.0  # two of one name nearer than this are one place, mapped twice
# Costs: a whole name is better than its beginning, that better than its middle; ten times as far is one step worse.
WHOLE, BEGINNING, MIDDLE = 0.0, 0.8, 1.6
SOUND, INITIALS, LIKE = 0.5, 0.6, 2.5
OWN = -0.4
NEAR_KM = 3.0
_ADDRESSES = (
    re.compile(r"(?P<road>.+?)(?P<number>\d+[a-z]?)[号號]?"),
    re.compile(r"(?P<number>\d+[a-z]?)(?P<road>\D.*)"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A place that fits the words."""

    id: str
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float
    own: bool
    fit: Fit
    cost: float  # the lower the better
    distance_m: float | None  # from where the map looks


@dataclass(frozen=True, slots=True)
class _Subject:
    id: str
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float


class _Spelling:
    """One line per spelling, the number of its subject, and where matches may begin."""

    def __init__(self, lines: Sequence[tuple[str, int]], begins: Sequence[Sequence[int]] | None = None) -> None:
        self.text = "\n" + "\n".join(line for line, _ in lines) + "\n"
        lengths = np.array([len(line) + 1 for line, _ in lines], dtype=np.int64)
        self._starts = np.concatenate(([1], 1 + np.cumsum(lengths)[:-1])) if len(lines) else np.zeros(0, np.int64)
        self._lengths = lengths - 1
        self._subjects = np.array([subject for _, subject in lines], dtype=np.int64)
        self._may_begin: NDArray[np.bool_] | None = None
        if begins is not None:
            self._may_begin = np.zeros(len(self.text), dtype=bool)
            for start, offsets in zip(self._starts, begins, strict=True):
                self._may_begin[start + np.asarray(offsets, dtype=np.int64)] = True

    def matches(self, pattern: "re.Pattern[str]", length: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(subjects, cost) of every place where the pattern fits."""
        found: list[int] = []
        for match in pattern.finditer(self.text):
            found.append(match.start())
            if len(found) == MOST_MATCHES:
                break
        at = np.array(found, dtype=np.int64)
        if self._may_begin is not None and len(at):
            at = at[self._may_begin[at]]
        line = np.searchsorted(self._starts, at, side="right") - 1
        first = at == self._starts[line]
        whole = first & (self._lengths[line] == length)
        return self._subjects[line], np.where(whole, WHOLE, np.where(first, BEGINNING, MIDDLE))


class Finder:
    """One book's names, ready to be searched."""

    def __init__(self, book: Book, *, own: bool = False) -> None:
        self._book, self._own = book, own
        entries = book.entries
        self._subjects: list[_Subject] = []
        written: list[tuple[str, int]] = []
        short: list[tuple[str, int]] = []
        sounds: list[tuple[str, int]] = []
        for place in entries.places:
            number = self._add(place.id, place.name, place.name_en, place.kind, place.lon, place.lat)
            written += _lines((place.name, place.name_en), number)
            short += _lines(place.short_names, number)
            sounds += [(sound, number) for sound in place.sounds if sound]
        for name, name_en, sound, kind, lon, lat in (*_roads(entries.roads), *_regions(entries.regions)):
            number = self._add(f"{kind}:{name}@{lon:.3f},{lat:.3f}", name, name_en, kind, lon, lat)
            written += _lines((name, name_en), number)
            sounds += [(sound, number)] if sound else []
        self._written, self._short = _Spelling(written), _Spelling(short)
        heard = [sound.replace(" ", "") for sound, _ in sounds]
        syllables = [_syllable_starts(sound) for sound, _ in sounds]
        self._sounds = _Spelling([(text, number) for text, (_, number) in zip(heard, sounds, strict=True)], syllables)
        self._initials = _Spelling([(initials_of(sound), number) for sound, number in sounds])
        self._at = np.array([(subject.lon, subject.lat) for subject in self._subjects]).reshape(-1, 2)

    def find(self, words: str, near: tuple[float, float] | None, limit: int) -> list[Hit]:
        """At most so many places, the best first."""
        asked = plain(words)[:LONGEST]
        if not asked or not self._subjects:
            return []
        hits = [*self._addresses(asked, near), *self._ranked(self._fitting(asked), near, limit)]
        if not hits and len(asked) > 1:
            hits = self._ranked(self._like(asked), near, limit)
        return _once(sorted(hits, key=lambda hit: hit.cost), limit)

    def first(self, near: tuple[float, float] | None, limit: int) -> list[Hit]:
        """What to offer before anything is asked: the nearest, else the shortest names."""
        far = [0.0] * len(self._subjects) if near is None else _metres(self._at, near).tolist()
        order = sorted(range(len(far)), key=lambda at: (far[at], len(self._subjects[at].name), self._subjects[at].name))
        told = (self._hit(self._subjects[at], 0.0, "name", None if near is None else far[at]) for at in order)
        return _once(told, limit)

    def _add(self, place_id: str, name: str, name_en: str, kind: str, lon: float, lat: float) -> int:
        self._subjects.append(_Subject(place_id, name, name_en, kind, lon, lat))
        return len(self._subjects) - 1

    def _fitting(self, asked: str) -> Iterator[tuple[Fit, NDArray[np.int64], NDArray[np.float64]]]:
        pattern = re.compile(re.escape(asked))
        yield "name", *self._written.matches(pattern, len(asked))
        yield "short", *self._short.matches(pattern, len(asked))
        if not is_chinese(asked):
            subjects, cost = self._sounds.matches(pattern, len(asked))
            yield "sound", subjects, cost + SOUND
            subjects, cost = self._initials.matches(pattern, len(asked))
            yield "initials", subjects, cost + INITIALS

    def _like(self, asked: str) -> Iterator[tuple[Fit, NDArray[np.int64], NDArray[np.float64]]]:
        """Nothing fits: characters left out (市财局 for 市财政局), or others of the same sound."""
        between = re.compile(r"[^\n]{0,6}?".join(re.escape(sign) for sign in asked[:12]))
        subjects, cost = self._written.matches(between, -1)
        yield "like", subjects, cost + LIKE
        if is_chinese(asked):
            heard = sound_of(asked).replace(" ", "")
            subjects, cost = self._sounds.matches(re.compile(re.escape(heard)), len(heard))
            yield "like", subjects, cost + LIKE

    def _ranked(
        self,
        fitting: Iterable[tuple[Fit, NDArray[np.int64], NDArray[np.float64]]],
        near: tuple[float, float] | None,
        limit: int,
    ) -> list[Hit]:
        best: dict[int, tuple[float, Fit, float | None]] = {}
        for fit, subjects, fits in fitting:
            if not len(subjects):
                continue
            distance = None if near is None else _metres(self._at[subjects], near)
            cost = fits + (OWN if self._own else 0.0) + (0.0 if distance is None else _farness(distance))
            # Many entries stand for one place; a few more than asked for are enough to tell.
            for at in np.argsort(cost, kind="stable")[: 4 * limit]:
                subject = int(subjects[at])
                if subject not in best or cost[at] < best[subject][0]:
                    best[subject] = (float(cost[at]), fit, None if distance is None else float(distance[at]))
        first = sorted(best.items(), key=lambda one: one[1][0])[: 4 * limit]
        return [self._hit(self._subjects[number], *told) for number, told in first]

    def _addresses(self, asked: str, near: tuple[float, float] | None) -> Iterator[Hit]:
        """人民路123号: the number itself, or the nearest known one of that road."""
        read = [parts for form in _ADDRESSES if (parts := form.fullmatch(asked))]
        parts, road = next(
            ((parts, road) for parts in read if (road := self._book.road_named(parts["road"]))), (None, None)
        )
        if parts is None or road is None:
            return
        said, wanted = parts["number"], _figure(parts["number"])
        known = [
            (abs(_figure(one.number) - wanted), plain(one.number) != said, one)
            for one in self._book.numbers_on(road.name)
        ]
        if known:
            off, _, one = min(known, key=lambda each: each[:2])
            name = f"{one.road} {one.number} 号" if is_chinese(one.road) else f"{one.number} {one.road}"
            subject = _Subject(f"address:{name}", name, f"{one.number} {road.name_en or road.name}", "address", one.lon, one.lat)  # fmt: skip
            distance = None if near is None else distance_m(one.lon, one.lat, *near)
            yield self._hit(subject, WHOLE if off == 0 else BEGINNING, "address", distance)

    def _hit(self, subject: _Subject, cost: float, fit: Fit, distance_m: float | None) -> Hit:
        return Hit(
            id=subject.id, name=subject.name, name_en=subject.name_en, kind=subject.kind, lon=subject.lon,
            lat=subject.lat, own=self._own, fit=fit, cost=cost, distance_m=distance_m,
        )  # fmt: skip


def find(words: str, finders: Sequence[Finder], near: tuple[float, float] | None, limit: int) -> list[Hit]:
    """The best of several gazetteers; of the same place in two the first one's."""
    hits = [hit for finder in finders for hit in finder.find(words, near, limit)]
    return _once(sorted(hits, key=lambda hit: hit.cost), limit)


def _once(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """The first so many, without what bears the same name nearby."""
    kept: list[Hit] = []
    by_name: dict[str, list[Hit]] = {}
    for hit in hits:
        same = by_name.setdefault(plain(hit.name), [])
        if not any(distance_m(hit.lon, hit.lat, one.lon, one.lat) < SAME_M for one in same):
            same.append(hit)
            kept.append(hit)
            if len(kept) == limit:
                break
    return kept


def _lines(names: Iterable[str], number: int) -> list[tuple[str, int]]:
    return [(line, number) for line in dict.fromkeys(plain(name) for name in names) if line]


def _roads(roads: Sequence[Road]) -> Iterator[tuple[str, str, str, str, float, float]]:
    """One subject per road name and stretch of some kilometres: every town has a 人民路."""
    for road in roads:
        cells: dict[tuple[int, int], tuple[int, float, float]] = {}
        for packed in road.lines:
            line = unpacked_line(packed)
            lon, lat = (float(degree) for degree in line[len(line) // 2])
            cell = (math.floor(lon * 20), math.floor(lat * 20))
            if cell not in cells or len(line) > cells[cell][0]:
                cells[cell] = (len(line), lon, lat)
        for _, lon, lat in cells.values():
            yield road.name, road.name_en, road.sound, "road", lon, lat


def _regions(regions: Sequence[Region]) -> Iterator[tuple[str, str, str, str, float, float]]:
    for region, outline in zip(regions, outlines_of(regions), strict=True):
        at = outline.representative_point()
        yield region.name, region.name_en, region.sound, "region", at.x, at.y


def _syllable_starts(sound: str) -> list[int]:
    starts, at = [], 0
    for syllable in sound.split():
        starts.append(at)
        at += len(syllable)
    return starts


def _metres(at: NDArray[np.float64], near: tuple[float, float]) -> NDArray[np.float64]:
    east = math.cos(math.radians(near[1]))
    apart = (at - near) * (east * METRES_PER_DEGREE, METRES_PER_DEGREE)
    return np.hypot(apart[:, 0], apart[:, 1])


def _farness(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log10(1.0 + distance_m / 1000.0 / NEAR_KM)


def _figure(number: str) -> int:
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits else 10**6
