"""What the solver is asked and what it answers: vehicles, requests and matrices in, routes and reasons out.

Frozen values in the shape of contracts.md section 6 (the VROOM form with our additions). Times are whole
seconds on one clock (relative or epoch), distances metres, places indices into the matrices; a window
includes both of its ends, as in VROOM. dispatch.vroom knows the JSON form.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Row = tuple[int, ...]
Square = Sequence[Sequence[int]]  # as many columns as rows; compact arrays where there are thousands of places


class TaskKind(StrEnum):
    """What a vehicle does at a place it was sent to."""

    JOB = "job"
    PICKUP = "pickup"
    DELIVERY = "delivery"


class Objective(StrEnum):
    """What makes one plan better than another, most important first."""

    COST = "cost"  # priority, then tasks served, then cost
    VEHICLES_THEN_DISTANCE = "vehicles_then_distance"  # tasks served, then vehicles used, then distance


class Reason(StrEnum):
    """Why a request is not served. Both objectives serve before they save, so nothing is ever not worth its cost."""

    NO_VEHICLE_WITH_SKILL = "no_vehicle_with_skill"
    CAPACITY = "capacity"
    TIME_WINDOW = "time_window"
    SHIFT = "shift"
    RIDE_TIME = "ride_time"
    ALL_BUSY = "all_busy"
    NOT_WORTH_ITS_COST = "not_worth_its_cost"
    PINNED_CONFLICT = "pinned_conflict"


class TravelSource(StrEnum):
    """Where the travel times of a plan come from; every answer says it."""

    MATRIX = "matrix"
    ROUTER = "router"
    STRAIGHT_LINE = "straight_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    start_s: int
    end_s: int  # included

    def shifted(self, by_s: int) -> Window:
        return Window(start_s=self.start_s + by_s, end_s=self.end_s + by_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    index: int  # row and column in the matrices
    lonlat: tuple[float, float] | None = None  # absent when the problem came with matrices only


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    kind: TaskKind
    id: int  # unique among the tasks of its kind
    place: Place
    setup_s: int = 0  # only when the vehicle comes from another place
    service_s: int = 0
    windows: tuple[Window, ...] = ()  # for the start, before setup and service; empty = any time
    description: str | None = None

    @property
    def key(self) -> tuple[TaskKind, int]:
        return self.kind, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A shipment (pickup, then delivery by the same vehicle) or a single job."""

    tasks: tuple[Task, ...]
    amount: Row = ()  # shipment: aboard from pickup to delivery
    delivered: Row = ()  # job: aboard from the start of the route until here
    collected: Row = ()  # job: aboard from here to the end of the route
    skills: frozenset[int] = frozenset()
    priority: int = 0  # 0..100
    exclusive: bool = False  # nobody and nothing else between pickup and delivery
    pinned_vehicle: int | None = None
    max_ride_s: int | None = None  # end of the pickup's service to start of the delivery's, whose setup counts too

    @property
    def key(self) -> tuple[TaskKind, int]:
        return self.tasks[0].key

    @property
    def is_shipment(self) -> bool:
        return len(self.tasks) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    fixed: float = 0
    per_hour: float = 3600  # travel time only
    per_task_hour: float = 0  # setup and service
    per_km: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    id: int
    windows: tuple[Window, ...] = ()  # for its start
    service_s: int = 0
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    id: int
    profile: str = "car"
    start: Place | None = None  # absent: the route begins at its first task
    end: Place | None = None  # absent: the route ends at its last task
    capacity: Row = ()
    skills: frozenset[int] = frozenset()
    window: Window | None = None
    costs: Costs = Costs()
    breaks: tuple[Break, ...] = ()
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_s: int | None = None
    max_distance_m: int | None = None
    max_duration_s: int | None = None  # leaving the start to reaching the end
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    durations: Square
    distances: Square | None = None
    costs: Square | None = None  # replaces the cost of travelling

    def durations_at(self, speed_factor: float) -> Square:
        """Travel seconds of a vehicle driving at a multiple of the usual speed, rounded up."""
        if speed_factor == 1:
            return self.durations
        return tuple(tuple(math.ceil(seconds / speed_factor - 1e-9) for seconds in row) for row in self.durations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    vehicles: tuple[Vehicle, ...]
    requests: tuple[Request, ...]
    places: tuple[Place, ...]
    matrices: Mapping[str, Matrix]
    travel_times: TravelSource
    objective: Objective = Objective.COST
    load_kinds: int = field(init=False)  # how many quantities every load counts (seats, weight, ...)

    def __post_init__(self) -> None:
        sizes = [len(vehicle.capacity) for vehicle in self.vehicles]
        sizes += [len(load) for r in self.requests for load in (r.amount, r.delivered, r.collected)]
        object.__setattr__(self, "load_kinds", max(sizes, default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    kind: str  # start, job, pickup, delivery, break, end
    id: int | None  # of the task or break
    place: Place | None  # absent for a break
    arrival_s: int
    waiting_s: int = 0
    setup_s: int = 0
    service_s: int = 0
    travelled_s: int = 0  # since the start of the route
    travelled_m: int | None = None
    load: Row = ()  # when leaving this step
    description: str | None = None

    @property
    def begin_s(self) -> int:
        return self.arrival_s + self.waiting_s

    @property
    def leave_s(self) -> int:
        return self.begin_s + self.setup_s + self.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    vehicle: int
    steps: tuple[Step, ...]
    cost: float
    duration_s: int
    waiting_s: int
    setup_s: int
    service_s: int
    priority: int
    distance_m: int | None
    delivered: Row = ()  # in all, shipments included
    collected: Row = ()
    loaded: Row = ()  # aboard when it begins
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierBy:
    """All windows of the request, those of its delivery too, begin and end so much earlier."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterBy:
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAdded:
    vehicle: Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRaised:
    limit: str  # capacity, max_ride_time, time_window_end, or any other limit by its key in the input
    by: int  # capacity: of the kind of load that is shortest
    vehicle: int | None = None  # whose limit; absent when it is the request's own


SmallestChange = EarlierBy | LaterBy | VehicleAdded | LimitRaised


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    request: Request
    reason: Reason
    smallest_change: SmallestChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    routes: tuple[Route, ...]  # only vehicles that are used
    unassigned: tuple[Unassigned, ...]
    travel_times: TravelSource
    notes: tuple[str, ...] = ()  # what went wrong on the way without spoiling the plan
