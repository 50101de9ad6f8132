"""`python -m fleet`: schema, reference data, register and self-check (contracts.md 4)."""

import asyncio
import json
import os
import sys

from fleet.arguments import parser
from fleet.broker import BrokerLost
from fleet.broker_accounts import ControlFailed
from fleet.db import pg_errors
from fleet.errors import NotConfigured, Refusal
from fleet.settings import load


def main() -> int:
    """0 = done, 1 = the thing checked is wrong, 2 = refused or unusable input, with one line saying why."""
    arguments = parser().parse_args()
    try:
        return int(asyncio.run(arguments.run(load(os.environ), arguments)))
    except Refusal as refusal:
        told = {"error": refusal.code, **refusal.params}
    except (NotConfigured, OSError, ValueError, BrokerLost, ControlFailed, pg_errors.Error) as error:
        told = {"error": "unusable", "why": str(error).strip().splitlines()[0] if str(error) else type(error).__name__}
    print(json.dumps(told, ensure_ascii=False, default=str), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
