// Plates beside vehicles at high zoom: at most three hundred in view, the chosen one first, drawn as an ordinary
// symbol layer. Pure.
import type { FeatureCollection } from "geojson";
import type { Fleet } from "../../live/fleet";

const MOST = 300;
export const LABELS_FROM_ZOOM = 13;

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export function labelFleet(
  fleet: Fleet,
  plates: ReadonlyMap<number, string>,
  bounds: Bounds,
  chosen: number | null,
  shown: (vehicleNo: number) => boolean,
): FeatureCollection {
  const features: FeatureCollection["features"] = [];
  const first = chosen === null ? undefined : fleet.vehicles.get(chosen);
  const others = [...fleet.vehicles.values()].filter(({ vehicleNo }) => vehicleNo !== chosen);
  for (const { vehicleNo, lon, lat } of first ? [first, ...others] : others) {
    const plate = plates.get(vehicleNo);
    if (!plate || !shown(vehicleNo)) continue;
    if (lon < bounds.west || lon > bounds.east || lat < bounds.south || lat > bounds.north) continue;
    features.push({
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { plate, chosen: vehicleNo === chosen },
    });
    if (features.length === MOST) break;
  }
  return { type: "FeatureCollection", features };
}
