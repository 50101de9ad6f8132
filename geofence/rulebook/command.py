"""What `python -m geofence rules ...` does, for the person at the machine; each prints JSON lines.

The right is that of the operating system: the database is the one `python -m fleet` uses, and the journal names the command.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fleet import commands, db
from fleet.commandline import Arguments
from fleet.errors import Invalid, NotFound
from fleet.settings import Settings, load
from fleet.store import many, one
from fleet.vehicle import VehicleClass, plate_of
from geofence.backtest.change import read_changes
from geofence.instants import epoch_ms
from geofence.rulebook import service, store
from geofence.rulebook.change import (
    Change,
    EndChange,
    MuteChange,
    ParametersChange,
    ProfileChange,
    RuleSet,
    Scope,
    Wanted,
    What,
)
from geofence.rulebook.values import values
from geofence.rules import parameters as checked
from geofence.rules.profiles import Profile

UNIT = "SELECT id FROM unit WHERE code = %s AND tenant_id = %s"
VEHICLE = "SELECT id FROM vehicle WHERE plate = %s AND tenant_id = %s"
CHANGES = """SELECT c.change_no, c.what, c.rules, u.code AS unit, c.vehicle_class, v.plate, c.body, c.state, c.reason, c.from_at, c.to_at, c.began_at,
    p.login AS by, s.login AS settled_by FROM rule_change c LEFT JOIN unit u ON u.id = c.unit_id LEFT JOIN vehicle v ON v.id = c.vehicle_id
    LEFT JOIN person p ON p.id = c.created_by LEFT JOIN person s ON s.id = c.settled_by
    WHERE c.tenant_id = %s ORDER BY c.change_no DESC LIMIT %s"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`show`, `set`, `profile`, `mute`, `end`, `changes` below `rules`."""
    below = parser.add_subparsers(dest="step", required=True, parser_class=Arguments)

    def add(name: str, run: Callable[..., Any]) -> argparse.ArgumentParser:
        each = below.add_parser(name, help=(run.__doc__ or "").strip().rstrip("."))
        each.set_defaults(run=run)
        return each

    shown = add("show", show)
    shown.add_argument("--at", type=commands.instant, help="now when absent")
    shown.add_argument("--rule")
    put = add("set", set_parameters)
    put.add_argument("assignments", nargs="*", metavar="R07.corridor_m=300")
    put.add_argument("--off", action="append", default=[], metavar="RULE", help="a rule that is not asked")
    put.add_argument("--plain", action="append", default=[], metavar="RULE", help="a rule with the profile's values")
    profile = add("profile", set_profile)
    profile.add_argument("profile", choices=[str(each) for each in Profile])
    mute = add("mute", set_mute)
    mute.add_argument("rule")
    mute.add_argument("--vehicle", metavar="PLATE")
    end = add("end", end_version)
    end.add_argument("of", choices=["parameters", "profile", "mute"])
    end.add_argument("id", type=UUID)
    add("changes", list_changes).add_argument("--most", type=int, default=50)
    for each in (shown, put, profile, mute):
        each.add_argument("--unit", metavar="CODE", help="with the units below it; everybody when absent")
    for each in (shown, put, profile):
        each.add_argument("--class", dest="vehicle_class", choices=[str(name) for name in VehicleClass])
    for each in (put, profile, mute, end):
        each.add_argument("--from", dest="since", type=commands.instant, help="now when absent; never earlier")
        each.add_argument("--reason", required=True)
    for each in (put, profile, mute):
        each.add_argument("--to", dest="until", type=commands.instant, help="obligatory for a mute")


def run(chosen: argparse.Namespace) -> int:
    """Exit 0 = done; a refusal is raised."""
    return int(asyncio.run(chosen.run(load(os.environ), chosen)))


