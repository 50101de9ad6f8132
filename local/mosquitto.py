"""One private Mosquitto with the dynamic-security plugin: everything denied unless a role allows it.

Two listeners on 127.0.0.1: one for devices, one for our own programs. The service accounts are bound to their client
ids; devices are added later, through the control topic, by `fleet.broker`.
"""

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import process
from local.errors import CannotRunError
from local.place import Identity, make_dir, write_owned
from local.software import library_dirs

# One client id per service account: only the holder of its password may use it (reliability.md SEC02).
SERVICE_ACCOUNTS = ("admin", "ingest", "platform", "gateway")
FOREIGN_TOPICS = ("owntracks/#", "jt808/#", "traccar/#", "+/+/teltonika/#", "location/#")
FROM_DEVICES = ("fleet/v1/+/pos", "fleet/v1/+/status", "fleet/v1/+/event")
HASH_ROUNDS = 101_000
CONFIGURATION = """\
# Written at every start by local/mosquitto.py; changes here are lost.
listener {device_port} 127.0.0.1
listener {service_port} 127.0.0.1
allow_anonymous false
plugin {plugin}
plugin_opt_config_file {home}/dynamic-security.json
persistence true
persistence_location {home}/
autosave_interval 30
persistent_client_expiration 14d
# Not 0: this Mosquitto takes 0 for "queue full" and throws out whoever publishes where it may not.
max_queued_messages 100000000
max_queued_bytes 1073741824
max_inflight_messages 200
max_packet_size 262144
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mosquitto:
    """Where an instance is and how to reach it."""

    root: Path  # the unpacked software
    home: Path  # dynamic-security.json, mosquitto.db and server.log live here
    device_port: int
    service_port: int
    passwords: Mapping[str, str]
    identity: Identity

    @property
    def log(self) -> Path:
        """What the broker says."""
        return self.home / "server.log"

    def url(self, account: str) -> str:
        """The address for one service account, password included; its client id is its name."""
        return f"mqtt://{account}:{self.passwords['mqtt_' + account]}@127.0.0.1:{self.service_port}"

    @property
    def device_url(self) -> str:
        """The address for devices, without credentials."""
        return f"mqtt://127.0.0.1:{self.device_port}"


def start(server: Mosquitto) -> subprocess.Popen[bytes]:
    """Write configuration and the service accounts that are not there yet; start the broker, wait until it listens."""
    make_dir(server.home, 0o700, server.identity)
    accounts = server.home / "dynamic-security.json"
    passwords = {name: server.passwords[f"mqtt_{name}"] for name in SERVICE_ACCOUNTS}
    content = completed(accounts.read_text() if accounts.exists() else "", passwords)
    if content is not None:
        write_owned(accounts, json.dumps(content, indent=1), server.identity)
    plugin = next((p for d in library_dirs(server.root) for p in d.glob("mosquitto_dynamic_security.so")), None)
    if plugin is None:
        raise CannotRunError(f"the unpacked Mosquitto in {server.root} has no dynamic-security plugin")
    text = CONFIGURATION.format(
        device_port=server.device_port, service_port=server.service_port, plugin=plugin, home=server.home
    )
    configuration = server.home / "mosquitto.conf"
    write_owned(configuration, text, server.identity)
    with process.open_log(server.log) as log:
        child = process.start(
            [server.root / "usr/sbin/mosquitto", "-c", configuration],
            log=log,
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            cwd=server.home,
            identity=server.identity,
        )
    _wait_until_listening(server, child)
    return child


def completed(held: str, passwords: Mapping[str, str]) -> dict[str, Any] | None:
    """What a broker's file becomes so that every service account is in it; None = they all are.

    An installation from before an account existed gets it at its next start, and our programs' roles become what this
    version needs. What is there stays: devices, and accounts with the passwords they have.
    """
    if not held.strip():
        return security(passwords)
    content: dict[str, Any] = json.loads(held)
    names = {client["username"] for client in content["clients"]}
    wanted = security({name: password for name, password in passwords.items() if name not in names})
    roles = {role["rolename"]: role for role in content["roles"]}
    outdated = [role for role in wanted["roles"] if _rules(roles.get(role["rolename"])) != _rules(role)]
    if not wanted["clients"] and not outdated:
        return None
    content["clients"] += wanted["clients"]
    content["roles"] = list((roles | {role["rolename"]: role for role in outdated}).values())
    return content


def _rules(role: dict[str, Any] | None) -> set[tuple[str, str, bool]]:
    """What a role may; the broker writes its file in an order of its own."""
    return {(rule["acltype"], rule["topic"], rule["allow"]) for rule in (role or {}).get("acls", ())}


def security(passwords: Mapping[str, str]) -> dict[str, Any]:
    """The plugin's start configuration: default deny, one bound client and one role per service account."""
    return {
        "defaultACLAccess": {
            "publishClientSend": False,
            "publishClientReceive": False,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [_client(name, password) for name, password in passwords.items()],
        "groups": [],
        "roles": [
            _role("admin", send=["$CONTROL/#"], read=["$CONTROL/#", "$SYS/#"]),
            _role("ingest", send=["fleet/v1/+/ack"], read=[*FROM_DEVICES, *FOREIGN_TOPICS]),
            # Speaks for terminals that cannot speak MQTT: writes what a device writes, reads what a device is told, and
            # where another gateway says a terminal is. Accounts of further gateways have this role too.
            _role("gateway", send=[*FROM_DEVICES], read=["fleet/v1/+/ack", "fleet/v1/+/cmd", "fleet/v1/+/status"]),
            _role("platform", send=["fleet/v1/+/cmd"], read=["fleet/v1/+/event", "fleet/v1/+/status", "$SYS/#"]),
        ],
    }


def _client(name: str, password: str) -> dict[str, Any]:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ROUNDS)
    return {
        "username": name,
        "clientid": name,
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": HASH_ROUNDS,
        "roles": [{"rolename": name}],
    }


def _role(name: str, *, send: list[str], read: list[str]) -> dict[str, Any]:
    kinds = {"publishClientSend": send, "publishClientReceive": read, "subscribePattern": read}
    return {
        "rolename": name,
        "acls": [
            {"acltype": kind, "topic": topic, "priority": 0, "allow": True}
            for kind, topics in kinds.items()
            for topic in topics
        ],
    }


def _wait_until_listening(server: Mosquitto, child: subprocess.Popen[bytes], patience_s: float = 20) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if child.poll() is not None:
            words = " | ".join(server.log.read_text(errors="replace").splitlines()[-3:])
            raise CannotRunError(f"Mosquitto ended at start; its last words: {words}")
        try:
            for port in (server.device_port, server.service_port):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise CannotRunError(f"Mosquitto did not listen within {patience_s:.0f} s; see {server.log}")
