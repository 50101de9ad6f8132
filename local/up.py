"""`make up`: from a fresh clone to the running demo, and everything stopped again by ctrl-C.

Prepares what is missing, starts servers and programs as children, prints the address and the demo accounts, and keeps
the children running. State lives in one directory; a second `make up` finds the first one there.
"""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from local import demo, mosquitto, place, postgres, process, programs, router, servers, software, supervise, tls, ui
from local.errors import CannotRunError
from local.progress import say, waited_s
from local.state import choose_web_port

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(state: Path, extract: Path | None = None) -> int:
    """Run the whole system until ctrl-C or `make down`. Returns 1 when it cannot, with the reason printed.

    `extract` is a real city to drive in instead of the simulated one.
    """
    running = running_at(state)
    if running is not None:
        say(f"already running at {running}; `make down` stops it")
        return 0
    _interrupt_once()
    place.make_dir(state, 0o711)
    process.remember(state / "supervisor.json", os.getpid())
    records = place.make_dir(state / "pids", 0o755)
    kept: list[supervise.Kept] = []
    try:
        place.require_disk(state)
        supervise.end_former(records)
        _start(state, extract, kept, records)
        while True:
            supervise.tend(kept, records, time.monotonic())
            time.sleep(0.3)
    except _Interrupted:
        say("stopping")
    except CannotRunError as reason:
        print(f"cannot run: {reason}", file=sys.stderr)
        return 1
    finally:
        (state / "running.json").unlink(missing_ok=True)
        supervise.end_all(kept, records)
        (state / "supervisor.json").unlink(missing_ok=True)
    say("stopped")
    return 0


def running_at(state: Path) -> str | None:
    """The address of a system that runs there, 'starting' while it is not ready yet, None when none runs."""
    if process.recall(state / "supervisor.json") is None:
        return None
    try:
        return str(json.loads((state / "running.json").read_text())["url"])
    except (FileNotFoundError, ValueError, KeyError):
        return "(starting)"


def down(state: Path) -> bool:
    """Stop the system of that state directory; False when none runs."""
    supervisor = process.recall(state / "supervisor.json")
    if supervisor is None:
        return False
    process.end(supervisor, patience_s=90)
    return True


class _Interrupted(BaseException):
    """Ctrl-C, `make down`, or the terminal went away."""


def _interrupt_once() -> None:
    """Turn the first signal into _Interrupted, wherever we are; further ones do not disturb the stopping.

    A child started in that very moment is not lost: it ends with us (local/process.py).
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for one in ENDING_SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise _Interrupted

    for number in ENDING_SIGNALS:
        signal.signal(number, interrupt)


def _start(state: Path, extract: Path | None, kept: list[supervise.Kept], records: Path) -> None:
    """Everything up to the printed address, in order; each child is in `kept` before it is started."""
    ui.build()
    instance = _start_servers(state, kept, records)
    owner = instance.environment("owner") | overrides()
    demo.run("fleet", "migrate", environment=owner)
    city = demo.build_city(state / "city", software.router_bin(), extract)
    instance = servers.prepare(state, tiles=city.tiles, in_use=True)
    if "FLEET_ROUTER_URL" not in overrides() and (found := instance.router) is not None:
        supervise.add(kept, supervise.Kept(name="router", start=lambda: router.start(found)), records)
    say("seeding the demo")
    demo.seed(city, owner)
    interface = _interface(state)
    logs = place.make_dir(state / "logs", 0o755)
    base = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    for program in programs.programs(instance, interface, city, base=base, overrides=overrides()):
        supervise.add(kept, supervise.program(program, logs), records, patient=True)
    servers.write_addresses(instance)
    (state / "running.json").write_text(json.dumps({"url": interface.url}))
    print(f"\n  Daylight runs at  {interface.url}   (ready after {waited_s():.0f} s; ctrl-C stops it)\n")
    if interface.certificate:
        print(
            f"  From elsewhere: https://{socket.gethostname()}:{interface.port} (certificate made here: browsers warn)\n"
        )
    print(demo.accounts(state), flush=True)


def _start_servers(state: Path, kept: list[supervise.Kept], records: Path) -> servers.Instance:
    """Database and broker, unless a setting names others."""
    instance = servers.prepare(state)
    if "FLEET_DATABASE_URL" not in overrides():
        database = supervise.Kept(name="database", start=lambda: postgres.start(instance.postgres), stop=postgres.stop)
        supervise.add(kept, database, records)
        postgres.create_roles(instance.postgres)
    if "FLEET_MQTT_URL" not in overrides():
        broker = supervise.Kept(name="broker", start=lambda: mosquitto.start(instance.mosquitto))
        supervise.add(kept, broker, records)
    return instance


def overrides() -> dict[str, str]:
    """FLEET_* settings from outside: they win over the private servers' (contracts.md 8)."""
    places = ("FLEET_STATE_DIR", "FLEET_SOFTWARE_DIR")
    return {k: v for k, v in os.environ.items() if k.startswith("FLEET_") and k not in places}


def _interface(state: Path) -> programs.Interface:
    """Loopback and plain HTTP, unless HOST asks for another address: then TLS."""
    host = os.environ.get("HOST") or programs.LOOPBACK
    port = choose_web_port(state, host, os.environ.get("PORT"))
    if host in (programs.LOOPBACK, "localhost", "::1"):
        return programs.Interface(host=host, port=port)
    pem, key = tls.certificate(state, host, software.openssl())
    return programs.Interface(host=host, port=port, certificate=pem, key=key)
