"""Academic pickup-and-delivery files as problems of contracts.md 6: Li & Lim, Sartori & Buriol, Cordeau.

Distances between points on a plane are rounded to a thousandth of the file's unit, which is then the problem's
second; Sartori & Buriol's whole minutes become seconds. Shipments keep the node numbers of the file as ids of their
pickup and delivery, so that a plan can be compared with a published one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
THOUSANDTHS = 1_000
MINUTE_S = 60


class NotInThisFormat(ValueError):
    """The text is no problem of the format; the message says where it stops being one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    number: int
    x: float
    y: float
    load: int
    window: tuple[int, int]
    service: int


def read(text: str) -> Json:
    """The problem in a file of any of the three formats, told by how it begins. Raises NotInThisFormat."""
    header = text.split("\n", 1)[0].split()
    if header[:1] == ["NAME:"]:
        return sartori_buriol(text)
    return {3: li_lim, 5: cordeau}.get(len(header), _unknown)(text)


def _unknown(text: str) -> Json:
    raise NotInThisFormat(f"line 1: neither 3 numbers, nor 5, nor NAME: {text[:60]!r}")


def li_lim(text: str) -> Json:
    """Fewest vehicles, then the shortest way on a plane.

    First line: vehicles, capacity, speed. Then a line a node: number x y demand ready due service pickup delivery,
    where a delivery names its pickup, a pickup its delivery, and node 0 is the depot.
    """
    (vehicles, capacity, _), *rows = _rows(text.splitlines(), 1)
    nodes, after = [], {}
    for row in rows:
        number, x, y, load, ready, due, service, _, delivery = _wide(row, 9)
        window = (round(ready * THOUSANDTHS), round(due * THOUSANDTHS))
        nodes.append(_node(number, x, y, load, window, round(service * THOUSANDTHS)))
        if delivery:
            after[int(number)] = int(delivery)
    return _problem(nodes, after, _plane(nodes), int(vehicles), int(capacity)) | {"objective": "vehicles_then_distance"}


def sartori_buriol(text: str) -> Json:
    """Fewest vehicles, then the least travel time, on a road network; the fleet is as large as it needs to be.

    `KEY: value` lines, NODES (number lat lon demand ready due service pickup delivery), EDGES (a table of minutes), EOF.
    """
    lines = text.splitlines()
    try:
        nodes_at, edges_at = lines.index("NODES"), lines.index("EDGES")
        header = dict(line.split(":", 1) for line in lines[:nodes_at] if ":" in line)
        capacity = int(header["CAPACITY"])
    except (ValueError, KeyError) as missing:
        raise NotInThisFormat(f"{missing} is needed") from None
    nodes, after = [], {}
    for row in _rows(lines[nodes_at + 1 : edges_at], nodes_at + 2):
        number, lat, lon, load, ready, due, service, _, delivery = _wide(row, 9)
        window = (int(ready) * MINUTE_S, int(due) * MINUTE_S)
        nodes.append(_node(number, lon, lat, load, window, int(service) * MINUTE_S))
        if delivery:
            after[int(number)] = int(delivery)
    end = lines.index("EOF") if "EOF" in lines else len(lines)
    minutes = _rows(lines[edges_at + 1 : end], edges_at + 2)
    if [len(row) for row in minutes] != [len(nodes)] * len(nodes):
        raise NotInThisFormat(f"EDGES: no table of {len(nodes)} rows and columns")
    table = [[int(value) * MINUTE_S for value in row] for row in minutes]
    return _problem(nodes, after, table, len(after), capacity) | {"objective": "vehicles_then_distance"}


def cordeau(text: str) -> Json:
    """Dial-a-ride: the shortest way on a plane; nobody rides longer than the limit, no route lasts longer than its own.

    First line: vehicles, nodes, longest route, capacity, longest ride. Then a line a node: number x y service load
    ready due; node i is fetched and node i + n delivered. The depot is the first node, and the last one where the
    file writes it twice. (Files differ in whether they count people or nodes, so the lines are counted.)
    """
    (vehicles, _, longest_route, capacity, longest_ride), *rows = _rows(text.splitlines(), 1)
    nodes = []
    for row in rows:
        number, x, y, service, load, ready, due = _wide(row, 7)
        window = (round(ready * THOUSANDTHS), round(due * THOUSANDTHS))
        nodes.append(_node(number, x, y, load, window, round(service * THOUSANDTHS)))
    people = (len(nodes) - 1) // 2
    after = {nodes[i].number: nodes[people + i].number for i in range(1, people + 1)}
    found = _problem(nodes, after, _plane(nodes), int(vehicles), int(capacity))
    for vehicle in found["vehicles"]:
        vehicle["end_index"] = len(nodes) - 1 if len(nodes) % 2 == 0 else 0
        vehicle["max_duration"] = round(longest_route * THOUSANDTHS)
    for shipment in found["shipments"]:
        shipment["max_ride_time"] = round(longest_ride * THOUSANDTHS)
    return found | {"objective": "cost"}


def _problem(
    nodes: Sequence[_Node], after: dict[int, int], durations: list[list[int]], vehicles: int, capacity: int
) -> Json:
    """A fleet alike at the first node, and a shipment for each pickup."""
    row_of = {node.number: row for row, node in enumerate(nodes)}
    depot = nodes[0]
    by_number = {node.number: node for node in nodes}
    if missing := {number for pair in after.items() for number in pair} - row_of.keys():
        raise NotInThisFormat(f"node {min(missing)} is needed")
    car = {"start_index": 0, "end_index": 0, "capacity": [capacity], "time_window": list(depot.window)}
    return {
        "vehicles": [{"id": number} | car for number in range(1, vehicles + 1)],
        "shipments": [
            {
                "pickup": _step(by_number[first], row_of),
                "delivery": _step(by_number[last], row_of),
                "amount": [by_number[first].load],
            }
            for first, last in sorted(after.items())
        ],
        "matrices": {"car": {"durations": durations}},
    }


def _step(node: _Node, row_of: dict[int, int]) -> Json:
    return {
        "id": node.number,
        "location_index": row_of[node.number],
        "service": node.service,
        "time_windows": [list(node.window)],
    }


def _node(number: float, x: float, y: float, load: float, window: tuple[int, int], service: int) -> _Node:
    return _Node(number=int(number), x=x, y=y, load=int(load), window=window, service=service)


def _plane(nodes: Sequence[_Node]) -> list[list[int]]:
    """Straight ways between all nodes, in thousandths."""
    return [[round(math.hypot(a.x - b.x, a.y - b.y) * THOUSANDTHS) for b in nodes] for a in nodes]


def _rows(lines: Sequence[str], first: int) -> list[list[float]]:
    found = []
    for at, line in enumerate(lines, start=first):
        try:
            values: list[float] = [float(word) for word in line.split()]
        except ValueError:
            raise NotInThisFormat(f"line {at}: {line.strip()[:60]!r} is not a row of numbers") from None
        if values:
            found.append(values)
    return found


def _wide(row: list[float], columns: int) -> list[float]:
    if len(row) != columns:
        raise NotInThisFormat(f"node {row[0]:.0f}: {len(row)} numbers instead of {columns}")
    return row
