// The fleet as one viewer sees it: frames folded into the newest fix of every vehicle. Pure: the same
// frames give the same fleet. Every fold gives a new value, so React and the map can compare by identity.
import type { Frame, LiveFix, VehicleState } from "./frame";

export interface TrackedVehicle extends LiveFix {
  /** The fix shown before this one; the map glides from there. Null for a vehicle just seen. */
  readonly before: { readonly lon: number; readonly lat: number; readonly fixedMs: number } | null;
}

export interface Fleet {
  readonly vehicles: ReadonlyMap<number, TrackedVehicle>;
  /** Vehicles whose fix changed with the last frame. */
  readonly changed: ReadonlySet<number>;
  /** The server's clock at the last frame, epoch ms; 0 before the first. */
  readonly frameMs: number;
  readonly resumeToken: bigint;
}

export const EMPTY_FLEET: Fleet = { vehicles: new Map(), changed: new Set(), frameMs: 0, resumeToken: 0n };

export function foldFrame(fleet: Fleet, frame: Frame): Fleet {
  const vehicles = frame.kind === "snapshot" ? new Map<number, TrackedVehicle>() : new Map(fleet.vehicles);
  const changed = new Set<number>();
  for (const number of frame.removed) {
    if (vehicles.delete(number)) changed.add(number);
  }
  for (const fix of frame.fixes) {
    const known = fleet.vehicles.get(fix.vehicleNo);
    // A late fix never moves a vehicle backwards, a repeated one changes at most its state.
    if (known && known.fixedMs > fix.fixedMs && frame.kind === "delta") continue;
    vehicles.set(fix.vehicleNo, { ...fix, before: previousOf(known, fix) });
    changed.add(fix.vehicleNo);
  }
  return { vehicles, changed, frameMs: frame.frameMs, resumeToken: frame.resumeToken };
}

function previousOf(known: TrackedVehicle | undefined, fix: LiveFix): TrackedVehicle["before"] {
  if (!known) return null;
  if (known.fixedMs === fix.fixedMs) return known.before;
  return { lon: known.lon, lat: known.lat, fixedMs: known.fixedMs };
}

export type StateCounts = Record<VehicleState, number>;

export function countStates(fleet: Fleet): StateCounts {
  const counts: StateCounts = { silent: 0, parked: 0, on_order: 0, no_order: 0, suspected: 0 };
  for (const vehicle of fleet.vehicles.values()) counts[vehicle.state] += 1;
  return counts;
}
