// The map without a map: a lon-lat grid around the city, so that vehicles, tracks and fences can still be
// read when no basemap is installed. Pure.
import type { Feature, FeatureCollection, LineString } from "geojson";

const STEP_DEG = 0.02;
const REACH_STEPS = 40;

export function gridAround(centre: readonly [number, number]): FeatureCollection<LineString> {
  const lon0 = Math.round(centre[0] / STEP_DEG) * STEP_DEG;
  const lat0 = Math.round(centre[1] / STEP_DEG) * STEP_DEG;
  const reach = REACH_STEPS * STEP_DEG;
  const lines: Feature<LineString>[] = [];
  for (let i = -REACH_STEPS; i <= REACH_STEPS; i += 1) {
    const lon = lon0 + i * STEP_DEG;
    const lat = lat0 + i * STEP_DEG;
    lines.push(
      line([lon, lat0 - reach], [lon, lat0 + reach]),
      line([lon0 - reach, lat], [lon0 + reach, lat]),
    );
  }
  return { type: "FeatureCollection", features: lines };
}

const line = (from: number[], to: number[]): Feature<LineString> => ({
  type: "Feature",
  properties: {},
  geometry: { type: "LineString", coordinates: [from, to] },
});
