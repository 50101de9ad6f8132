"""The access table of domain.md 13 as data, and the two questions asked of it.

*What may this person see?* becomes transaction settings for row-level security (`scope_settings`); *may this person do
this?* is `require`, the first line of every use case. Nothing is allowed that no row of the table allows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fleet.errors import Forbidden


class Role(StrEnum):
    """Roles of domain.md 13."""

    EMPLOYEE = "employee"
    UNIT_ADMIN = "unit_admin"
    APPROVER = "approver"
    DRIVER = "driver"
    DISPATCHER = "dispatcher"
    FLEET_ADMIN = "fleet_admin"
    INSPECTOR = "inspector"
    FINANCE = "finance"
    DEVICE_ENGINEER = "device_engineer"
    HOTLINE = "hotline"
    SYSTEM_ADMIN = "system_admin"


class Seen(StrEnum):
    """Kinds of rows whose visibility depends on the role."""

    LIVE = "live"
    TRACK = "track"
    VEHICLE = "vehicle"
    ORDER = "order"
    ALERT = "alert"
    AUDIT = "audit"
    ROSTER = "roster"  # of drivers: why somebody is away is read by who keeps the roster of his unit, not by who approves there
    JOURNAL = "journal"  # beside the story of an order, which who sees the order sees


class Width(StrEnum):
    """How far a right to see reaches."""

    OWN = "own"  # my own trips
    UNIT = "unit"  # vehicles my unit uses, with everything below it
    POOL = "pool"  # vehicles my unit manages
    ALL = "all"


R, W = Role, Width
_POSITIONS: Mapping[Role, Width] = {
    R.EMPLOYEE: W.OWN,
    R.UNIT_ADMIN: W.UNIT,
    R.DRIVER: W.OWN,
    R.DISPATCHER: W.POOL,
    R.FLEET_ADMIN: W.ALL,
    R.INSPECTOR: W.ALL,
}
SEES: Mapping[Seen, Mapping[Role, Width]] = {
    Seen.LIVE: _POSITIONS,
    Seen.TRACK: _POSITIONS,
    Seen.VEHICLE: {
        R.EMPLOYEE: W.OWN,
        R.UNIT_ADMIN: W.UNIT,
        R.APPROVER: W.UNIT,
        R.DRIVER: W.OWN,
        R.DISPATCHER: W.ALL,
        R.FLEET_ADMIN: W.ALL,
        R.INSPECTOR: W.ALL,
        R.FINANCE: W.ALL,
        R.DEVICE_ENGINEER: W.ALL,
        R.HOTLINE: W.ALL,
    },
    Seen.ORDER: {
        R.EMPLOYEE: W.OWN,
        R.UNIT_ADMIN: W.UNIT,
        R.APPROVER: W.UNIT,
        R.DRIVER: W.OWN,
        R.DISPATCHER: W.ALL,
        R.FLEET_ADMIN: W.ALL,
        R.INSPECTOR: W.ALL,
        R.FINANCE: W.ALL,
    },
    Seen.ROSTER: {R.UNIT_ADMIN: W.UNIT, R.DISPATCHER: W.ALL, R.FLEET_ADMIN: W.ALL},
    Seen.ALERT: {
        R.EMPLOYEE: W.OWN,
        R.UNIT_ADMIN: W.UNIT,
        R.APPROVER: W.UNIT,
        R.DRIVER: W.OWN,
        R.DISPATCHER: W.ALL,
        R.FLEET_ADMIN: W.ALL,
        R.INSPECTOR: W.ALL,
    },
    Seen.AUDIT: {R.FLEET_ADMIN: W.ALL, R.INSPECTOR: W.ALL},
    Seen.JOURNAL: {R.DISPATCHER: W.ALL, R.FLEET_ADMIN: W.ALL, R.INSPECTOR: W.ALL, R.SYSTEM_ADMIN: W.ALL},
}
# The scope in which somebody is recognised, before there is a viewer: accounts, units and sessions, nothing else.
AT_THE_DOOR: Mapping[str, str] = {"door": "open"}

# Who may do what. A width of None means "where the role reaches is checked by the use case from the row itself".
MAY: Mapping[str, frozenset[Role]] = {
    "order.book": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN}),
    "order.book_for_others": frozenset({R.UNIT_ADMIN, R.DISPATCHER}),
    "order.edit": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.DISPATCHER}),
    "order.approve": frozenset({R.APPROVER}),
    "order.assign": frozenset({R.DISPATCHER}),
    "order.assign_retained": frozenset({R.UNIT_ADMIN}),
    "order.cancel": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.DISPATCHER}),
    "order.drive": frozenset({R.DRIVER}),
    "order.return_for_driver": frozenset({R.DISPATCHER}),
    "order.correct_times": frozenset({R.DRIVER, R.DISPATCHER}),  # of leaving and entering the depot, each with a reason
    "order.receipt": frozenset({R.EMPLOYEE, R.UNIT_ADMIN}),
    "order.settle": frozenset({R.DISPATCHER, R.FLEET_ADMIN, R.FINANCE}),
    "order.hold": frozenset({R.DISPATCHER}),
    "order.hire": frozenset({R.DISPATCHER}),
    "order.ladder": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN}),
    "lending.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "lending.ask": frozenset({R.DISPATCHER}),
    "lending.answer": frozenset({R.UNIT_ADMIN}),  # of the unit that uses the vehicle
    "vendor.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.FINANCE, R.INSPECTOR}),
    "vendor.edit": frozenset({R.FLEET_ADMIN, R.FINANCE}),  # prices, and lump sums of public transport
    "order.voucher": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.DRIVER, R.DISPATCHER}),  # who stands so to this order
    "tariff.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.FINANCE, R.INSPECTOR}),
    "tariff.draft": frozenset({R.FLEET_ADMIN, R.FINANCE}),
    "tariff.publish": frozenset({R.FLEET_ADMIN, R.FINANCE}),  # and never who drafted it
    "statement.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.FINANCE, R.INSPECTOR}),
    "sizing.view": frozenset({R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR, R.FINANCE}),
    "share.view": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN}),
    "share.drive": frozenset({R.EMPLOYEE}),  # and only who booked
    "share.edit": frozenset({R.DISPATCHER, R.FLEET_ADMIN}),
    "dispatch.suggest": frozenset({R.DISPATCHER}),
    "event.read": frozenset({R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "event.write": frozenset({R.DISPATCHER}),
    "event.approve": frozenset({R.FLEET_ADMIN}),  # and never who imported or froze the plan
    "dispatch.policy": frozenset({R.FLEET_ADMIN}),  # what the engine may adopt by itself
    "roster.view": frozenset({R.UNIT_ADMIN, R.DRIVER, R.DISPATCHER, R.FLEET_ADMIN}),  # a driver his own, a unit its own
    "roster.all": frozenset({R.DISPATCHER, R.FLEET_ADMIN}),
    "roster.edit": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN}),
    "roster.call_in": frozenset({R.DRIVER}),  # sick, and only oneself
    "driver.qualify": frozenset({R.FLEET_ADMIN}),  # and never oneself
    "driving_rules.view": frozenset({R.UNIT_ADMIN, R.DRIVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "driving_rules.edit": frozenset({R.FLEET_ADMIN}),
    "fleet_policy.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "fleet_policy.draft": frozenset({R.DISPATCHER, R.FLEET_ADMIN}),
    "fleet_policy.publish": frozenset({R.FLEET_ADMIN}),  # and never who drafted it
    "track.view": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.DRIVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "alert.view": frozenset({R.EMPLOYEE, R.UNIT_ADMIN, R.APPROVER, R.DRIVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "alert.clear_green": frozenset({R.DISPATCHER}),
    "vehicle.view": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR, R.FINANCE, R.DEVICE_ENGINEER}),
    "vehicle.edit": frozenset({R.FLEET_ADMIN}),
    "mileage.view": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR, R.FINANCE}),
    "device.view": frozenset({R.FLEET_ADMIN, R.DEVICE_ENGINEER, R.SYSTEM_ADMIN}),
    "device.edit": frozenset({R.FLEET_ADMIN, R.DEVICE_ENGINEER}),
    "device.command": frozenset({R.FLEET_ADMIN, R.DEVICE_ENGINEER}),
    # The bytes a locator sent tell where it was: never for who makes accounts (SEC16), and each look is recorded.
    "device.raw": frozenset({R.FLEET_ADMIN, R.DEVICE_ENGINEER}),
    "unit.view": frozenset(Role),
    "unit.edit": frozenset({R.FLEET_ADMIN, R.SYSTEM_ADMIN}),
    "person.view": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.SYSTEM_ADMIN}),
    "person.edit": frozenset({R.SYSTEM_ADMIN}),
    "area.view": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "area.draft": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN}),
    "area.publish": frozenset({R.FLEET_ADMIN}),  # and never what the same person drew last (domain.md 13)
    "place.view": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN}),
    "place.edit": frozenset({R.DISPATCHER, R.FLEET_ADMIN}),  # names of one's own, found by everybody who books
    "calendar.view": frozenset(Role),
    "calendar.changes": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "calendar.draft": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN}),
    "calendar.publish": frozenset({R.FLEET_ADMIN}),  # and never who proposed it (domain.md 13)
    "rule.view": frozenset(Role),
    "rule.changes": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "rule.draft": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN}),
    "rule.publish": frozenset({R.FLEET_ADMIN}),  # and never who submitted it (domain.md 13)
    "upkeep.edit": frozenset({R.DISPATCHER, R.FLEET_ADMIN}),
    "home_travel.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "home_travel.edit": frozenset({R.FLEET_ADMIN}),
    "approval.view": frozenset(Role),
    "approval.changes": frozenset({R.UNIT_ADMIN, R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR}),
    "approval.draft": frozenset({R.UNIT_ADMIN, R.FLEET_ADMIN}),
    "approval.publish": frozenset({R.FLEET_ADMIN}),  # and never who proposed it (domain.md 13)
    "approval.post": frozenset({R.FLEET_ADMIN}),  # and never for oneself
    "budget.view": frozenset({R.UNIT_ADMIN, R.APPROVER, R.FLEET_ADMIN, R.INSPECTOR, R.FINANCE}),
    "budget.edit": frozenset({R.FLEET_ADMIN, R.FINANCE}),
    "journal.view": frozenset({R.DISPATCHER, R.FLEET_ADMIN, R.INSPECTOR, R.SYSTEM_ADMIN}),
    "audit.view": frozenset({R.FLEET_ADMIN, R.INSPECTOR}),
}

# No account may hold both (SEC16): who makes accounts may not see where vehicles are.
EXCLUSIVE: tuple[tuple[Role, Role], ...] = (
    (R.SYSTEM_ADMIN, R.INSPECTOR),
    (R.SYSTEM_ADMIN, R.FLEET_ADMIN),
    (R.INSPECTOR, R.DISPATCHER),
)
# Roles that must say why before they see a track or an alert, and before they see where vehicles are now.
PURPOSE_ROLES = frozenset({R.FLEET_ADMIN, R.INSPECTOR})
LIVE_PURPOSE_ROLES = frozenset({R.INSPECTOR})


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A logged-in person with what the roles reach, loaded once per request."""

    person_id: UUID
    tenant_id: UUID
    unit_id: UUID
    name: str
    login: str
    cleared: bool
    reach: Mapping[Role, frozenset[UUID]]  # units each role covers, subtrees expanded

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.reach)

    def needs_purpose(self) -> bool:
        """True when every role that shows tracks demands a stated purpose."""
        return self._only(Seen.TRACK, PURPOSE_ROLES)

    def needs_live_purpose(self) -> bool:
        """The same for live positions, which the fleet authority watches every day and an inspector does not."""
        return self._only(Seen.LIVE, LIVE_PURPOSE_ROLES)

    def _only(self, seen: Seen, owing: frozenset[Role]) -> bool:
        showing = self.roles & SEES[seen].keys()
        return bool(showing) and showing <= owing | {R.EMPLOYEE}


