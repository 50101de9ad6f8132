"""Secrets stay where they belong: not in logs, not in the text of a value, not on a command line, not in the repository."""

import re
import subprocess
from pathlib import Path

import pytest
import structlog

from fleet import logs, settings
from fleet.broker import Address
from web.__main__ import log_as_json

ROOT = Path(__file__).parents[2]
CANARY = "hunter2-canary"
SECRET = re.compile(
    r"BEGIN [A-Z ]*PRIVATE KEY|\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{16,}|://[a-z_]+:(?!password@)[A-Za-z0-9_-]{8,}@"
)


@pytest.mark.parametrize("configure", [logs.write_json, log_as_json])
def test_a_logged_crash_shows_no_local_variables(configure: object, capsys: pytest.CaptureFixture[str]) -> None:
    """The addresses of database and broker hold passwords, and they are local variables of whatever crashes."""
    before = structlog.get_config()
    try:
        configure("info")  # type: ignore[operator]
        address = f"postgresql://fleet:{CANARY}@db/fleet"
        try:
            int(address.partition("@")[2])
        except ValueError:
            structlog.get_logger("x").exception("crashed", text="one\nline")
        said = capsys.readouterr().err
    finally:
        structlog.configure(**before)
    assert "ValueError" in said
    assert CANARY not in said
    assert said.count("\n") == 1, "what somebody sends cannot begin a line of its own"


def test_the_text_of_settings_and_addresses_holds_no_password() -> None:
    """Whoever prints or logs one of these gives nothing away."""
    environ = {
        "FLEET_DATABASE_URL": f"postgresql://fleet:{CANARY}@db/fleet",
        "FLEET_MQTT_URL": f"mqtt://ingest:{CANARY}@broker:1884",
        "FLEET_MQTT_ADMIN_URL": f"mqtt://admin:{CANARY}@broker:1884",
    }
    assert CANARY not in repr(settings.load(environ))
    assert CANARY not in repr(Address.parse(environ["FLEET_MQTT_URL"]))


def test_no_secret_is_in_the_repository() -> None:
    """No private key, no password hash, no address with a password in any file that is kept."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file.is_file() and file != Path(__file__):
            text = file.read_text(encoding="utf-8", errors="ignore")
            found += [(name, match[0]) for match in SECRET.finditer(text)]
    assert found == []


def test_the_databases_passwords_are_not_on_a_command_line() -> None:
    """Arguments of a process can be read by every other one."""
    script = (ROOT / "deploy" / "database-init.sh").read_text()
    assert not re.search(r"-v\s+\w*password", script)
    assert script.count("\\getenv") == 4
