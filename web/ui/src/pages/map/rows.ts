// The rows of the vehicle list: what the server lists, with the newest state and fix from the live stream. Pure.
import type { LiveRow } from "../../api/vehicles";
import type { Fleet, TrackedVehicle } from "../../live/fleet";
import { VEHICLE_STATES, type VehicleState } from "../../live/frame";

export interface VehicleRow {
  readonly row: LiveRow;
  readonly live: TrackedVehicle | null;
  /** "absent" when the vehicle has no place on the map. */
  readonly state: VehicleState | "absent";
}

export function joinRows(rows: readonly LiveRow[], fleet: Fleet): VehicleRow[] {
  return rows.map((row) => {
    const live = fleet.vehicles.get(row.vehicle_no) ?? null;
    return { row, live, state: live?.state ?? (fleet.frameMs === 0 ? listedState(row) : "absent") };
  });
}

/** Before the first frame the list's own word counts, so that nothing is called absent too early. */
function listedState(row: LiveRow): VehicleRow["state"] {
  if (!row.on_map) return "absent";
  return VEHICLE_STATES.find((state) => state === row.state) ?? "parked";
}

/** Suspicions first, then what moves without order, then the rest by plate. */
export function orderRows(rows: readonly VehicleRow[]): VehicleRow[] {
  const rank = (state: VehicleRow["state"]) =>
    state === "suspected"
      ? 0
      : state === "no_order"
        ? 1
        : state === "on_order"
          ? 2
          : state === "parked"
            ? 3
            : 4;
  return [...rows].sort(
    (a, b) => rank(a.state) - rank(b.state) || a.row.plate.localeCompare(b.row.plate, "zh-CN"),
  );
}

export function matchRows(
  rows: readonly VehicleRow[],
  text: string,
  states: ReadonlySet<string>,
): VehicleRow[] {
  const words = text.trim().toLowerCase();
  return rows.filter(({ row, state }) => {
    if (states.size > 0 && !states.has(state)) return false;
    if (!words) return true;
    const haystack = [row.plate, row.unit_name, row.unit_name_en, row.driver_name, row.order_no?.toString()];
    return haystack.some((each) => each?.toLowerCase().includes(words));
  });
}

/** The states as the bits the vehicle layer filters by; no choice means all. */
export function shownBits(states: ReadonlySet<string>): number {
  if (states.size === 0) return 31;
  return VEHICLE_STATES.reduce((bits, state, index) => bits | (states.has(state) ? 1 << index : 0), 0);
}