async def show(settings: Settings, chosen: argparse.Namespace) -> int:
    """The values in force and where each comes from."""
    at = chosen.at or datetime.now(UTC)
    async with await commands.connect(settings) as conn:
        tenant_id = await commands.tenant_of(conn)
        scope = await _scope(conn, tenant_id, chosen)
        held = await store.in_force(conn, tenant_id, at)
    unit_id = None if scope.unit_id is None else str(scope.unit_id)
    found = values(*held, unit_id, scope.vehicle_class, epoch_ms(at))
    commands.tell(profile=found.profile, profile_no=found.profile_no)
    for rule in found.rules:
        if chosen.rule in (None, rule.rule):
            told = {each.name: {"value": each.value, "from": each.source} for each in rule.values}
            commands.tell(rule=rule.rule, version_id=rule.version_id, version_no=rule.version_no, enabled=rule.enabled, **told)  # fmt: skip
    return 0


async def set_parameters(settings: Settings, chosen: argparse.Namespace) -> int:
    """The next version of one rule or several, whole: what is not named is the profile's."""
    named: dict[str, RuleSet] = {rule: RuleSet() for rule in chosen.plain}
    named |= {rule: RuleSet(parameters=each) for rule, each in read_changes(None, chosen.assignments).items()}
    for rule in chosen.off:
        named[rule] = RuleSet(parameters=named[rule].parameters if rule in named else {}, enabled=False)
    if not named:
        raise Invalid(field="rules", reason="empty")
    checked({rule: each.parameters for rule, each in named.items()})
    return await _at_once(settings, chosen, ParametersChange(rules=named))


async def set_profile(settings: Settings, chosen: argparse.Namespace) -> int:
    """The profile of everybody or a unit."""
    return await _at_once(settings, chosen, ProfileChange(profile=Profile(chosen.profile)))


async def set_mute(settings: Settings, chosen: argparse.Namespace) -> int:
    """No messages about yellow suspicions of a rule, of a vehicle or a unit, until a date."""
    checked({chosen.rule: {}})
    return await _at_once(settings, chosen, MuteChange(rule=chosen.rule))


async def end_version(settings: Settings, chosen: argparse.Namespace) -> int:
    """A version, a profile or a mute ends."""
    return await _at_once(settings, chosen, EndChange(of=What(chosen.of), id=chosen.id))


async def list_changes(settings: Settings, chosen: argparse.Namespace) -> int:
    """What was proposed, published and withdrawn, newest first."""
    async with await commands.connect(settings) as conn:
        for row in await many(conn, CHANGES, (await commands.tenant_of(conn), chosen.most)):
            commands.tell(**{name: value for name, value in row.items() if value not in (None, [])})
    return 0


async def _at_once(settings: Settings, chosen: argparse.Namespace, change: Change) -> int:
    command = f"geofence rules {chosen.step} ({os.environ.get('USER') or os.getuid()})"
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        wanted = Wanted(
            change=change, scope=await _scope(conn, tenant_id, chosen), reason=chosen.reason, from_at=chosen.since,
            to_at=getattr(chosen, "until", None),
        )  # fmt: skip
        done = await service.at_once(conn, command, tenant_id, wanted, datetime.now(UTC))
    commands.tell(since=done.since, until=done.until, versions=json.loads(json.dumps(done.versions)))
    return 0


async def _scope(conn: db.Connection, tenant_id: UUID, chosen: argparse.Namespace) -> Scope:
    unit, plate = getattr(chosen, "unit", None), getattr(chosen, "vehicle", None)
    return Scope(
        unit_id=None if unit is None else await _id(conn, UNIT, unit, tenant_id, "unit"),
        vehicle_class=getattr(chosen, "vehicle_class", None),
        vehicle_id=None if plate is None else await _id(conn, VEHICLE, plate_of(plate), tenant_id, "vehicle"),
    )


async def _id(conn: db.Connection, sql: str, value: str, tenant_id: UUID, what: str) -> UUID:
    row = await one(conn, sql, (value, tenant_id))
    if row is None:
        raise NotFound(object=what, code=value)
    return UUID(str(row["id"]))
