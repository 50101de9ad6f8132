"""docker-compose.yml is production: the rules of SEC25 and of the folder listing, checked on the file itself."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fleet.router_config import valhalla_config
from fleet.settings import VARIABLES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Programs that are not part of a production system: private servers and benchmarks.
NOT_IN_PRODUCTION = {"local", "benchmarks"}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One service of the file."""
    return SERVICES[request.param]


def test_every_program_has_its_container() -> None:
    """The services of ours are exactly the top-level packages that can be started."""
    packages = {path.parent.name for path in ROOT.glob("*/__main__.py")} - NOT_IN_PRODUCTION
    ours = {
        s["command"][0] for s in SERVICES.values() if s.get("build", {}).get("target") == "program" and s["command"]
    }
    assert ours == packages


def test_the_database_and_the_broker_are_not_published() -> None:
    """Only the interface has a published port, on loopback unless somebody decides otherwise."""
    assert [name for name, one in SERVICES.items() if one.get("ports")] == ["web"]
    assert SERVICES["web"]["ports"] == ["${WEB_PUBLISH:-127.0.0.1:8080}:8080"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_containers_have_a_read_only_root_and_no_privileges(service: dict[str, Any]) -> None:
    """Read-only root, an unprivileged user, no capabilities, no way to gain any."""
    assert service["read_only"] is True
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", service["user"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_no_password_has_a_default(service: dict[str, Any]) -> None:
    """Every secret comes from outside and its absence stops the start."""
    environment = service.get("environment", {})
    for name, value in environment.items():
        for variable in re.findall(r"\$\{([^}]*)\}", str(value)):
            if "PASSWORD" in variable:
                assert re.match(r"[A-Z_]+:\?", variable), f"{name} may be empty"
        if name.endswith("PASSWORD") or re.search(r"://[^/]*:[^/]*@", str(value)):
            assert re.search(r"\$\{[A-Z_]+_PASSWORD:\?", str(value)), f"{name} holds a secret in the open"


def test_images_are_pinned(service: dict[str, Any]) -> None:
    """No image is whatever is newest today."""
    tag = re.sub(r"\$\{[^}]*:-([^}]*)\}", r"\1", service["image"]).partition(":")[2]
    assert tag
    assert tag != "latest"


def test_settings_are_known(service: dict[str, Any]) -> None:
    """Every FLEET_ variable is one the programs know."""
    assert {n for n in service.get("environment", {}) if n.startswith("FLEET_")} <= set(VARIABLES)


def test_the_gateway_of_terminals_has_a_role_of_its_own() -> None:
    """It stands where strangers connect: neither the engines' database role nor their broker account."""
    settings = SERVICES["jt808"]["environment"]
    assert settings["FLEET_DATABASE_URL"].startswith("postgresql://fleet_gateway:")
    assert settings["FLEET_MQTT_URL"].startswith("mqtt://gateway:")
    assert SERVICES["simulators"]["environment"]["FLEET_DEVICE_JT808"] == "jt808:8808"
    assert SERVICES["jt808"]["command"] == ["ingest", "jt808", "--listen", "0.0.0.0:8808"]


def test_no_demo_without_asking() -> None:
    """The simulated city belongs to a profile of its own and nothing seeds demo accounts."""
    assert SERVICES["simulators"]["profiles"] == ["demo"]
    assert not any("--demo" in str(one.get("command")) for one in SERVICES.values())


def test_every_drawn_password_is_used() -> None:
    """deploy/draw_passwords.py draws what the file asks for, no more and no less."""
    source = (ROOT / "deploy" / "draw_passwords.py").read_text()
    drawn = {f"{name}_PASSWORD" for name in re.findall(r'"([A-Z_]+)"', source)}
    asked = set(re.findall(r"\$\{([A-Z_]+_PASSWORD)", (ROOT / "docker-compose.yml").read_text()))
    assert drawn == asked


def test_the_routers_configuration_is_the_programs_own() -> None:
    """deploy/valhalla.json says what fleet.router_config says, for the container's paths."""
    wanted = valhalla_config(Path("/city/tiles"), listen="*:8002", socket_dir=Path("/tmp"))
    assert json.loads((ROOT / "deploy" / "valhalla.json").read_text()) == wanted


def test_both_brokers_agree() -> None:
    """What the private broker and the production broker are told differs in addresses and paths only."""
    from local.mosquitto import CONFIGURATION

    def settings(text: str) -> set[str]:
        place = ("listener", "plugin", "persistence_location", "log_timestamp_format", "#")
        return {line for line in text.splitlines() if line and not line.startswith(place)}

    assert settings((ROOT / "deploy" / "mosquitto.conf").read_text()) == settings(CONFIGURATION)
