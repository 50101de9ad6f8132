"""`python -m benchmarks.fuzz.routes --url URL --state DIR`: Schemathesis over the dispatcher's routes of a running copy.

As each kind of person that has to do with trips, every route of `ROUTES` gets so many generated requests, sound ones and broken
ones, and must never answer 5xx. Schemathesis lives in an environment of its own, built from its lock when it is first needed.
Exit code 1 when a server error was found; the requests are printed as curl lines.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import httpx

from local.place import REPOSITORY

ENVIRONMENT = REPOSITORY / ".local/schemas"
LOCK = REPOSITORY / "requirements/schemas.lock"
ROUTES = (
    r"^/api/(orders|order-series|order-attachments|approval|approvals|dispatch|room|route|wait-list|upkeep|home-travel|ride-shares|share"
    r"|fleet-polic|driver-|drivers|driving-rules|lending|lump-sums|vendor|tariffs|statements|sizing|events|lost-property)"
)
ROLES = ("dispatcher", "employee", "approver", "unit_admin", "driver", "fleet_admin")


def main() -> int:
    """Fuzz as each role in turn."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz.routes", description=__doc__)
    parser.add_argument("--url", required=True, help="of a running copy, as `make up` prints it")
    parser.add_argument("--state", type=Path, required=True, help="its state folder, where the demo accounts are")
    parser.add_argument("--cases", type=int, default=2_000, help="of each route, all people together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--routes", default=ROUTES, help="regular expression of paths")
    asked = parser.parse_args()
    prepare()
    accounts = {
        row["role"]: row for row in reversed(json.loads((asked.state / "demo-accounts.json").read_text("utf-8")))
    }
    failed = 0
    for number, role in enumerate(ROLES):
        cookie, csrf = _signed_in(asked.url, accounts[role])
        command = [str(ENVIRONMENT / "bin/schemathesis"), "run", f"{asked.url}/api/openapi.json", "--url", asked.url]
        command += ["--include-path-regex", asked.routes, "--checks", "not_a_server_error", "--phases", "fuzzing"]
        command += [
            "-n",
            str(-(-asked.cases // len(ROLES))),
            "--seed",
            str(asked.seed + number),
            "--continue-on-failure",
        ]
        command += ["--no-shrink", "--suppress-health-check", "all", "--warnings", "off", "--tls-verify", "false"]
        command += ["-H", f"Cookie: session={cookie}", "-H", f"X-CSRF-Token: {csrf}", "--request-timeout", "60"]
        done = subprocess.run(
            command, check=False, cwd=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        print(f"{role}:\n{done.stdout[-6_000:]}", flush=True)
        failed += done.returncode != 0
    return 1 if failed else 0


def prepare() -> None:
    """Build the environment from its lock unless it is there."""
    done = ENVIRONMENT / "lock"
    if done.exists() and done.read_bytes() == LOCK.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    subprocess.run(pip, check=True)
    done.write_bytes(LOCK.read_bytes())


def _signed_in(url: str, account: dict[str, str]) -> tuple[str, str]:
    """Session cookie and the token that unsafe methods carry."""
    with httpx.Client(base_url=url, transport=httpx.HTTPTransport(verify=False), timeout=60) as client:
        answer = client.post("/api/login", json={"login": account["login"], "password": account["password"]})
        answer.raise_for_status()
        return client.cookies["session"], str(answer.json()["csrf_token"])


if __name__ == "__main__":
    sys.exit(main())
