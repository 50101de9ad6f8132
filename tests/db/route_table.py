"""Who is answered on which route: the table a new route needs a line in."""

from collections.abc import Mapping

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
