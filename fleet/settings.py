"""Settings: everything a program is told from outside, read once from FLEET_* variables.

A missing setting never means "allowed" or "localhost somewhere": a program that needs one and does not have it stops
with a sentence naming it (`NotConfigured`). docs/operations.md lists every variable; a test fails when one is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from fleet.errors import NotConfigured

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The environment of one program. Absent addresses are None until `need` asks for them."""

    database_url: str | None = field(repr=False)
    mqtt_url: str | None = field(repr=False)  # mqtt://user:password@host:port
    mqtt_admin_url: str | None = field(repr=False)  # the account that may issue device credentials
    device_mqtt_url: str | None  # where locators connect, without credentials
    device_jt808: str | None  # HOST:PORT where JT/T 808 terminals connect
    router_url: str | None
    web_url: str | None  # where the simulators' scripted people reach the interface
    web_listen: str  # HOST:PORT
    web_proxy: str | None  # addresses of the TLS proxy in front, comma separated; None: there is none
    tls_cert: Path | None
    tls_key: Path | None
    state_dir: Path | None
    basemap: Path | None
    gazetteer: Path | None
    timezone: ZoneInfo
    log_level: str


VARIABLES: dict[str, str] = {
    "FLEET_DATABASE_URL": "PostgreSQL with TimescaleDB, with the role of the program",
    "FLEET_MQTT_URL": "broker: mqtt://user:password@host:port",
    "FLEET_MQTT_ADMIN_URL": "broker account that issues device credentials: mqtt://admin:password@host:port",
    "FLEET_DEVICE_MQTT_URL": "listener locators connect to: mqtt://host:port",
    "FLEET_DEVICE_JT808": "HOST:PORT of the JT/T 808 gateway, for the simulated terminals that speak it",
    "FLEET_ROUTER_URL": "Valhalla; without it travel times are straight lines and say so",
    "FLEET_WEB_URL": "address of the interface, for the simulated people",
    "FLEET_WEB_LISTEN": "HOST:PORT the interface listens on (127.0.0.1:8080)",
    "FLEET_WEB_PROXY": "addresses or networks of the TLS proxy in front, comma separated; only its X-Forwarded-For and -Proto are believed",
    "FLEET_TLS_CERT": "certificate of the interface",
    "FLEET_TLS_KEY": "key of the interface",
    "FLEET_STATE_DIR": "directory for files a program keeps",
    "FLEET_SOFTWARE_DIR": "where `local` keeps the unpacked servers",
    "FLEET_BASEMAP": "path of basemap.pmtiles; without it the map shows a grid",
    "FLEET_GAZETTEER": "path of gazetteer.bin; without it places are known by the tenant's own names only",
    "FLEET_TIMEZONE": "civil time of the tenant (Asia/Shanghai)",
    "FLEET_LOG_LEVEL": "debug, info, warning or error (info)",
}


def load(environ: Mapping[str, str]) -> Settings:
    """Read the variables. Raises NotConfigured for an unknown time zone or an unknown FLEET_ variable."""
    unknown = sorted(
        name
        for name in environ
        if name.startswith("FLEET_")
        and name not in VARIABLES
        and not name.startswith(("FLEET_TEST_", "FLEET_VALHALLA_", "FLEET_SOFTWARE_"))
    )
    if unknown:
        raise NotConfigured(f"unknown setting {unknown[0]}; known are {', '.join(VARIABLES)}")

    def text(name: str) -> str | None:
        return environ.get(name) or None

    def path(name: str) -> Path | None:
        value = text(name)
        return Path(value) if value else None

    zone = text("FLEET_TIMEZONE") or "Asia/Shanghai"
    try:
        timezone = ZoneInfo(zone)
    except (KeyError, ValueError) as error:
        raise NotConfigured(f"FLEET_TIMEZONE: {zone} is not a time zone") from error
    return Settings(
        database_url=text("FLEET_DATABASE_URL"),
        mqtt_url=text("FLEET_MQTT_URL"),
        mqtt_admin_url=text("FLEET_MQTT_ADMIN_URL"),
        device_mqtt_url=text("FLEET_DEVICE_MQTT_URL"),
        device_jt808=text("FLEET_DEVICE_JT808"),
        router_url=text("FLEET_ROUTER_URL"),
        web_url=text("FLEET_WEB_URL"),
        web_listen=text("FLEET_WEB_LISTEN") or "127.0.0.1:8080",
        web_proxy=text("FLEET_WEB_PROXY"),
        tls_cert=path("FLEET_TLS_CERT"),
        tls_key=path("FLEET_TLS_KEY"),
        state_dir=path("FLEET_STATE_DIR"),
        basemap=path("FLEET_BASEMAP"),
        gazetteer=path("FLEET_GAZETTEER"),
        timezone=timezone,
        log_level=text("FLEET_LOG_LEVEL") or "info",
    )


def need(value: T | None, variable: str) -> T:
    """The value, or NotConfigured naming the variable."""
    if value is None:
        raise NotConfigured(f"{variable} is not set: {VARIABLES[variable]}")
    return value
