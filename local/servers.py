"""One instance of the private servers: database, broker and (once there are tiles) router, with data of its own.

Several instances share the unpacked software but never ports or data: `make up`, each test run and each developer
have their own. This is the interface tests and the supervisor use; the command line is `python -m local`.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import mosquitto, postgres, process, router, software, state
from local.place import make_dir, server_identity

# Which database role and broker account each program works with.
ROLE_OF = {
    "owner": ("fleet_owner", "admin"),
    "ingest": ("fleet_engine", "ingest"),
    "gateway": ("fleet_gateway", "gateway"),
    "geofence": ("fleet_engine", None),
    "dispatch": ("fleet_engine", None),
    "health": ("fleet_engine", None),
    "commands": ("fleet_engine", "platform"),
    "reprocess": ("fleet_engine", None),
    "preview": ("fleet_engine", None),
    "web": ("fleet_web", None),
}

ISSUES_CREDENTIALS = ("owner", "web")  # for new devices


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """The servers of one state directory, running or not."""

    state: Path
    postgres: postgres.Postgres
    mosquitto: mosquitto.Mosquitto
    router: router.Router | None  # None until there are tiles
    jt808_port: int  # of the gateway; JT/T 808 terminals connect to it

    def environment(self, program: str = "owner") -> dict[str, str]:
        """The FLEET_* settings of a program, by the names of ROLE_OF."""
        role, account = ROLE_OF[program]
        settings = {
            "FLEET_DATABASE_URL": self.postgres.url(role),
            "FLEET_DEVICE_MQTT_URL": self.mosquitto.device_url,
            "FLEET_DEVICE_JT808": f"127.0.0.1:{self.jt808_port}",
            "FLEET_STATE_DIR": str(self.state),
            "FLEET_TIMEZONE": "Asia/Shanghai",
        }
        if account is not None:
            settings["FLEET_MQTT_URL"] = self.mosquitto.url(account)
        if program in ISSUES_CREDENTIALS:
            settings["FLEET_MQTT_ADMIN_URL"] = self.mosquitto.url("admin")
        if self.router is not None:
            settings["FLEET_ROUTER_URL"] = self.router.url
        return settings


def prepare(state_dir: Path, *, tiles: Path | None = None, durable: bool = True, in_use: bool = False) -> Instance:
    """Fetch the software when absent, choose ports and secrets; start nothing.

    `tiles` is remembered: a later call without it finds the router again. `durable=False` trades safety against
    power cuts for speed (tests). `in_use` describes servers that run already instead of choosing free ports.
    """
    identity = server_identity()
    make_dir(state_dir, 0o711)
    if not in_use:
        postgres.end_former(state_dir / "postgres")  # it may still hold its port
    ports = state.ports(state_dir, ("postgres", "mqtt_devices", "mqtt_services", "router", "jt808"), in_use=in_use)
    passwords = state.passwords(state_dir)
    root = software.servers_root()
    return Instance(
        state=state_dir,
        postgres=postgres.Postgres(
            root=root,
            home=state_dir / "postgres",
            port=ports["postgres"],
            passwords=passwords,
            identity=identity,
            durable=durable,
        ),
        mosquitto=mosquitto.Mosquitto(
            root=root,
            home=state_dir / "mosquitto",
            device_port=ports["mqtt_devices"],
            service_port=ports["mqtt_services"],
            passwords=passwords,
            identity=identity,
        ),
        router=_router(state_dir, tiles, ports["router"]),
        jt808_port=ports.get("jt808", 0),  # absent: a running instance of an older version, which has no gateway
    )


def _router(state_dir: Path, tiles: Path | None, port: int) -> router.Router | None:
    link = state_dir / "tiles"
    if tiles is not None and tiles != link:
        link.unlink(missing_ok=True)
        link.symlink_to(tiles.resolve())
    if not link.exists():
        return None
    return router.Router(
        bin=software.router_bin(),
        home=state_dir / "router",
        tiles=link.resolve(),
        port=port,
        identity=server_identity(),
    )


@contextmanager
def running(instance: Instance) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run all servers of the instance as our children; they end with the block, or with this process however it dies.

    Call it from the main thread: the kernel ends children when the thread that started them ends.
    """
    with ExitStack() as stack:
        children: dict[str, subprocess.Popen[bytes]] = {}
        children["database"] = postgres.start(instance.postgres)
        stack.callback(postgres.stop, children["database"])
        postgres.create_roles(instance.postgres)
        children["broker"] = mosquitto.start(instance.mosquitto)
        stack.callback(process.stop, children["broker"])
        if instance.router is not None:
            children["router"] = router.start(instance.router)
            stack.callback(process.stop, children["router"])
        yield children


def addresses(instance: Instance) -> dict[str, Mapping[str, str] | str | None]:
    """Everything a developer or a test needs to reach the instance."""
    roles = ("postgres", "fleet_owner", "fleet_engine", "fleet_web", "fleet_gateway")
    return {
        "state": str(instance.state),
        "database": {role: instance.postgres.url(role) for role in roles},
        "mqtt": {name: instance.mosquitto.url(name) for name in mosquitto.SERVICE_ACCOUNTS},
        "mqtt_devices": instance.mosquitto.device_url,
        "jt808": f"127.0.0.1:{instance.jt808_port}",
        "router": instance.router.url if instance.router else None,
        "pg_bin": str(software.postgres_bin(instance.postgres.root)),
    }


def write_addresses(instance: Instance) -> None:
    """Leave the addresses in the state directory (mode 600) while the servers run."""
    file = instance.state / "addresses.json"
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(addresses(instance), handle, indent=1)
    fresh.replace(file)  # a reader sees the old file or the new one, never half of it
