// The rows of the vehicle list: what the server lists, with the newest state and fix from the live stream. Pure.
import type { LiveRow } from "../../api/vehicles";
import type { Fleet, TrackedVehicle } from "../../live/fleet";
import { VEHICLE_STATES, type VehicleState } from "../../live/frame";
import { plainPlate } from "../../text/plates";

export interface VehicleRow {
  readonly row: LiveRow;
  readonly live: TrackedVehicle | null;
  /** "absent" when the vehicle has no place on the map, "hidden" when its place is not for this person. */
  readonly state: VehicleState | "absent" | "hidden";
}

export function joinRows(rows: readonly LiveRow[], fleet: Fleet): VehicleRow[] {
  return rows.map((row) => {
    const live = fleet.vehicles.get(row.vehicle_no) ?? null;
    return { row, live, state: live?.state ?? (fleet.frameMs === 0 ? listedState(row) : missingState(row)) };
  });
}

const missingState = (row: LiveRow): VehicleRow["state"] => (row.in_live_scope ? "absent" : "hidden");

/** Before the first frame the list's own word counts, so that nothing is called absent too early. */
function listedState(row: LiveRow): VehicleRow["state"] {
  if (!row.on_map) return missingState(row);
  return VEHICLE_STATES.find((state) => state === row.state) ?? "parked";
}

const RANKED: readonly VehicleRow["state"][] = ["suspected", "no_order", "on_order", "parked"];

function rank(state: VehicleRow["state"]): number {
  const place = RANKED.indexOf(state);
  return place < 0 ? RANKED.length : place;
}

/** Suspicions first, then what moves without order, then the rest by plate. */
export function orderRows(rows: readonly VehicleRow[]): VehicleRow[] {
  return [...rows].sort(
    (a, b) => rank(a.state) - rank(b.state) || a.row.plate.localeCompare(b.row.plate, "zh-CN"),
  );
}

type Sorted = string | number | null | undefined;

const SORTED_BY: Readonly<Record<string, (item: VehicleRow) => Sorted>> = {
  plate: ({ row }) => row.plate,
  state: ({ state }) => rank(state),
  unit: ({ row }) => row.unit_name,
  order: ({ row }) => row.order_no,
  driver: ({ row }) => row.driver_name,
  speed: ({ live }) => live?.speedKmh,
  fix: ({ live }) => live?.fixedMs,
};

/** Sorted by a column of the table, "-" before it for the largest first; what has no value comes last. */
export function sortRows(rows: readonly VehicleRow[], sort: string): readonly VehicleRow[] {
  const by = SORTED_BY[sort.replace(/^-/, "")];
  if (!by) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one) ?? null, by(other) ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order =
      typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh-CN");
    return sign * order;
  });
}

export function matchRows(
  rows: readonly VehicleRow[],
  text: string,
  states: ReadonlySet<string>,
): VehicleRow[] {
  const words = text.trim().toLowerCase();
  const plate = plainPlate(text);
  return rows.filter(({ row, state }) => {
    if (states.size > 0 && !states.has(state)) return false;
    if (!words) return true;
    if (plate && row.plate.includes(plate)) return true;
    const haystack = [row.unit_name, row.unit_name_en, row.driver_name, row.order_no?.toString()];
    return haystack.some((each) => each?.toLowerCase().includes(words));
  });
}

/** The live fleet without the vehicles that searching has left out. */
export const onlyRows = (fleet: Fleet, rows: readonly VehicleRow[]): Fleet => ({
  ...fleet,
  vehicles: new Map(rows.flatMap(({ row, live }) => (live ? [[row.vehicle_no, live] as const] : []))),
});

/** The states as the bits the vehicle layer filters by; no choice means all. */
export function shownBits(states: ReadonlySet<string>): number {
  if (states.size === 0) return 31;
  return VEHICLE_STATES.reduce((bits, state, index) => bits | (states.has(state) ? 1 << index : 0), 0);
}
