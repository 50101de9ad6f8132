"""Sends the corpus through decoding, judging and the fold as they are, and counts what each flag found and accused.

`run` gives the counts, `report` the lines of `python -m benchmarks cleaning`. A fix is caught when it carries the flag its
label says; a flag that the label does not say is false. `suspected` counts what `python -m geofence judge` would hold
against a driver who had an order for all he did.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cleaning.corpus import KINDS, Day, Sent
from benchmarks.cleaning.truth import degrees
from fleet.position import Datum, Quality
from fleet.quality import SAID_POOR
from geofence.cases.folder import read_case
from geofence.context import Context
from geofence.evaluate import evaluate
from geofence.finding import Judgement
from geofence.instants import epoch_ms
from geofence.judge import findings_of
from geofence.state import State
from geofence.track.fixes import TrackFix, in_event_order
from geofence.track.marks import settled
from ingest.batch import Judged
from ingest.clean import Device
from ingest.judging import judge_message
from ingest.registry import Registry
from ingest.row import COLUMNS

SAYS = ("device", "fixed_at", "received_at", "lon", "lat", "speed_kmh", "accuracy_m", "hdop", "satellites", "valid", "ignition")  # fmt: skip
FLAGS = tuple(flag for flag in Quality if flag not in (Quality.GOOD, Quality.RECEIVE_TIME))


@dataclass(slots=True)
class Score:
    """Counts over some days, by flag, and by kind of day and flag."""

    fixes: Counter[str] = field(default_factory=Counter)
    caught: Counter[tuple[str, Quality]] = field(default_factory=Counter)
    missed: Counter[tuple[str, Quality]] = field(default_factory=Counter)
    false: Counter[tuple[str, Quality]] = field(default_factory=Counter)
    refused: int = 0
    wrongly_refused: int = 0  # refused for another reason than it should, or at all, or taken
    suspected: Counter[str] = field(default_factory=Counter)

    def recall(self, flag: Quality, kind: str | None = None) -> float | None:
        """Share of the labelled fixes that carry the flag; None = there are none."""
        caught, missed = _of(self.caught, flag, kind), _of(self.missed, flag, kind)
        return caught / (caught + missed) if caught + missed else None

    def precision(self, flag: Quality) -> float | None:
        """Share of the flagged fixes whose label says it."""
        caught, false = _of(self.caught, flag, None), _of(self.false, flag, None)
        return caught / (caught + false) if caught + false else None

    def false_share(self, kinds: Iterable[str]) -> float:
        """False flags per sound fix of these kinds of days."""
        chosen = set(kinds)
        fixes = sum(count for kind, count in self.fixes.items() if kind in chosen)
        return sum(count for (kind, _), count in self.false.items() if kind in chosen) / max(fixes, 1)


def run(seed: int, days: int = 1) -> Score:
    """Every kind of day so many times."""
    score = Score()
    for kind in KINDS:
        for number in range(days):
            day = kind(random.Random(f"{seed} {kind.__name__} {number}"))
            _measure(kind.__name__, day, score)
    return score


def flags_of(fixes: Sequence[TrackFix], context: Context) -> Mapping[int, int]:
    """What the fold says against single fixes, by instant."""
    _, outcome = evaluate(State(), fixes, context)
    return settled(outcome.marks)[1]


def _measure(kind: str, day: Day, score: Score) -> None:
    with TemporaryDirectory() as folder:
        case = read_case(_written(Path(folder), day))
    context = Context(case.vehicles[0].facts)
    labels: dict[int, Sent] = {}
    said: dict[int, int] = {}
    fixes: list[TrackFix] = []
    for sent, judged in _arrived(day):
        if sent.refused is not None or judged.rejections:
            score.refused += 1
            score.wrongly_refused += [each.reason for each in judged.rejections] != [sent.refused]
            continue
        row = dict(zip(COLUMNS, judged.rows[0].columns, strict=True))
        fix = _fix(row)
        fixes.append(fix)
        labels[fix.at_ms], said[fix.at_ms] = sent, int(str(row["quality"]))
    around = flags_of(in_event_order(fixes), context)
    score.fixes[kind] += len(fixes)
    for at_ms, sent in labels.items():
        _count(kind, Quality(said[at_ms] | around.get(at_ms, 0)), sent, score)
    score.suspected[kind] += sum(each.judgement is Judgement.SUSPECTED for each in findings_of(case))


def fixes_of(day: Day) -> list[TrackFix]:
    """What of a day is stored, in order of arrival."""
    rows = (judged.rows[0].columns for _, judged in _arrived(day) if judged.rows)
    return [_fix(dict(zip(COLUMNS, each, strict=True))) for each in rows]


def _arrived(day: Day) -> Iterator[tuple[Sent, Judged]]:
    for sent in sorted(day, key=_arrival):
        yield sent, judge_message("fleet/v1/d/pos", sent.payload, _registry(sent), _arrival(sent))


def _count(kind: str, found: Quality, sent: Sent, score: Score) -> None:
    for flag in FLAGS:
        if flag in sent.uncounted:
            continue
        if flag in sent.expected:
            (score.caught if flag in found else score.missed)[kind, flag] += 1
        elif flag in found:
            score.false[kind, flag] += 1


def _registry(sent: Sent) -> Registry:
    device = Device(
        device_no=1, tenant_no=1, tenant_id="t", code="d", datum=Datum.WGS84, active=True,
        installed_at=sent.moment.at - timedelta(days=20),
    )  # fmt: skip
    return Registry(devices={"d": device})


def _arrival(sent: Sent) -> datetime:
    return sent.moment.at + timedelta(seconds=sent.arrives_s)


def report(score: Score) -> list[str]:
    """One line per flag, one for false flags of sound days, one for refusals and suspicions."""
    lines = [f"{sum(score.fixes.values())} fixes in {len(score.fixes)} kinds of days"]
    for flag in FLAGS:
        recall, precision = score.recall(flag), score.precision(flag)
        of = sorted({kind for kind, each in (*score.caught, *score.missed) if each is flag})
        by_kind = ", ".join(f"{kind} {score.recall(flag, kind):.4f}" for kind in of)
        lines.append(f"{flag.name}: recall {_text(recall)}, precision {_text(precision)}   ({by_kind})")
    lines.append(f"false flags of sound days: {score.false_share(SOUND):.5f} of their fixes")
    lines.append(f"false flags by kind: {dict(_told(score.false))}")
    lines.append(f"refused {score.refused}, of these wrongly {score.wrongly_refused}")
    lines.append(f"suspected although ordered: {sum(score.suspected.values())} {dict(+score.suspected)}")
    return lines


SOUND = ("clean", "clean_fast", "clean_slow", "stuck_speed", "positions_only", "tunnel", "late_burst")


def _told(counts: Counter[tuple[str, Quality]]) -> dict[str, int]:
    return {f"{kind} {flag.name}": count for (kind, flag), count in sorted(counts.items())}


def _text(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"


def _of(counts: Counter[tuple[str, Quality]], flag: Quality, kind: str | None) -> int:
    return sum(count for (each, found), count in counts.items() if found is flag and kind in (None, each))


def _fix(row: Mapping[str, object]) -> TrackFix:
    """As geofence.store.stream makes it of a stored row."""
    number = {name: None if row[name] is None else int(str(row[name])) for name in ("speed_dkmh", "accuracy_dm")}
    ignition = row["ignition"]
    return TrackFix(
        epoch_ms(row["fixed_at"]),  # type: ignore[arg-type]  # by the order of COLUMNS
        epoch_ms(row["received_at"]),  # type: ignore[arg-type]  # likewise
        int(str(row["lon_e7"])) / 1e7,
        int(str(row["lat_e7"])) / 1e7,
        None if number["speed_dkmh"] is None else number["speed_dkmh"] / 10,
        None if number["accuracy_dm"] is None else number["accuracy_dm"] / 10,
        ignition if isinstance(ignition, bool) else None,
        int(str(row["quality"])) & SAID_POOR != 0,
    )


def _written(folder: Path, day: Day) -> Path:
    """The day as a CASE folder: every message that is a row at all, and an order for the way that was driven."""
    first, last = day[0].moment, day[-1].moment
    with (folder / "track.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(SAYS)
        rows.writerows(_line(sent) for sent in day if sent.text is None or "NaN" in sent.text)
    (folder / "context.json").write_text(json.dumps(_context(day)))
    assert first.at < last.at
    return folder


def _line(sent: Sent) -> list[object]:
    body = sent.body
    at = datetime.fromtimestamp(int(str(body["t"])) / 1000, UTC)
    lat = "nan" if sent.text is not None else body["lat"]
    told = ["" if body[name] is None else body[name] for name in ("speed_kmh", "accuracy_m", "hdop", "satellites")]
    said = ["" if body[name] is None else int(bool(body[name])) for name in ("valid", "ignition")]
    return ["d", at.isoformat(), _arrival(sent).isoformat(), body["lon"], lat, *told, *said]


def _context(day: Day) -> dict[str, object]:
    first, last = day[0].moment, day[-1].moment
    way = [degrees(each.moment.east_m, each.moment.north_m) for each in day]
    ring = [degrees(east, north) for east, north in ((-90, -90), (90, -90), (90, 90), (-90, 90), (-90, -90))]
    order = {
        "id": "o1", "vehicle": "v1", "unit": "u1", "type": "normal", "planned_start": first.at.isoformat(),
        "planned_end": last.at.isoformat(), "created_at": (first.at - timedelta(days=1)).isoformat(),
        "route": {"type": "LineString", "coordinates": way},
    }  # fmt: skip
    return {
        "now": (last.at + timedelta(hours=1)).isoformat(),
        "units": [{"id": "u1"}],
        "depots": [{"id": "d1", "geometry": {"type": "Polygon", "coordinates": [ring]}}],
        # A day is cut out of a longer one, also while driving: silent after it, as R15 would truly say.
        "vehicles": [{"id": "v1", "device": "d", "user_unit": "u1", "home_depot": "d1", "exempt_rules": ["R15"]}],
        "orders": [order] if any(each.moment.ignition for each in day) else [],
    }
