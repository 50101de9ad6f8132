"""`python -m ingest decode` as contracts.md 4 promises it: JSON lines, no clock, exit codes, no server needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import ran

FIX = '{"t": 1700000000, "lon": 121.4, "lat": 31.2, "speed_kmh": 30, "door": 1}'


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, list[dict[str, object]], str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = ran("ingest", "decode", *arguments, environment=environment, stdin=stdin)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_one_line_per_fix_from_hex() -> None:
    """Keys of the contract, UTC with milliseconds, the device of the topic; a date of 2023 is not ancient here."""
    code, lines, _ = run("--format", "native", "--hex", FIX.encode().hex(), "--topic", "fleet/v1/dev1/pos")
    assert code == 0
    assert lines == [
        {
            "device": "dev1",
            "t": "2023-11-14T22:13:20.000Z",
            "lon": 121.4,
            "lat": 31.2,
            "speed_kmh": 30.0,
            "extra": {"door": 1},
        }
    ]


def test_file_and_standard_input_hold_one_message_a_line(tmp_path: Path) -> None:
    """Batches give a line per fix, bad ones a rejection, other topics a message line; blank lines nothing."""
    text = f'{FIX}\n\n{{"fixes": [{FIX}, {{"t": 1}}]}}\nnonsense\n{{"t": 1, "lon": 0, "lat": 0}}\n'
    file = tmp_path / "messages"
    file.write_text(text)
    for arguments, stdin in (("--file", str(file)), b""), (("-",), text.encode()):
        code, lines, _ = run("--format", "native", *arguments, stdin=stdin)
        assert code == 0
        assert [line.get("rejected", "fix") for line in lines] == ["fix", "fix", "malformed", "malformed", "impossible"]
    code, lines, _ = run("--format", "native", "-", "--topic", "fleet/v1/d/status", stdin=b"online")
    assert lines == [{"message": "status", "device": "d", "online": True}]


def test_other_datums_are_printed_in_wgs84() -> None:
    """The printed place is the converted one."""
    _, lines, _ = run("--format", "native", "-", stdin=FIX.replace("}", ', "crs": "GCJ02"}').encode())
    assert lines[0]["lon"] == pytest.approx(121.3954, abs=2e-4)


def test_without_a_topic_the_body_may_name_the_device() -> None:
    """The device is what the body says, or null; with a topic the topic is the identity."""
    named = FIX.replace("}", ', "device": "dev7"}').encode()
    assert run("--format", "native", "-", stdin=named)[1][0]["device"] == "dev7"
    assert run("--format", "native", "-", stdin=FIX.encode())[1][0]["device"] is None
    _, lines, _ = run("--format", "native", "-", "--topic", "fleet/v1/dev1/pos", stdin=named)
    assert lines[0]["rejected"] == "forged"


def test_what_cannot_be_a_device_is_malformed_and_not_forged() -> None:
    """Without a topic there is nothing to contradict: a name that cannot stand in one is no attempt to deceive."""
    for name in ("a/b", "", "dev+", "#"):
        _, (line,), _ = run("--format", "native", "-", stdin=json.dumps({**json.loads(FIX), "device": name}).encode())
        assert line["rejected"] == "malformed"
        assert "device" in str(line["detail"])
    assert run("--format", "native", "-", stdin=b'{"batch": 1, "fixes": []}')[1][0]["device"] is None


def test_an_event_may_use_our_names() -> None:
    """What the body says under a name of ours stands in `extra`; the line is still told as an event of this device."""
    body = b'{"code": "text", "message": "hello", "id": 7}'
    _, (line,), _ = run("--format", "native", "-", "--topic", "fleet/v1/d/event", stdin=body)
    assert line == {"message": "event", "device": "d", "code": "text", "id": 7, "extra": {"message": "hello"}}


def test_a_reader_that_has_enough_ends_the_program_in_peace(tmp_path: Path) -> None:
    """`decode ... | head` is no crash: exit 0 and no traceback when the pipe is closed."""
    (tmp_path / "lines").write_text(f"{FIX}\n" * 5_000)
    command = (
        f"{sys.executable} -m ingest decode --format native --file {tmp_path}/lines | true; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("0", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "morse", "--hex", "00"),
        ("--format", "native", "--hex", "0g"),
        ("--format", "native", "--file", "/does/not/exist"),
        ("--format", "native"),
        ("--hex", "00"),
    ],
)
def test_unusable_input_is_exit_2_with_a_reason(arguments: tuple[str, ...]) -> None:
    """Whatever cannot be used is named in one line."""
    code, lines, reason = run(*arguments)
    assert (code, lines) == (2, [])
    assert reason.strip()
