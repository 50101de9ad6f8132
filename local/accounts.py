"""Writes the broker's first accounts for docker compose: `python -m local.accounts FILE`, passwords from MQTT_*_PASSWORD.

Does nothing when the file is there: afterwards devices are in it too, added through the control topic.
"""

import json
import os
import sys
from pathlib import Path

from local.mosquitto import SERVICE_ACCOUNTS, security


def main() -> int:
    """0 = the file is there, 2 = a password is missing."""
    file = Path(sys.argv[1])
    if file.exists() and file.stat().st_size > 0:
        return 0
    missing = [name for name in SERVICE_ACCOUNTS if not os.environ.get(_variable(name))]
    if missing:
        print(f"{_variable(missing[0])} is not set", file=sys.stderr)
        return 2
    content = json.dumps(security({name: os.environ[_variable(name)] for name in SERVICE_ACCOUNTS}), indent=1)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(content)
    return 0


def _variable(account: str) -> str:
    return f"MQTT_{account.upper()}_PASSWORD"


if __name__ == "__main__":
    sys.exit(main())
