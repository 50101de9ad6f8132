// The fleet as the numbers the graphics card wants: eight floats a vehicle, positions relative to an origin
// so that 32-bit floats stay exact to centimetres. Pure.
import type { Fleet, TrackedVehicle } from "../../live/fleet";
import { VEHICLE_STATES, type VehicleState } from "../../live/frame";
import { isAside } from "../../live/quality";

export const FLOATS_PER_VEHICLE = 8;
/** Longest glide between two fixes; a longer silence is a jump, never an invented drive. */
const LONGEST_GLIDE_S = 12;
/** Farther apart than a vehicle gets in a glide (in Mercator units, about 1.2 km): jump. */
const FARTHEST_GLIDE = 3e-5;

export interface MercatorPoint {
  readonly x: number;
  readonly y: number;
}

/** Web Mercator of the whole world in 0..1, y downwards, as MapLibre uses it. */
export function mercator(lon: number, lat: number): MercatorPoint {
  const bounded = Math.max(-85.05, Math.min(85.05, lat));
  return {
    x: (180 + lon) / 360,
    y: (180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (bounded * Math.PI) / 360))) / 360,
  };
}

export interface Glide {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  readonly startS: number;
  readonly durationS: number;
}

/** Where a vehicle is drawn at `nowS`. */
export function glidePosition(glide: Glide, nowS: number): MercatorPoint {
  const share = glide.durationS > 0 ? Math.min(1, Math.max(0, (nowS - glide.startS) / glide.durationS)) : 1;
  return {
    x: glide.fromX + (glide.toX - glide.fromX) * share,
    y: glide.fromY + (glide.toY - glide.fromY) * share,
  };
}

/** The glide to a new fix, starting where the vehicle is drawn now. */
export function nextGlide(
  vehicle: TrackedVehicle,
  current: Glide | undefined,
  origin: MercatorPoint,
  nowS: number,
  animate: boolean,
): Glide {
  const target = mercator(vehicle.lon, vehicle.lat);
  const toX = target.x - origin.x;
  const toY = target.y - origin.y;
  const still = { fromX: toX, fromY: toY, toX, toY, startS: nowS, durationS: 0 };
  if (!animate || !current || !vehicle.before) return still;
  const from = glidePosition(current, nowS);
  const apart = Math.hypot(toX - from.x, toY - from.y);
  const gapS = (vehicle.fixedMs - vehicle.before.fixedMs) / 1000;
  if (apart > FARTHEST_GLIDE * Math.max(1, gapS / 3) || gapS > 60) return still;
  return {
    fromX: from.x,
    fromY: from.y,
    toX,
    toY,
    startS: nowS,
    durationS: Math.min(LONGEST_GLIDE_S, Math.max(0.9, gapS)),
  };
}

const STATE_CODE = Object.fromEntries(VEHICLE_STATES.map((state, code) => [state, code])) as Record<
  VehicleState,
  number
>;

/** Writes all vehicles into one array, suspected ones last so that they are drawn on top. */
export function fillBuffer(
  fleet: Fleet,
  glides: ReadonlyMap<number, Glide>,
  selectedNo: number | null,
): Float32Array {
  const ordered = [...fleet.vehicles.values()].sort((a, b) => rank(a, selectedNo) - rank(b, selectedNo));
  const array = new Float32Array(ordered.length * FLOATS_PER_VEHICLE);
  ordered.forEach((vehicle, index) => {
    const glide = glides.get(vehicle.vehicleNo);
    if (!glide) return;
    array.set(
      [
        glide.fromX,
        glide.fromY,
        glide.toX,
        glide.toY,
        glide.startS,
        glide.durationS,
        vehicle.headingDeg ?? -1,
        rank(vehicle, selectedNo) + (isAside(vehicle.quality) ? 16 : 0),
      ],
      index * FLOATS_PER_VEHICLE,
    );
  });
  return array;
}

const rank = (vehicle: TrackedVehicle, selectedNo: number | null): number =>
  STATE_CODE[vehicle.state] + (vehicle.vehicleNo === selectedNo ? 8 : 0);
