"""Every route for every role, asked of the running program about things of another unit: who gets an answer is a table."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from dispatch.approving.default import DEFAULT
from dispatch.approving.reading import as_json
from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_scope import add_alert
from tests.servers import Database
from web.work import SignedRoute

# Roles of the people asked; all belong to the bureau, the centre or the root, and what they ask about to "other".
EVERYBODY = frozenset({
    "employee", "approver", "driver", "dispatcher", "fleet_admin", "inspector", "sysadmin", "unit_admin", "nobody",
})  # fmt: skip
SOME_ROLE = EVERYBODY - {"nobody"}
OVERSEEING = frozenset({"dispatcher", "fleet_admin", "inspector"})
BOOKING = frozenset({"employee", "approver", "dispatcher", "fleet_admin", "unit_admin"})
MONEY = frozenset({"approver", "dispatcher", "fleet_admin", "inspector", "unit_admin"})
NO_ONE: frozenset[str] = frozenset()
ROSTERS = frozenset({"dispatcher", "fleet_admin"})  # of a driver of the centre
# Strangers get an answer here and nowhere else.
PUBLIC = {
    ("POST", "/api/login"), ("GET", "/api/openapi.json"), ("GET", "/health/live"), ("GET", "/health/ready"),
    ("GET", "/metrics"), ("GET", "/{path:path}"),
}  # fmt: skip
# Who is answered: anything but "not signed in", "forbidden" and "not found" counts as an answer.
ANSWERED: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/api/session"): EVERYBODY,
    ("POST", "/api/logout"): EVERYBODY,
    ("POST", "/api/password"): EVERYBODY,
    ("GET", "/api/live-ticket"): EVERYBODY,
    ("GET", "/api/vehicles"): EVERYBODY,
    ("GET", "/api/vehicles/{vehicle_id}"): OVERSEEING,
    ("GET", "/api/vehicles/{vehicle_id}/why-not-on-map"): OVERSEEING,
    ("GET", "/api/vehicles/{vehicle_id}/track"): OVERSEEING,
    ("GET", "/api/vehicles/{vehicle_id}/drives"): OVERSEEING,
    ("GET", "/api/vehicles/{vehicle_id}/stops"): OVERSEEING,
    ("GET", "/api/replay"): OVERSEEING,
    ("GET", "/api/alerts"): SOME_ROLE - {"sysadmin"},
    ("GET", "/api/alerts/{alert_id}"): OVERSEEING,
    ("GET", "/api/orders"): EVERYBODY,
    ("GET", "/api/approvals"): EVERYBODY,
    ("GET", "/api/orders/{order_id}"): OVERSEEING,
    ("POST", "/api/orders"): frozenset({"fleet_admin"}),  # for a unit one's roles reach
    ("PATCH", "/api/orders/{order_id}"): frozenset({"dispatcher"}),
    ("POST", "/api/order-series/preview"): EVERYBODY,
    ("GET", "/api/order-series"): EVERYBODY,
    ("POST", "/api/order-series"): frozenset({"fleet_admin"}),  # for a unit one's roles reach
    ("GET", "/api/order-series/{series_id}"): OVERSEEING,
    ("PATCH", "/api/order-series/{series_id}"): OVERSEEING,  # told that it is called off
    ("POST", "/api/order-series/{series_id}/cancel"): OVERSEEING,
    ("POST", "/api/order-series/{series_id}/approve"): OVERSEEING,  # none of its days waits for them
    ("GET", "/api/wait-list"): EVERYBODY,
    ("POST", "/api/orders/{order_id}/wait-list"): frozenset({"dispatcher"}),  # told that it is not approved
    ("POST", "/api/orders/{order_id}/wait-list/leave"): frozenset({"dispatcher"}),
    ("POST", "/api/orders/{order_id}/offer/take"): OVERSEEING,  # told that there is none
    ("POST", "/api/orders/{order_id}/offer/decline"): OVERSEEING,
    ("POST", "/api/orders/{order_id}/hold"): frozenset({"dispatcher"}),
    ("POST", "/api/orders/{order_id}/hold/release"): frozenset({"dispatcher"}),
    ("GET", "/api/upkeep"): OVERSEEING | {"unit_admin"},
    ("POST", "/api/upkeep"): frozenset({"dispatcher", "fleet_admin"}),
    ("PATCH", "/api/upkeep/{upkeep_id}"): frozenset({"dispatcher", "fleet_admin"}),
    ("POST", "/api/upkeep/{upkeep_id}/end"): frozenset({"dispatcher", "fleet_admin"}),
    ("GET", "/api/orders/{order_id}/ladder"): frozenset({"dispatcher", "fleet_admin"}),  # an inspector sees the order, not what else it could be
    ("POST", "/api/orders/{order_id}/hire"): frozenset({"dispatcher"}),  # told that it is not approved
    ("POST", "/api/orders/{order_id}/hire/done"): frozenset({"dispatcher"}),
    ("POST", "/api/orders/{order_id}/public-transport"): frozenset({"dispatcher"}),  # told that it is not approved
    ("POST", "/api/orders/{order_id}/time-share"): NO_ONE,  # for who asked alone
    ("POST", "/api/orders/{order_id}/lending"): frozenset({"dispatcher"}),
    ("GET", "/api/lending"): OVERSEEING | {"approver", "unit_admin"},
    ("POST", "/api/lending"): NO_ONE,  # for the administrator of the unit alone
    ("POST", "/api/lending/{lending_id}/agree"): NO_ONE,
    ("POST", "/api/lending/{lending_id}/decline"): NO_ONE,
    ("POST", "/api/lending/{lending_id}/end"): frozenset({"dispatcher"}),  # takes the question back
    ("GET", "/api/vendors"): MONEY,
    ("POST", "/api/vendors"): frozenset({"fleet_admin"}),
    ("PATCH", "/api/vendors/{vendor_id}"): frozenset({"fleet_admin"}),
    ("GET", "/api/vendor-prices"): MONEY,
    ("POST", "/api/vendors/{vendor_id}/prices"): frozenset({"fleet_admin"}),
    ("POST", "/api/vendor-prices/{price_id}/end"): frozenset({"fleet_admin"}),
    ("GET", "/api/lump-sums"): MONEY,
    ("POST", "/api/lump-sums"): frozenset({"fleet_admin"}),
    ("POST", "/api/lump-sums/{tier_id}/end"): frozenset({"fleet_admin"}),
    ("POST", "/api/orders/batch"): BOOKING,
    ("GET", "/api/home-travel"): EVERYBODY,
    ("POST", "/api/home-travel"): frozenset({"fleet_admin"}),
    ("PATCH", "/api/home-travel/{right_id}"): frozenset({"fleet_admin"}),
    ("GET", "/api/orders/{order_id}/rides"): frozenset({"dispatcher"}),
    ("GET", "/api/orders/{order_id}/ride-shares"): OVERSEEING,
    ("POST", "/api/orders/{order_id}/ride-shares"): frozenset({"dispatcher"}),  # told that they do not fit
    ("POST", "/api/ride-shares/{share_id}/agree"): NO_ONE,  # for the first booker alone
    ("POST", "/api/ride-shares/{share_id}/decline"): NO_ONE,
    ("POST", "/api/ride-shares/{share_id}/leave"): frozenset({"dispatcher"}),
    ("POST", "/api/orders/check"): frozenset({"fleet_admin"}),  # for a unit one's roles reach
    ("POST", "/api/order-attachments"): frozenset({"dispatcher"}),  # of another unit's order
    ("GET", "/api/orders/{order_id}/attachments/{attachment_id}"): OVERSEEING,
    ("DELETE", "/api/orders/{order_id}/attachments/{attachment_id}"): frozenset({"dispatcher"}),
    ("GET", "/api/orders/{order_id}/settlement"): OVERSEEING,  # told that it is too early
    ("GET", "/api/orders/{order_id}/paper"): OVERSEEING,  # who sees the order prints it
    ("GET", "/api/driver-shifts"): ROSTERS | {"driver", "unit_admin"},
    ("POST", "/api/driver-shifts"): ROSTERS,
    ("POST", "/api/driver-shifts/import"): ROSTERS | {"unit_admin"},  # who finds no driver of his in the file
    ("POST", "/api/driver-shifts/{line_id}/withdraw"): ROSTERS,
    ("GET", "/api/driver-absences"): ROSTERS | {"driver", "unit_admin"},
    ("POST", "/api/driver-absences"): ROSTERS | {"driver"},  # told that he is away already
    ("POST", "/api/driver-absences/{line_id}/end"): ROSTERS | {"driver"},  # his own sickness
    ("POST", "/api/driver-absences/{line_id}/withdraw"): ROSTERS,
    ("POST", "/api/drivers/{person_id}/sick"): NO_ONE,  # who does not drive
    ("GET", "/api/drivers/{person_id}/days"): NO_ONE,
    ("GET", "/api/driver-qualifications"): ROSTERS | {"driver", "unit_admin"},
    ("POST", "/api/driver-qualifications"): frozenset({"fleet_admin"}),
    ("POST", "/api/driver-qualifications/{line_id}/withdraw"): frozenset({"fleet_admin"}),
    ("GET", "/api/driving-rules"): ROSTERS | {"driver", "unit_admin", "inspector"},
    ("PUT", "/api/driving-rules"): frozenset({"fleet_admin"}),
    ("GET", "/api/dispatch/asks"): frozenset({"dispatcher"}),
    ("GET", "/api/share/sites"): BOOKING,
    ("POST", "/api/share/sites"): frozenset({"dispatcher", "fleet_admin"}),
    ("GET", "/api/share/cars"): frozenset({"dispatcher", "fleet_admin"}),
    ("POST", "/api/share/cars"): NO_ONE,  # there is no such site
    ("POST", "/api/share/cars/{vehicle_id}/out"): NO_ONE,  # not in the scheme
    ("GET", "/api/share/free"): BOOKING,
    ("POST", "/api/share/orders"): BOOKING,  # told that there is no such site
    ("POST", "/api/orders/{order_id}/pick-up"): NO_ONE,  # for who booked
    ("POST", "/api/orders/{order_id}/bring-back"): NO_ONE,
    ("POST", "/api/share/night-plan"): frozenset({"dispatcher", "fleet_admin"}),
    ("GET", "/api/events"): OVERSEEING,
    ("POST", "/api/events"): frozenset({"dispatcher"}),
    ("GET", "/api/events/{transport_event_id}"): OVERSEEING,
    ("PATCH", "/api/events/{transport_event_id}"): frozenset({"dispatcher"}),
    ("POST", "/api/events/{transport_event_id}/plan"): frozenset({"dispatcher"}),
    ("GET", "/api/events/{transport_event_id}/versions"): OVERSEEING,
    ("GET", "/api/events/{transport_event_id}/versions/{version_no}/changes"): OVERSEEING,
    ("POST", "/api/events/{transport_event_id}/versions/{version_no}/decide"): frozenset({"fleet_admin"}),
    ("POST", "/api/events/{transport_event_id}/freeze"): frozenset({"dispatcher"}),
    ("POST", "/api/events/{transport_event_id}/approve"): frozenset({"fleet_admin"}),
    ("POST", "/api/events/{transport_event_id}/end"): frozenset({"dispatcher"}),
    ("GET", "/api/events/{transport_event_id}/movements"): OVERSEEING,
    ("GET", "/api/events/{transport_event_id}/lots"): OVERSEEING,
    ("PATCH", "/api/events/{transport_event_id}/lots/{lot_id}"): NO_ONE,  # there is no such lot
    ("POST", "/api/events/{transport_event_id}/runs"): frozenset({"dispatcher"}),
    ("GET", "/api/events/{transport_event_id}/runs"): OVERSEEING,
    ("POST", "/api/events/{transport_event_id}/assign"): frozenset({"dispatcher"}),
    ("POST", "/api/events/{transport_event_id}/rehearse"): frozenset({"dispatcher"}),
    ("GET", "/api/events/{transport_event_id}/drive-plan"): OVERSEEING,
    ("GET", "/api/events/{transport_event_id}/readiness"): OVERSEEING,
    ("GET", "/api/events/{transport_event_id}/punctuality"): OVERSEEING,
    ("GET", "/api/events/{transport_event_id}/exceptions"): OVERSEEING,
    ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/marks"): NO_ONE,  # there is no such movement
    ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/swap"): frozenset({"dispatcher"}),  # told that it is not approved
    ("GET", "/api/lost-property"): EVERYBODY,
    ("GET", "/api/orders/{order_id}/ending"): OVERSEEING,
    ("POST", "/api/orders/{order_id}/checklist"): frozenset({"dispatcher"}),  # told that it has not begun
    ("POST", "/api/orders/{order_id}/lost-property"): NO_ONE,  # nobody rides yet
    ("POST", "/api/orders/{order_id}/lost-property/{lost_id}/close"): NO_ONE,  # there is no such report
    ("POST", "/api/orders/{order_id}/rating"): NO_ONE,  # for those who rode
    ("GET", "/api/sizing"): OVERSEEING,
    ("GET", "/api/sizing/days"): OVERSEEING,
    ("GET", "/api/sizing/vehicles"): OVERSEEING,
    ("GET", "/api/sizing/drivers"): OVERSEEING,
    ("GET", "/api/sizing/units"): OVERSEEING,
    ("GET", "/api/fleet-policy"): MONEY,
    ("GET", "/api/fleet-policies"): MONEY,
    ("POST", "/api/fleet-policies"): frozenset({"dispatcher", "fleet_admin"}),
    ("POST", "/api/fleet-policies/{policy_id}/publish"): frozenset({"fleet_admin"}),  # told that it is none any more, or done by withdrawing
    ("POST", "/api/fleet-policies/{policy_id}/withdraw"): frozenset({"fleet_admin"}),
    ("GET", "/api/vehicles/{vehicle_id}/papers"): OVERSEEING,
    ("POST", "/api/vehicles/{vehicle_id}/papers"): frozenset({"fleet_admin"}),
    ("POST", "/api/vehicles/{vehicle_id}/papers/{paper_id}/take-out"): NO_ONE,  # there is no such paper
    ("GET", "/api/tariffs"): MONEY,
    ("POST", "/api/tariffs"): frozenset({"fleet_admin"}),
    ("POST", "/api/tariffs/{tariff_id}/publish"): frozenset({"fleet_admin"}),  # told that it is none any more, or done by withdrawing
    ("POST", "/api/tariffs/{tariff_id}/withdraw"): frozenset({"fleet_admin"}),
    ("GET", "/api/orders/{order_id}/estimate"): OVERSEEING,
    ("GET", "/api/orders/{order_id}/vouchers"): OVERSEEING,
    ("POST", "/api/orders/{order_id}/vouchers"): frozenset({"dispatcher"}),  # told that it has not begun
    ("POST", "/api/orders/{order_id}/vouchers/{voucher_id}/take-out"): frozenset({"dispatcher"}),
    ("GET", "/api/statements"): MONEY,
    ("GET", "/api/statements/{unit_id}/lines"): MONEY,
    ("GET", "/api/statements/{unit_id}/paper"): NO_ONE,  # that unit has no trip that is over
    ("POST", "/api/orders/{order_id}/statements"): NO_ONE,  # for its driver and booker
    ("POST", "/api/orders/{order_id}/allowed-stops"): NO_ONE,  # for the approvers of that unit
    ("POST", "/api/orders/{order_id}/{step}"): NO_ONE,  # approving is for the approvers of that unit
    ("GET", "/api/dispatch/queue"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/orders/{order_id}/candidates"): OVERSEEING,  # told that it is not approved yet
    ("POST", "/api/dispatch/suggest"): frozenset({"dispatcher"}),
    ("POST", "/api/dispatch/accept"): NO_ONE,  # of a plan that is not there
    ("GET", "/api/dispatch/plans"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/plans/{plan_id}"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/plans/{plan_id}/against/{other_plan_id}"): frozenset({"dispatcher"}),
    ("POST", "/api/dispatch/plans/{plan_id}/adopt"): frozenset({"dispatcher"}),
    ("POST", "/api/dispatch/plans/{plan_id}/discard"): frozenset({"dispatcher"}),
    ("POST", "/api/dispatch/what-if"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/disruptions"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/arrival-errors"): frozenset({"dispatcher"}),
    ("GET", "/api/dispatch/travel-factors"): frozenset({"dispatcher"}),
    ("GET", "/api/orders/{order_id}/arrival"): OVERSEEING,
    ("GET", "/api/orders/{order_id}/depot-times"): OVERSEEING,
    ("POST", "/api/orders/{order_id}/depot-times"): frozenset({"dispatcher"}),  # told that it has not begun
    ("GET", "/api/dispatch/replan-rules"): frozenset({"dispatcher", "fleet_admin"}),
    ("PUT", "/api/dispatch/replan-rules"): frozenset({"fleet_admin"}),
    ("GET", "/api/places"): EVERYBODY,
    ("GET", "/api/where"): EVERYBODY,
    ("GET", "/api/route"): BOOKING,
    ("GET", "/api/room"): BOOKING,
    ("GET", "/api/notices"): EVERYBODY,
    ("GET", "/api/notices/unread"): EVERYBODY,
    ("POST", "/api/notices/read"): EVERYBODY,
    ("POST", "/api/notices/{notice_id}/read"): NO_ONE,  # somebody else's
    ("GET", "/api/units"): EVERYBODY,
    ("GET", "/api/units/{unit_id}"): EVERYBODY,
    ("POST", "/api/units"): frozenset({"fleet_admin", "sysadmin"}),
    ("PATCH", "/api/units/{unit_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/people"): frozenset({"dispatcher", "fleet_admin", "sysadmin", "unit_admin"}),
    ("GET", "/api/people/{person_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/people"): frozenset({"sysadmin"}),
    ("PATCH", "/api/people/{person_id}"): frozenset({"sysadmin"}),
    ("PUT", "/api/people/{person_id}/roles"): frozenset({"sysadmin"}),
    ("POST", "/api/people/{person_id}/password"): frozenset({"sysadmin"}),
    ("POST", "/api/vehicles"): frozenset({"fleet_admin"}),
    ("PATCH", "/api/vehicles/{vehicle_id}"): frozenset({"fleet_admin"}),
    ("POST", "/api/vehicles/{vehicle_id}/custody"): frozenset({"fleet_admin"}),
    ("GET", "/api/devices"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/devices"): frozenset({"fleet_admin"}),
    ("POST", "/api/devices/{device_id}/credential"): frozenset({"fleet_admin"}),
    ("GET", "/api/devices/{device_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("PATCH", "/api/devices/{device_id}"): frozenset({"fleet_admin"}),
    ("POST", "/api/devices/{device_id}/binding"): frozenset({"fleet_admin"}),
    ("GET", "/api/devices/{device_id}/raw"): NO_ONE,  # it has stored no fix at that instant
    ("GET", "/api/quarantine"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/quarantine/{entry_id}"): frozenset({"fleet_admin"}),
    ("GET", "/api/device-health"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/device-health/summary"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/mileage"): frozenset({"dispatcher", "finance", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/vehicles/{vehicle_id}/mileage"): frozenset({"dispatcher", "finance", "fleet_admin", "inspector"}),  # not of another unit's vehicle
    ("GET", "/api/device-coverage"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/device-tickets"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/device-tickets/{ticket_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/device-tickets/{ticket_id}/{ticket_step}"): frozenset({"fleet_admin"}),
    ("GET", "/api/device-commands"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/device-commands"): frozenset({"fleet_admin"}),
    ("GET", "/api/device-commands/{command_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/device-commands/{command_id}/cancel"): frozenset({"fleet_admin"}),
    ("GET", "/api/device-answers"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/source-bindings"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/source-bindings"): frozenset({"fleet_admin"}),
    ("PATCH", "/api/source-bindings/{binding_id}"): frozenset({"fleet_admin"}),
    ("POST", "/api/source-bindings/{binding_id}/end"): frozenset({"fleet_admin"}),
    ("GET", "/api/forwarders"): frozenset({"fleet_admin", "sysadmin"}),
    ("POST", "/api/reprocess-runs"): frozenset({"fleet_admin"}),
    ("GET", "/api/reprocess-runs"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/reprocess-runs/{run_id}"): frozenset({"fleet_admin", "sysadmin"}),
    ("GET", "/api/devices/{device_id}/messages"): frozenset({"fleet_admin"}),
    ("GET", "/api/areas"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fences"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fences/{area_id}/versions"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fence-drafts"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fence-drafts/{draft_id}"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/fence-drafts"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("PUT", "/api/fence-drafts/{draft_id}"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("POST", "/api/fence-drafts/{draft_id}/publish"): frozenset({"fleet_admin"}),
    ("POST", "/api/fence-drafts/{draft_id}/discard"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("POST", "/api/fence-drafts/{draft_id}/preview"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("GET", "/api/fence-drafts/{draft_id}/preview"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fence-previews/{preview_id}/findings"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fence-events"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/fence-events/{event_id}/revisions"): frozenset({"fleet_admin", "inspector"}),  # of another unit's vehicle
    ("GET", "/api/named-places"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("POST", "/api/named-places"): frozenset({"dispatcher", "fleet_admin"}),
    ("PUT", "/api/named-places/{place_id}"): frozenset({"dispatcher", "fleet_admin"}),
    ("POST", "/api/named-places/{place_id}/end"): frozenset({"dispatcher", "fleet_admin"}),
    ("GET", "/api/depots"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/depots/{area_id}"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/depots/{area_id}/days"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/depots/{area_id}/vehicles"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/fence-files"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("GET", "/api/calendar"): SOME_ROLE,
    ("GET", "/api/calendar/coverage"): SOME_ROLE,
    ("GET", "/api/calendar/local-days"): SOME_ROLE,
    ("GET", "/api/calendar/hours"): SOME_ROLE,
    ("GET", "/api/calendar/seals"): SOME_ROLE,
    ("GET", "/api/calendar/versions"): SOME_ROLE,
    ("POST", "/api/calendar/preview"): frozenset({"dispatcher", "fleet_admin", "unit_admin"}),
    ("GET", "/api/calendar/changes"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/calendar/changes/{change_id}"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/calendar/changes"): frozenset({"fleet_admin"}),  # of another unit; a dispatcher's is the centre
    ("POST", "/api/calendar/changes/{change_id}/publish"): frozenset({"fleet_admin"}),
    ("POST", "/api/calendar/changes/{change_id}/withdraw"): frozenset({"fleet_admin"}),
    ("GET", "/api/rules"): SOME_ROLE,
    ("GET", "/api/rulebook"): SOME_ROLE,
    ("GET", "/api/rulebook/versions"): SOME_ROLE,
    ("GET", "/api/rulebook/mutes"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/rulebook/changes"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/rulebook/changes/{rule_change_id}"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/rulebook/changes"): frozenset({"fleet_admin"}),  # of another unit; a dispatcher's is the centre
    ("PUT", "/api/rulebook/changes/{rule_change_id}"): NO_ONE,  # somebody else's draft
    ("POST", "/api/rulebook/changes/{rule_change_id}/submit"): NO_ONE,
    ("POST", "/api/rulebook/changes/{rule_change_id}/publish"): frozenset({"fleet_admin"}),
    ("POST", "/api/rulebook/changes/{rule_change_id}/withdraw"): frozenset({"fleet_admin"}),
    ("POST", "/api/rulebook/changes/{rule_change_id}/preview"): frozenset({"fleet_admin"}),
    ("GET", "/api/rulebook/changes/{rule_change_id}/preview"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/rulebook/previews/{rule_preview_id}/counts"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/rulebook/previews/{rule_preview_id}/differences"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/orders/{order_id}/approval"): OVERSEEING,
    ("GET", "/api/approval/policy"): SOME_ROLE,
    ("GET", "/api/approval/policies"): SOME_ROLE,
    ("GET", "/api/approval/changes"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("GET", "/api/approval/changes/{approval_change_id}"): frozenset({"dispatcher", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/approval/changes"): frozenset({"fleet_admin"}),  # of another unit
    ("POST", "/api/approval/changes/{approval_change_id}/publish"): frozenset({"fleet_admin"}),
    ("POST", "/api/approval/changes/{approval_change_id}/withdraw"): frozenset({"fleet_admin"}),
    ("GET", "/api/approval/posts"): SOME_ROLE,
    ("POST", "/api/approval/posts"): frozenset({"fleet_admin"}),
    ("POST", "/api/approval/posts/{approval_post_id}/end"): frozenset({"fleet_admin"}),
    ("GET", "/api/approval/delegations"): EVERYBODY,  # one's own
    ("GET", "/api/approval/colleagues"): EVERYBODY,
    ("POST", "/api/approval/delegations"): EVERYBODY,  # in one's own name; it gives nothing one does not have
    ("POST", "/api/approval/delegations/{approval_delegation_id}/revoke"): NO_ONE,  # somebody else's
    ("GET", "/api/approval/budgets"): frozenset({"approver", "fleet_admin", "inspector", "unit_admin"}),
    ("POST", "/api/approval/budgets"): frozenset({"fleet_admin"}),
    ("PATCH", "/api/approval/budgets/{approval_budget_id}"): frozenset({"fleet_admin"}),
    ("GET", "/api/audit"): EVERYBODY,
    ("GET", "/api/journal"): OVERSEEING | {"sysadmin"},
    ("GET", "/tiles/basemap.pmtiles"): NO_ONE,  # there is none here
}  # fmt: skip
REFUSED = {"not_signed_in", "forbidden", "not_found"}


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """The other unit has a vehicle with a locator and a suspicion, an order, a person and a notice."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        await town_of.add_fix(owner, town, "other", datetime.now(UTC))
        async with serving(database.web, owner, town) as running:
            yield running


