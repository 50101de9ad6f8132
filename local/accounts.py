"""Writes the broker's service accounts for docker compose: `python -m local.accounts FILE`, passwords from MQTT_*_PASSWORD.

Runs before the broker starts. What is in the file stays, devices above all; only accounts that are not there are added.
"""

import json
import os
import sys
from pathlib import Path

from local.mosquitto import SERVICE_ACCOUNTS, completed


def main() -> int:
    """0 = the file is there, 2 = a password is missing."""
    file = Path(sys.argv[1])
    missing = [name for name in SERVICE_ACCOUNTS if not os.environ.get(_variable(name))]
    if missing:
        print(f"{_variable(missing[0])} is not set", file=sys.stderr)
        return 2
    passwords = {name: os.environ[_variable(name)] for name in SERVICE_ACCOUNTS}
    content = completed(file.read_text() if file.exists() else "", passwords)
    if content is not None:
        fresh = file.with_name(file.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(content, handle, indent=1)
        fresh.replace(file)  # a crash leaves the old accounts or the new ones
    return 0


def _variable(account: str) -> str:
    return f"MQTT_{account.upper()}_PASSWORD"


if __name__ == "__main__":
    sys.exit(main())
