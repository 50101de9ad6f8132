"""A day of an event driven in the simulator, dry: a plan with room is on time, one without hands its lateness on, and a seed repeats."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.__main__ import main

EIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
HOTEL, VENUE = {"name": "酒店", "lon": 116.0, "lat": 32.0}, {"name": "场馆", "lon": 116.1, "lat": 32.0}


def trip(number: int, start_at: datetime, minutes: int, *, back: bool = False) -> dict[str, Any]:
    ends = (VENUE, HOTEL) if back else (HOTEL, VENUE)
    return {
        "trip_no": f"T{number}", "wave": "早", "start_at": start_at.isoformat(), "end_at": (start_at + timedelta(minutes=minutes)).isoformat(),
        "origin": ends[0], "destination": ends[1], "staging": None,
    }  # fmt: skip


def said(capsys: pytest.CaptureFixture[str], plan: Path, chains: Any, *more: str) -> tuple[int, list[dict[str, Any]]]:
    plan.write_text(json.dumps({"day": "2026-11-20", "chains": chains}), encoding="utf-8")
    code = main(["rehearse", str(plan), *more])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_tight_chain_is_late_and_a_loose_one_is_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Ten kilometres take a quarter of an hour: trips every ten minutes cannot be kept by one vehicle, trips every hour can."""
    plan = tmp_path / "plan.json"
    loose = [trip(n, EIGHT + timedelta(hours=n), 40, back=bool(n % 2)) for n in range(4)]
    tight = [trip(n, EIGHT + timedelta(minutes=10 * n), 8, back=bool(n % 2)) for n in range(4)]
    assert said(capsys, plan, [loose])[1][-1]["total"]["late"] == 0
    code, lines = said(capsys, plan, [loose, tight], "--seed", "3")
    assert (code, lines[-1]["total"]["trips"], lines[-1]["total"]["vehicles"]) == (1, 8, 2)
    assert {line["trip_no"] for line in lines[:-1]} >= {"T2", "T3"}
    assert said(capsys, plan, [loose, tight], "--seed", "3")[1] == lines
    plan.write_text("{}", encoding="utf-8")
    assert main(["rehearse", str(plan)]) == 2