def routes(app: FastAPI) -> list[tuple[str, str, object]]:
    """What the application itself says it serves over HTTP: method, path, route."""
    return [
        (method, str(context.path), context.original_route)
        for context in iter_route_contexts(app.router.routes)
        for method in sorted(getattr(context, "methods", None) or ())
        if method != "HEAD"
    ]


async def things(site: Site) -> dict[str, UUID | str]:
    """What stands in the braces of a path: something of the other unit, or of a person in it."""
    town, now = site.town, datetime.now(UTC)
    vehicle = town.vehicles["other"]
    notice, stranger = uuid4(), town.people["stranger"]
    await store.insert(site.owner, "notice", {
        "id": notice, "tenant_id": town.tenant_id, "person_id": stranger, "kind": "order_approve", "dedupe_key": "x", "created_at": now,
    })  # fmt: skip
    device = await store.one(site.owner, "SELECT id FROM device WHERE code = 'dev-other'")
    assert device is not None
    entry = uuid4()
    await store.insert(site.owner, "quarantine", {
        "id": entry, "tenant_id": town.tenant_id, "device": "dev-other", "topic": "fleet/v1/dev-other/pos", "received_at": now,
        "reason": "malformed", "payload": b"x", "digest": b"x", "last_received_at": now,
    })  # fmt: skip
    order = await town_of.add_order(
        site.owner, town, requester="stranger", unit="other", start_at=now + timedelta(days=1)
    )
    alert = await add_alert(site.owner, town, "other", "other", now - timedelta(hours=1))
    ticket = uuid4()
    await store.insert(site.owner, "device_ticket", {
        "id": ticket, "tenant_id": town.tenant_id, "device_id": device["id"], "vehicle_id": vehicle, "fault": "offline", "state": "open",
        "installer": "", "model": "", "evidence": "{}", "episode_at": now, "opened_at": now, "due_at": now,
    })  # fmt: skip
    command = uuid4()
    await store.insert(site.owner, "device_command", {
        "id": command, "tenant_id": town.tenant_id, "device_id": device["id"], "vehicle_id": vehicle, "kind": "text", "text": "x",
        "asked_at": now, "asked_as": "x", "expires_at": now + timedelta(days=1),
    })  # fmt: skip
    run, binding = uuid4(), uuid4()
    await store.insert(site.owner, "reprocess_run", {
        "id": run, "tenant_id": town.tenant_id, "dry": True, "sought": "{}", "entries": 1, "asked_at": now, "asked_by": stranger, "asked_as": "x",
    })  # fmt: skip
    await store.insert(site.owner, "source_binding", {
        "id": binding, "tenant_id": town.tenant_id, "device_id": device["id"], "source": "traccar", "external_id": "x1",
        "during": db.TimestamptzRange(now - timedelta(days=1), None),
    })  # fmt: skip
    area, draft = uuid4(), uuid4()
    point = {"type": "Point", "coordinates": [116, 32]}
    await store.add_area(
        site.owner, area_id=area, tenant_id=town.tenant_id, kind="depot", code="d9", name="x", geometry=point
    )
    await store.insert(site.owner, "fence_draft", {
        "id": draft, "tenant_id": town.tenant_id, "code": "d9", "kind": "depot", "name": "x", "geometry": json.dumps(point),
    })  # fmt: skip
    preview = uuid4()
    await store.insert(site.owner, "fence_preview", {
        "id": preview, "tenant_id": town.tenant_id, "draft_id": draft, "draft_version": 1, "from_at": now, "to_at": now,
        "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    version = await store.one(site.owner, "SELECT id FROM area_version WHERE area_id = %s", (area,))
    assert version is not None
    event = uuid4()
    about = {"tenant_id": town.tenant_id, "area_version_id": version["id"], "happened_at": now, "known_at": now}
    await store.insert(
        site.owner, "fence_event", about | {"id": event, "area_id": area, "vehicle_id": vehicle, "event": "enter"}
    )
    await store.insert(
        site.owner,
        "fence_event_revision",
        about | {"event_id": event, "revision": 1, "withdrawn": False, "why": "seen"},
    )
    named = uuid4()
    await store.insert(
        site.owner, "named_place", {"id": named, "tenant_id": town.tenant_id, "name": "市府", "lon": 116.0, "lat": 32.0}
    )
    change = uuid4()
    await store.insert(site.owner, "calendar_change", {
        "id": change, "tenant_id": town.tenant_id, "what": "local", "source": "x", "proposed_at": now, "proposed_by": stranger,
        "body": '{"days": [{"date": "2026-07-08", "kind": "holiday", "name": "x"}]}',
    })  # fmt: skip
    rules, tried = uuid4(), uuid4()
    await store.insert(site.owner, "rule_change", {
        "id": rules, "tenant_id": town.tenant_id, "what": "profile", "unit_id": town.units["other"], "body": '{"profile": "strict"}',
        "reason": "test", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    await store.insert(site.owner, "rule_preview", {
        "id": tried, "tenant_id": town.tenant_id, "change_id": rules, "change_version": 1, "what": "profile", "body": "{}",
        "from_at": now - timedelta(days=1), "to_at": now, "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    series = uuid4()
    await store.insert(site.owner, "order_series", {
        "id": series, "tenant_id": town.tenant_id, "unit_id": town.units["other"], "requester_id": stranger, "wish": '{"passenger_ids": []}',
        "weekdays": [1], "holidays": "skip", "first_day": now.date(), "last_day": now.date(), "starts_at": now.time(), "duration_min": 60,
        "state": "cancelled", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    upkeep = uuid4()
    await store.insert(site.owner, "vehicle_upkeep", {
        "id": upkeep, "tenant_id": town.tenant_id, "vehicle_id": vehicle, "kind": "repair", "during": db.TimestamptzRange(now, now + timedelta(hours=1)),
        "created_at": now, "created_by": stranger,
    })  # fmt: skip
    right = uuid4()
    await store.insert(site.owner, "home_travel_right", {
        "id": right, "tenant_id": town.tenant_id, "person_id": stranger, "trips_a_year": 1, "home": '{"name": "x", "lon": 116, "lat": 32}', "basis": "x",
        "days": "[2020-01-01,)", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    share = uuid4()
    host = await town_of.add_order(  # when `wish` moves the order to
        site.owner, town, requester="stranger", unit="other", start_at=now + timedelta(days=2)
    )
    shared = """UPDATE dispatch_order SET shareable = true, state = 'unit_approved', origin = '{"name": "x", "lon": 116, "lat": 32}',
        destination = '{"name": "y", "lon": 116.1, "lat": 32}' WHERE id = %s"""
    await site.owner.execute(shared, (host,))
    await store.insert(site.owner, "ride_share", {
        "id": share, "tenant_id": town.tenant_id, "host_order_id": host, "guest_order_id": order, "detour_s": 0, "asked_at": now, "asked_by": stranger,
    })  # fmt: skip
    paper = uuid4()
    await store.insert(site.owner, "order_attachment", {
        "id": paper, "tenant_id": town.tenant_id, "order_id": order, "name": "x.pdf", "media_type": "application/pdf", "size_bytes": 5,
        "sha256": b"x", "content": b"%PDF-", "added_at": now, "added_by": stranger,
    })  # fmt: skip
    plan, other_plan = uuid4(), uuid4()
    for one in (plan, other_plan):
        await store.insert(site.owner, "dispatch_plan", {
            "id": one, "tenant_id": town.tenant_id, "created_at": now, "problem": '{"orders": []}', "plan": '{"assignments": [], "unassigned": []}',
            "travel_times": "router", "seed": 0,
        })  # fmt: skip
    tariff = uuid4()
    await store.insert(site.owner, "tariff", {
        "id": tariff, "tenant_id": town.tenant_id, "version_no": 9, "vehicle_class": "other", "cents_per_km": 1, "state": "draft",
        "during": db.TimestamptzRange(empty=True), "holds_from": now + timedelta(days=1), "created_by": stranger,
    })  # fmt: skip
    transport = uuid4()
    await store.insert(site.owner, "transport_event", {
        "id": transport, "tenant_id": town.tenant_id, "name": "x", "unit_id": town.units["other"], "commander_id": stranger, "first_day": now.date(),
        "last_day": now.date(), "created_at": now, "created_by": stranger,
    })  # fmt: skip
    lending, vendor, price, tier = uuid4(), uuid4(), uuid4(), uuid4()
    await store.insert(site.owner, "lending", {
        "id": lending, "tenant_id": town.tenant_id, "unit_id": town.units["other"], "vehicle_id": vehicle, "to_unit_id": town.units["bureau"], "order_id": order,
        "during": db.TimestamptzRange(now, now + timedelta(hours=1)), "state": "asked", "asked_at": now, "asked_by": stranger, "answer_by": now + timedelta(hours=1),
    })  # fmt: skip
    since = {"tenant_id": town.tenant_id, "during": "[2026-01-01,)", "created_at": now, "created_by": stranger}
    await store.insert(site.owner, "vendor", {"id": vendor, "tenant_id": town.tenant_id, "name": "x"})
    await store.insert(
        site.owner, "vendor_price", since | {"id": price, "vendor_id": vendor, "seats": 4, "cents_per_day": 1}
    )
    await store.insert(
        site.owner, "reimbursement_tier", since | {"id": tier, "mode": "metro", "up_to_km": 10, "cents_per_person": 1}
    )
    fleet_policy = uuid4()
    await store.insert(site.owner, "fleet_policy", {
        "id": fleet_policy, "tenant_id": town.tenant_id, "version_no": 9, "body": "{}", "reason": "test", "holds_from": now + timedelta(days=1),
        "during": db.TimestamptzRange(empty=True), "created_at": now, "created_by": stranger,
    })  # fmt: skip
    line = uuid4()
    of_driver = {
        "id": line,
        "tenant_id": town.tenant_id,
        "person_id": town.people["driver"],
        "entered_at": now,
        "entered_by": stranger,
    }
    await store.insert(site.owner, "driver_shift", of_driver | {"first_day": "2020-01-01", "last_day": "2020-01-01"})
    await store.insert(
        site.owner,
        "driver_absence",
        of_driver | {"kind": "sick", "during": db.TimestamptzRange(now - timedelta(hours=1), None)},
    )
    await store.insert(
        site.owner,
        "driver_qualification",
        of_driver | {"kind": "training", "name": "safety", "first_day": "2020-01-01", "basis": "xx"},
    )
    policy, post, deputy, budget = uuid4(), uuid4(), uuid4(), uuid4()
    of_other = {"tenant_id": town.tenant_id, "unit_id": town.units["other"]}
    await store.insert(site.owner, "approval_change", of_other | {
        "id": policy, "reason": "test", "proposed_at": now, "proposed_by": stranger, "body": json.dumps(as_json(DEFAULT)),
    })  # fmt: skip
    await store.insert(site.owner, "approval_post", of_other | {
        "id": post, "post": "chief", "person_id": stranger, "during": "[2026-01-01,)", "created_at": now,
    })  # fmt: skip
    await store.insert(site.owner, "approval_delegation", {
        "id": deputy, "tenant_id": town.tenant_id, "person_id": stranger, "deputy_id": town.people["other_admin"],
        "during": "[2026-01-01,2036-01-01)", "reason": "出差", "created_at": now,
    })  # fmt: skip
    await store.insert(site.owner, "approval_budget", of_other | {
        "id": budget, "days": "[2026-01-01,2027-01-01)", "amount_cents": 1, "reason": "年度", "created_at": now, "created_by": stranger,
    })  # fmt: skip
    return {
        "share_id": share, "host_id": host, "right_id": right, "upkeep_id": upkeep, "series_id": series, "attachment_id": paper, "plan_id": plan, "other_plan_id": other_plan,
        "transport_event_id": transport, "version_no": 1, "lot_id": uuid4(), "movement_id": uuid4(),
        "lending_id": lending, "vendor_id": vendor, "price_id": price, "tier_id": tier,
        "lost_id": uuid4(), "tariff_id": tariff, "voucher_id": uuid4(), "policy_id": fleet_policy, "paper_id": uuid4(),
        "line_id": line,
        "approval_change_id": policy, "approval_post_id": post, "approval_delegation_id": deputy, "approval_budget_id": budget,
        "rule_change_id": rules, "rule_preview_id": tried, "change_id": change, "area_id": area, "draft_id": draft, "preview_id": preview, "event_id": event, "place_id": named, "run_id": run, "binding_id": binding, "command_id": command, "ticket_id": ticket, "ticket_step": "acknowledge", "vehicle_id": vehicle, "alert_id": alert, "order_id": order, "step": "approve", "notice_id": notice,
        "unit_id": town.units["other"], "person_id": stranger, "device_id": device["id"], "entry_id": entry,
    }  # fmt: skip


def bodies(site: Site, role: str, known: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """A request each route would take from somebody who may; texts differ by role, so that nobody meets another's."""
    town, now = site.town, datetime.now(UTC)
    other = str(town.units["other"])
    place = {"name": "x", "lon": 116.0, "lat": 32.0}
    wish = {
        "planned_start_at": (now + timedelta(days=2)).isoformat(), "planned_end_at": (now + timedelta(days=2, hours=2)).isoformat(),
        "origin": place, "destination": {**place, "lon": 116.1}, "purpose": "meeting", "purpose_text": role,
    }  # fmt: skip
    terms = {"trips_a_year": 4, "basis": "x", "first_day": "2026-01-01"}
    window = {
        "kind": "repair",
        "start_at": (now + timedelta(days=9)).isoformat(),
        "end_at": (now + timedelta(days=10)).isoformat(),
    }
    series = {"first": {**wish, "unit_id": other}, "last_day": (now + timedelta(days=10)).date().isoformat()}
    event = {
        "name": role, "unit_id": other, "commander_id": str(town.people["dispatcher"]), "first_day": f"{now:%Y-%m-%d}", "last_day": f"{now:%Y-%m-%d}"
    }  # fmt: skip
    fence = {"code": "d9", "kind": "depot", "name": "x", "shape": {"shape": "point", "center": [116, 32]}}
    custody = {"owner_unit_id": other, "manager_unit_id": other, "user_unit_id": other}
    return {
        ("POST", "/api/password"): {"old": "not it", "new": "another long password"},
        ("POST", "/api/orders"): {**wish, "unit_id": other},
        ("POST", "/api/orders/{order_id}/hold"): {"vehicle_id": str(town.vehicles["other"])},
        ("POST", "/api/upkeep"): {**window, "vehicle_id": str(town.vehicles["other"])},
        ("PATCH", "/api/upkeep/{upkeep_id}"): window,
        ("POST", "/api/orders/{order_id}/ride-shares"): {"host_order_id": str(known.get("host_id", uuid4()))},
        ("POST", "/api/orders/batch"): {"csv": "start\n", "dry": True},
        ("POST", "/api/home-travel"): {**terms, "person_id": str(town.people["employee"]), "home": place},
        ("PATCH", "/api/home-travel/{right_id}"): terms,
        ("POST", "/api/order-series/preview"): series,
        ("POST", "/api/order-series"): series,
        ("PATCH", "/api/order-series/{series_id}"): series,
        ("POST", "/api/order-series/{series_id}/cancel"): {"reason": "x"},
        ("POST", "/api/orders/check"): {**wish, "unit_id": other},
        ("POST", "/api/order-attachments"): {"order_id": str(known.get("order_id", uuid4())), "name": "a.pdf", "content": "JVBERi0="},
        ("PATCH", "/api/orders/{order_id}"): wish,
        ("POST", "/api/orders/{order_id}/statements"): {"reason": "fuel", "from_at": (now - timedelta(minutes=9)).isoformat(), "to_at": now.isoformat()},
        ("POST", "/api/orders/{order_id}/allowed-stops"): {**place, "reason": "加油"},
        ("POST", "/api/orders/{order_id}/checklist"): {"items": {"belongings": True}},
        ("POST", "/api/orders/{order_id}/lost-property"): {"what": "umbrella"},
        ("POST", "/api/orders/{order_id}/lost-property/{lost_id}/close"): {"end": "not_found"},
        ("POST", "/api/orders/{order_id}/rating"): {"stars": 5},
        ("POST", "/api/events"): event,
        ("PATCH", "/api/events/{transport_event_id}"): event,
        ("POST", "/api/events/{transport_event_id}/plan"): {"csv": "trip_no"},
        ("POST", "/api/events/{transport_event_id}/versions/{version_no}/decide"): {"agree": True},
        ("PATCH", "/api/events/{transport_event_id}/lots/{lot_id}"): {"capacity": 3},
        ("POST", "/api/events/{transport_event_id}/assign"): {"day": f"{now:%Y-%m-%d}"},
        ("POST", "/api/events/{transport_event_id}/rehearse"): {"day": f"{now:%Y-%m-%d}"},
        ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/marks"): {"item": "fuel", "good": True},
        ("POST", "/api/events/{transport_event_id}/movements/{movement_id}/swap"): {
            "vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"]), "reason": "x",
        },
        ("POST", "/api/driver-shifts"): {"person_id": str(town.people["driver"]), "first_day": "2026-11-01"},
        ("POST", "/api/driver-shifts/import"): {"csv": "driver,starts,ends\n", "dry": True},
        ("POST", "/api/driver-shifts/{line_id}/withdraw"): {"reason": "x"},
        ("POST", "/api/driver-absences"): {"person_id": str(town.people["driver"]), "kind": "sick", "start_at": now.isoformat()},
        ("POST", "/api/driver-absences/{line_id}/withdraw"): {"reason": "x"},
        ("POST", "/api/driver-qualifications"): {"person_id": str(town.people["driver"]), "name": "safety", "first_day": "2026-11-01", "basis": "xx"},
        ("POST", "/api/driver-qualifications/{line_id}/withdraw"): {"reason": "x"},
        ("PUT", "/api/driving-rules"): {"reason": "test"},
        ("POST", "/api/share/sites"): {"name": f"n-{role}", "lon": 116, "lat": 32, "bays": 2},
        ("POST", "/api/share/cars"): {"vehicle_id": str(town.vehicles["pool"]), "site_id": str(uuid4())},
        ("POST", "/api/share/orders"): {"from_site": str(uuid4()), "to_site": str(uuid4()), "start_at": (now + timedelta(hours=2)).isoformat(), "end_at": (now + timedelta(hours=3)).isoformat()},
        ("POST", "/api/share/night-plan"): {"day": f"{now + timedelta(days=2):%Y-%m-%d}"},
        ("POST", "/api/orders/{order_id}/hire"): {"vendor_id": str(known.get("vendor_id", uuid4())), "plate": "津B00001", "seats": 4},
        ("POST", "/api/orders/{order_id}/public-transport"): {"mode": "metro"},
        ("POST", "/api/orders/{order_id}/time-share"): {"from_site": str(uuid4()), "to_site": str(uuid4())},
        ("POST", "/api/orders/{order_id}/lending"): {"vehicle_id": str(town.vehicles["other"])},
        ("POST", "/api/lending"): {"unit_id": other, "start_at": now.isoformat(), "end_at": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/lending/{lending_id}/decline"): {"words": "执勤"},
        ("POST", "/api/vendors"): {"name": f"n-{role}"},
        ("PATCH", "/api/vendors/{vendor_id}"): {"name": f"m-{role}"},
        ("POST", "/api/vendors/{vendor_id}/prices"): {"seats": 6, "cents_per_day": 5, "holds_from": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/lump-sums"): {"mode": "taxi", "up_to_km": 9, "cents_per_person": 5, "holds_from": (now + timedelta(days=1)).isoformat()},
        ("POST", "/api/fleet-policies"): {"holds_from": (now + timedelta(days=3)).isoformat(), "reason": "test", "body": {}},
        ("POST", "/api/vehicles/{vehicle_id}/papers"): {"kind": "inspection", "valid_until": "2030-01-31"},
        ("POST", "/api/vehicles/{vehicle_id}/papers/{paper_id}/take-out"): {"reason": "wrong"},
        ("POST", "/api/tariffs"): {"holds_from": (now + timedelta(days=3)).isoformat(), "reason": "test", "vehicle_class": "law_enforcement"},
        ("POST", "/api/orders/{order_id}/vouchers"): {"kind": "toll", "cents": 500, "paid_at": now.isoformat()},
        ("POST", "/api/orders/{order_id}/vouchers/{voucher_id}/take-out"): {"reason": "wrong"},
        ("POST", "/api/dispatch/accept"): {"plan_id": str(uuid4())},
        ("POST", "/api/dispatch/what-if"): {"order_ids": []},
        ("POST", "/api/orders/{order_id}/depot-times"): {"what": "left", "at": now.isoformat(), "reason": "x"},
        ("PUT", "/api/dispatch/replan-rules"): {"adopts": ["breakdown"], "frozen_min": 60, "stability_s": 900},
        ("POST", "/api/units"): {"parent_id": other, "code": f"N-{role}", "name": "n"},
        ("PATCH", "/api/units/{unit_id}"): {"name_en": role},
        ("POST", "/api/people"): {"unit_id": other, "login": f"n-{role}", "name": "n", "roles": []},
        ("PATCH", "/api/people/{person_id}"): {"phone": role},
        ("PUT", "/api/people/{person_id}/roles"): {"roles": []},
        ("POST", "/api/people/{person_id}/password"): {"password": "a long enough one"},
        ("POST", "/api/vehicles"): {"plate": "测B00001", "vehicle_class": "other", "seats": 5, **custody},
        ("PATCH", "/api/vehicles/{vehicle_id}"): {"seats": 6},
        ("POST", "/api/vehicles/{vehicle_id}/custody"): {"relation": "owner", "unit_id": other, "basis": "x"},
        ("POST", "/api/device-commands"): {"devices": [str(known.get("device_id", uuid4()))], "kind": "locate"},
        ("POST", "/api/devices"): {"code": f"n-{role}"},
        ("POST", "/api/source-bindings"): {"device_id": str(known.get("device_id", uuid4())), "source": "traccar", "external_id": f"n-{role}"},
        ("PATCH", "/api/source-bindings/{binding_id}"): {"until": now.isoformat()},
        ("POST", "/api/reprocess-runs"): {"dry": True},
        ("POST", "/api/fence-drafts"): fence | {"code": f"n-{role}"},
        ("PUT", "/api/fence-drafts/{draft_id}"): fence,
        ("POST", "/api/named-places"): {"name": f"n-{role}", "lon": 116, "lat": 32},
        ("PUT", "/api/named-places/{place_id}"): {"name": "市府", "lon": 116, "lat": 32},
        ("POST", "/api/fence-files"): {"name": "a.geojson", "content": "e30=", "datum": "WGS84", "kind": "depot"},
        ("POST", "/api/calendar/preview"): {"text": "date,kind\n2027-01-01,holiday"},
        ("POST", "/api/calendar/changes"): {"what": "local", "unit_id": other, "source": "x", "body": {"days": [{"date": "2026-07-08", "kind": "holiday"}]}},
        ("POST", "/api/rulebook/changes"): {"what": "profile", "unit_id": other, "body": {"profile": "strict"}, "reason": "test"},
        ("PUT", "/api/rulebook/changes/{rule_change_id}"): {"what": "profile", "unit_id": other, "body": {"profile": "normal"}, "reason": "test"},
        ("POST", "/api/approval/changes"): {"unit_id": other, "body": as_json(DEFAULT), "reason": "test"},
        ("POST", "/api/approval/posts"): {"post": "duty_leader", "unit_id": other, "person_id": str(town.people["stranger"])},
        ("POST", "/api/approval/delegations"): {
            "deputy_id": str(town.people["colleague"]), "from_at": now.isoformat(), "to_at": (now + timedelta(days=1)).isoformat(), "reason": "出差",
        },
        ("POST", "/api/approval/budgets"): {"unit_id": other, "first_day": "2030-01-01", "last_day": "2030-12-31", "amount_cents": 1, "reason": "年度"},
        ("PATCH", "/api/approval/budgets/{approval_budget_id}"): {"amount_cents": 2, "reason": "追加"},
        ("PATCH", "/api/devices/{device_id}"): {"model": role},
        ("POST", "/api/devices/{device_id}/binding"): {"vehicle_id": str(town.vehicles["other"]), "since": now.isoformat()},
    }  # fmt: skip


async def ask(
    client: httpx.AsyncClient, site: Site, method: str, path: str, known: dict[str, Any], role: str
) -> httpx.Response:
    now = datetime.now(UTC)
    params = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat(), "purpose": "核查"}
    params |= {"year": "2026"} if path == "/api/calendar" else {}
    params |= {"from": "2026-11-01", "to": "2026-11-02"} if path.startswith("/api/sizing") else {}
    params |= (
        {
            "from_site": str(uuid4()),
            "to_site": str(uuid4()),
            "from": now.isoformat(),
            "to": (now + timedelta(hours=1)).isoformat(),
        }
        if path == "/api/share/free"
        else {}
    )
    params |= {"day": f"{now:%Y-%m-%d}"} if path.endswith("/drive-plan") else {}
    params |= {"month": "2026-11"} if path.startswith("/api/statements") else {}
    by_day = path == "/api/device-coverage" or path.endswith(("/mileage", "/days"))
    params |= {"from": "2026-11-01", "to": "2026-11-02"} if by_day else {}
    params |= {"from": "116,32", "to": "116.1,32"} if path == "/api/route" else {}
    params |= {"lon": "116", "lat": "32"} if path == "/api/where" else {}
    if (
        "{" not in path
        and not path.startswith("/api/sizing")
        and path not in {"/api/route", "/api/share/free", "/api/device-coverage", "/api/replay"}
    ):
        del params["from"], params["to"]
    params |= {"vehicle": str(site.town.vehicles["other"])} if path == "/api/replay" else {}
    params |= {"at": now.isoformat()} if path.endswith("/raw") else {}
    body = None if method == "GET" else bodies(site, role, known).get((method, path), {})
    version = {} if "{step}" in path else {"If-Match": '"1"'}
    return await client.request(method, path.format(**known), params=params, json=body, headers=version)


async def test_a_new_route_needs_a_decision(site: Site) -> None:
    """Whoever adds a route says here who is answered; one without a session must be named as public."""
    served = routes(site.app)
    assert {(method, path) for method, path, _ in served} == PUBLIC | ANSWERED.keys()
    for method, path, route in served:
        if (method, path) not in PUBLIC:
            assert isinstance(route, SignedRoute), (method, path)
        else:
            assert not isinstance(route, APIRoute) or method == "GET" or path == "/api/login"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_every_route_answers_exactly_the_roles_of_the_table(site: Site, role: str) -> None:
    """Asked about things of another unit, with a body the route would take: the others learn nothing, not even that it is there."""
    known = await things(site)
    wrong = []
    for (method, path), answered in ANSWERED.items():
        async with site.as_person(role) as client:
            answer = await ask(client, site, method, path, known, role)
        problem = answer.json() if "problem" in answer.headers.get("content-type", "") else {}
        assert answer.status_code < 500 or problem["code"] == "unavailable", (method, path, answer.text)
        assert problem.get("code") != "malformed", (method, path, answer.text)
        if (problem.get("code") not in REFUSED) != (role in answered):
            wrong.append((method, path, answer.status_code, problem.get("code")))
    assert wrong == []


async def test_another_tenants_things_do_not_exist(site: Site) -> None:
    """The roles that see everything of their own tenant find nothing of another one, by id or in any list."""
    from tests.db.test_fleet_policies import seed_other

    town = site.town
    far = await seed_other(site.owner)
    unit = (await store.one(site.owner, "SELECT id FROM unit WHERE tenant_id = %s", (far,)) or {})["id"]
    person = (await store.one(site.owner, "SELECT id FROM person WHERE tenant_id = %s", (far,)) or {})["id"]
    device = (await store.one(site.owner, "SELECT id FROM device WHERE tenant_id = %s", (far,)) or {})["id"]
    known = {"unit_id": unit, "person_id": person, "device_id": device}
    for role in ("sysadmin", "fleet_admin", "inspector"):
        async with site.as_person(role) as client:
            for method, path in ANSWERED:
                named = [name for name in known if "{" + name + "}" in path]
                if named:
                    answer = await ask(client, site, method, path, known, role)
                    assert answer.json()["code"] in {"not_found", "forbidden"}, (role, method, path, answer.text)
                elif method == "GET" and "{" not in path:
                    text = (await ask(client, site, method, path, {}, role)).text
                    assert not [word for word in ("far-device", "far-person", "别市") if word in text], path
            # What one may do oneself does not reach across: a role over, a person in, a vehicle of a far unit.
            mine = f"/api/people/{town.people['employee']}"
            for method, path, body in (
                ("PUT", f"{mine}/roles", {"roles": [{"role": "inspector", "unit_id": str(unit)}]}),
                ("PATCH", mine, {"unit_id": str(unit)}),
                ("POST", "/api/vehicles", {"plate": "测B00009", "vehicle_class": "other", "seats": 5,
                    "owner_unit_id": str(unit), "manager_unit_id": str(unit), "user_unit_id": str(unit)}),
                ("POST", f"/api/vehicles/{town.vehicles['pool']}/custody", {"relation": "user", "unit_id": str(unit), "basis": "x"}),
                ("POST", "/api/units", {"parent_id": str(unit), "code": "below", "name": "x"}),
            ):  # fmt: skip
                answer = await client.request(method, path, json=body, headers={"If-Match": '"1"'})
                assert answer.status_code in {403, 404, 422}, (role, method, path, answer.text)
