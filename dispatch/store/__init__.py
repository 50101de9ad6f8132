"""All SQL of dispatch, one file per subject; the use cases read it as `store.<what>`.

Row-level security applies where the web calls: a query never says who may see a row. Rows become our dataclasses.
"""

from dispatch.store.orders import (
    Overlapping,
    add_allowed_stop,
    add_approval,
    add_statement,
    hold,
    insert_order,
    last_odometer_km,
    let_go,
    lock_orders,
    order_file,
    order_files,
    queue,
    update_order,
    wish,
)
from dispatch.store.people import all_known, approvers_of, dispatchers, tariff, zone
from dispatch.store.plans import add_plan, kept_plan, overdue, plan, set_plan_state, unconfirmed, unmeasured
from dispatch.store.resources import drivers, most_seats, vehicles

__all__ = [
    "Overlapping",
    "add_allowed_stop",
    "add_approval",
    "add_plan",
    "add_statement",
    "all_known",
    "approvers_of",
    "dispatchers",
    "drivers",
    "hold",
    "insert_order",
    "kept_plan",
    "last_odometer_km",
    "let_go",
    "lock_orders",
    "most_seats",
    "order_file",
    "order_files",
    "overdue",
    "plan",
    "queue",
    "set_plan_state",
    "tariff",
    "unconfirmed",
    "unmeasured",
    "update_order",
    "vehicles",
    "wish",
    "zone",
]
