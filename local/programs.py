"""The programs of the running system as `make up` starts them: command, settings, and how one sees it is ready."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.demo import City
from local.servers import Instance

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One child process of ours that writes {"event": "ready"} to its log once it serves."""

    name: str  # of its log and of the record of its process: no two may share it
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)  # holds passwords
    module: str = ""  # what `python -m` runs, where that is not the name

    @property
    def command(self) -> list[str]:
        """The full command line."""
        return [sys.executable, "-m", self.module or self.name, *self.arguments]


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """Where the web program listens."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """What a person types on this machine."""
        host = LOOPBACK if self.host in ("0.0.0.0", "::", "") else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    def trust(self) -> dict[str, str]:
        """What the simulated people need to believe a certificate made on the spot."""
        return {"SSL_CERT_FILE": str(self.certificate)} if self.certificate else {}


def programs(
    instance: Instance, interface: Interface, city: City, *, base: dict[str, str], overrides: dict[str, str]
) -> list[Program]:
    """In the order they are started. `overrides` are FLEET_* settings that win over the private servers'."""

    def settings(program: str, **more: str) -> dict[str, str]:
        return base | instance.environment(program) | more | overrides

    listen = {
        "FLEET_WEB_LISTEN": f"{interface.host}:{interface.port}",
        "FLEET_BASEMAP": str(city.basemap),
        "FLEET_GAZETTEER": str(city.gazetteer),
    }
    if interface.certificate and interface.key:
        listen |= {"FLEET_TLS_CERT": str(interface.certificate), "FLEET_TLS_KEY": str(interface.key)}
    return [
        Program(name="ingest", arguments=(), environment=settings("ingest")),
        Program(name="geofence", arguments=(), environment=settings("geofence")),
        Program(name="dispatch", arguments=(), environment=settings("dispatch")),
        Program(name="keeping", module="fleet", arguments=("keep", "--forever"), environment=settings("owner")),
        Program(name="health", module="fleet", arguments=("health", "--forever"), environment=settings("health")),
        Program(
            name="gateway",
            module="ingest",
            arguments=("jt808", "--listen", f"{LOOPBACK}:{instance.jt808_port}"),
            environment=settings("gateway"),
        ),
        Program(name="commands", module="fleet", arguments=("send-commands",), environment=settings("commands")),
        Program(
            name="reprocess", module="ingest", arguments=("reprocess", "--forever"), environment=settings("reprocess")
        ),
        Program(name="preview", module="geofence", arguments=("preview", "--forever"), environment=settings("preview")),
        Program(name="web", arguments=(), environment=settings("web", **listen)),
        Program(
            name="simulators",
            arguments=("run", "--city", str(city.description)),
            environment=settings("owner", FLEET_WEB_URL=interface.url, **interface.trust()),
        ),
    ]
