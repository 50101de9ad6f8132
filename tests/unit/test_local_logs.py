"""`make logs` and restarting: what a person sees, and how patient the supervisor is."""

import json
from pathlib import Path

import pytest

from local import demo, logs, supervise, tls, ui
from local.backup import mismatch


def test_a_json_line_becomes_readable() -> None:
    """Time, level and event first, then the rest."""
    line = json.dumps({"port": 8080, "event": "ready", "level": "info", "timestamp": "2026-11-20T12:00:00Z"})
    assert logs.readable("web", line) == "web        2026-11-20T12:00:00Z info ready port=8080"


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "[1, 2]", "{broken"])
def test_other_lines_stay_as_they_are(line: str) -> None:
    """A traceback is not lost because it is no JSON."""
    assert logs.readable("ingest", line) == f"ingest     {line}"


def test_expected_noise_is_left_out_and_half_lines_wait(tmp_path: Path) -> None:
    """The edition's own complaint is not shown, a line still being written neither."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text(
        "one\nERROR:  functionality not supported under the current license\ntwo\nhalf"
    )
    shown = list(logs.follow(tmp_path, last=5, forever=False))
    assert [line.split()[-1] for line in shown] == ["one", "two"]


def test_the_back_off_doubles_up_to_half_a_minute() -> None:
    """A program that cannot start does not keep a core busy, and is not forgotten."""
    assert [supervise.wait_s(n) for n in (0, 1, 2, 3, 6, 50)] == [0.0, 1.0, 2.0, 4.0, 30.0, 30.0]


def test_the_interface_is_built_again_when_a_source_changes(tmp_path: Path) -> None:
    """Content and names count, node_modules and the result do not."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.ts").write_text("1")
    before = ui.fingerprint(ui.sources(tmp_path))
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.js").write_text("1")
    assert ui.fingerprint(ui.sources(tmp_path)) == before
    (tmp_path / "src" / "a.ts").write_text("2")
    assert ui.fingerprint(ui.sources(tmp_path)) != before


def test_one_account_of_every_role_is_printed(tmp_path: Path) -> None:
    """The password once, one login per role, in the order they were made."""
    made = [
        {"login": login, "password": "a-b-c", "name": "张", "role": role}
        for login, role in (("driver", "driver"), ("driver002", "driver"), ("inspector", "inspector"))
    ]
    (tmp_path / demo.ACCOUNTS_FILE).write_text(json.dumps(made), encoding="utf-8")
    told = demo.accounts(tmp_path)
    assert "password a-b-c" in told
    assert "driver002" not in told
    assert told.index("driver") < told.index("inspector")


@pytest.mark.parametrize(
    ("host", "first"),
    [("10.1.2.3", "IP:10.1.2.3"), ("fleet.example", "DNS:fleet.example"), ("0.0.0.0", "DNS:localhost")],
)
def test_a_certificate_names_the_host(host: str, first: str) -> None:
    """An address, a name, or every address of the machine."""
    assert tls.alternative_names(host)[0] == first


@pytest.mark.parametrize("name", ["timescaledb", "edition", "postgres"])
def test_a_copy_is_refused_by_every_difference(name: str) -> None:
    """Extension version, edition and server version must agree."""
    here: dict[str, str | int] = {"timescaledb": "2.19.3", "edition": "apache", "postgres": 17}
    assert mismatch(here, here) is None
    refusal = mismatch(here | {name: "other"}, here)
    assert refusal is not None
    assert name in refusal
