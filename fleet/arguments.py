"""The command line of `python -m fleet`, as data for argparse."""

import argparse
from collections.abc import Callable

from fleet import commands, device_commands
from fleet.access import Role
from fleet.badges import commands as badges
from fleet.calendars import commands as calendars
from fleet.commanding import commands as commanding
from fleet.commandline import Arguments
from fleet.fences import commands as fences
from fleet.gazetteer import commands as gazetteer
from fleet.health import commands as health
from fleet.keeping import commands as keeping
from fleet.policy import AREA_KINDS
from fleet.position import Datum
from fleet.sources import FORWARDERS, Source
from fleet.vehicle import VehicleClass


def parser() -> Arguments:
    """Every command with its options; `run` in the namespace is the coroutine to call."""
    root = Arguments(prog="python -m fleet", description="schema, register and self-check of Daylight")
    subs = root.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, into: "argparse._SubParsersAction[Arguments]" = subs) -> Arguments:  # fmt: skip
        made = into.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        made.set_defaults(run=run)
        return made

    def group(name: str, text: str) -> "argparse._SubParsersAction[Arguments]":
        return subs.add_parser(name, help=text).add_subparsers(required=True, metavar="ACTION")

    add("migrate", commands.migrate)
    add("check", commands.check)
    seed = add("seed", commands.seed)
    seed.add_argument("--code", default="000000", help="region code of the tenant, GB/T 2260")
    seed.add_argument("--name", default="公车管理")
    seed.add_argument("--demo", action="store_true", help="units, people and vehicles of a demonstration city")
    seed.add_argument("--city", help="city.json of python -m simulators city")
    seed.add_argument("--vehicles", type=int, default=60)

    unit = add("add", commands.unit_add, group("unit", "units"))
    unit.add_argument("code")
    unit.add_argument("name")
    unit.add_argument("--name-en", default="")
    unit.add_argument("--parent", help="code of the unit above")
    unit.add_argument("--centre", action="store_true", help="the vehicle service centre")

    users = group("user", "people and their roles")
    user = add("add", commands.user_add, users)
    user.add_argument("login")
    user.add_argument("name")
    user.add_argument("--unit", required=True, help="code of the unit")
    user.add_argument("--role", action="append", required=True, choices=[str(role) for role in Role])
    user.add_argument("--phone", default="")
    user.add_argument("--licence-class")
    user.add_argument("--licence-expires", type=commands.day)
    password = add("password", commands.user_password, users)
    password.add_argument("login")
    for one in (user, password):
        one.add_argument("--draw-password", action="store_true", help="draw one and print it once")

    badges.add_arguments(add, group)
    _vehicles_and_locators(add, group)
    _policy(add, group)
    fences.add_arguments(add, group)
    keeping.add_arguments(add, group)
    health.add_arguments(add)
    gazetteer.add_arguments(add, group)
    return root


def _policy(add: Callable[..., Arguments], group: Callable[[str, str], object]) -> None:
    area = add("set", commands.area_set, group("area", "depots and other areas, in dated versions"))
    area.add_argument("code")
    area.add_argument("name")
    area.add_argument("--kind", required=True, choices=AREA_KINDS)
    area.add_argument(
        "--geometry", required=True, help="file with GeoJSON: a (multi-)polygon, or the middle of a depot"
    )
    area.add_argument(
        "--datum", default="WGS84", choices=[str(one) for one in Datum], help="of the coordinates in the file"
    )
    area.add_argument("--name-en", default="")
    area.add_argument("--category", help="of a sensitive area: hotel, scenic ...")
    area.add_argument("--capacity", type=int, help="places of a depot")
    area.add_argument("--since", type=commands.instant, help="start of this version; now when absent")
    calendars.add_arguments(add, group("calendar", "holidays, hours and sealing, in versions"))


def _vehicles_and_locators(add: Callable[..., Arguments], group: Callable[[str, str], object]) -> None:
    vehicle = add("add", commands.vehicle_add, group("vehicle", "vehicles"))
    vehicle.add_argument("plate")
    vehicle.add_argument("--class", dest="vehicle_class", required=True, choices=[str(one) for one in VehicleClass])
    vehicle.add_argument("--seats", type=int, required=True)
    vehicle.add_argument("--user", required=True, help="code of the using unit")
    vehicle.add_argument("--owner", help="code of the owning unit; the using unit when absent")
    vehicle.add_argument("--manager", help="code of the managing unit; the using unit when absent")
    vehicle.add_argument("--depot", help="code of the depot it stands in")
    vehicle.add_argument("--make-model", default="")
    vehicle.add_argument("--retained", action="store_true")
    vehicle.add_argument("--exempt", action="store_true")
    vehicle.add_argument("--since", type=commands.instant, help="start of custody; now when absent")

    devices = group("device", "locators, and the names they go by elsewhere")
    device = add("add", device_commands.device_add, devices)
    device.add_argument("code")
    device.add_argument("--plate", help="vehicle it is built into")
    device.add_argument("--model", default="")
    device.add_argument("--installer", default="", help="who built it in, and repairs it")
    device.add_argument("--datum", default="WGS84", choices=[str(one) for one in Datum])
    device.add_argument("--since", type=commands.instant, help="installation; now when absent")

    binding = add("bind-source", device_commands.bind_source, devices)
    ending = add("unbind-source", device_commands.unbind_source, devices)
    for one in (binding, ending):
        one.add_argument("code")
        one.add_argument("source", choices=[str(source) for source in Source])
        one.add_argument("external_id", help="user/device, phone, uniqueId, IMEI or name, as the form says it")
    binding.add_argument(
        "--since", type=commands.instant, help="now when somebody had the name before, else the installation"
    )
    forwarder = add("forwarder", device_commands.forwarder, devices)
    forwarder.add_argument("source", choices=[str(source) for source in FORWARDERS])
    forwarder.add_argument("--name", help="speaks for one tenant, below this name only; needed where there are several")
    forwarder.add_argument("--tenant", metavar="CODE", help="whose it is; the only one when absent")
    gateway = add("gateway", device_commands.gateway, devices)
    gateway.add_argument("name", type=commands.short_name, help="of the further JT/T 808 gateway, e.g. b")
    commanding.add_arguments(add, devices)