def may(actor: Actor, action: str, unit_id: UUID | None = None) -> bool:
    """Does one of the actor's roles allow `action`, and, if a unit is named, reach that unit?"""
    allowed = MAY[action] & actor.roles
    if unit_id is None:
        return bool(allowed)
    return any(unit_id in actor.reach[role] for role in allowed)


def require(actor: Actor, action: str, unit_id: UUID | None = None) -> None:
    """Raises Forbidden unless `may`."""
    if not may(actor, action, unit_id):
        raise Forbidden(action=action)


def scope_settings(actor: Actor) -> dict[str, str]:
    """The transaction settings row-level security reads (fleet.db.scope)."""
    settings = {
        "tenant": str(actor.tenant_id),
        "person": str(actor.person_id),
        "cleared": "yes" if actor.cleared else "no",
        "door": "closed",
        "acts": ",".join(sorted(action for action in MAY if may(actor, action))),
    }
    for seen, table in SEES.items():
        held = {role: width for role, width in table.items() if role in actor.roles}
        units: set[UUID] = set()
        for role, width in held.items():
            if width in (Width.UNIT, Width.POOL):
                units |= actor.reach[role]
        settings[f"scope_{seen}"] = ",".join(sorted({str(width) for width in held.values()}))
        settings[f"units_{seen}"] = "{" + ",".join(sorted(str(unit) for unit in units)) + "}"
    return settings


def expand(roles: Iterable[tuple[Role, UUID]], parents: Mapping[UUID, UUID | None]) -> dict[Role, frozenset[UUID]]:
    """Each role's units with everything below them. `parents` is the whole tree: unit -> parent."""
    children: dict[UUID, list[UUID]] = {}
    for unit, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(unit)
    reach: dict[Role, set[UUID]] = {}
    for role, unit in roles:
        open_units = [unit]
        seen = reach.setdefault(role, set())
        while open_units:
            current = open_units.pop()
            if current not in seen:
                seen.add(current)
                open_units.extend(children.get(current, ()))
    return {role: frozenset(units) for role, units in reach.items()}


def exclusive_pair(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """The first forbidden pair among `roles`, or None."""
    held = set(roles)
    return next(((a, b) for a, b in EXCLUSIVE if a in held and b in held), None)
