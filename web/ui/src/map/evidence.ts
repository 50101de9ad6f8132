// A track with its planned route and corridor as GeoJSON: pieces by quality, gaps in the signal as gaps, never
// as driving; a fix at which the vehicle was not is a mark beside the line. Pure.
import type { Feature, FeatureCollection, Geometry, LineString, Position } from "geojson";
import { isApproximate, isAside, isDrift } from "../live/quality";

/** lon, lat, epoch ms, km/h or null, quality bits (0 = good). */
export type TrackFix = readonly [number, number, number, number | null, number];

/** A path of lon, lat pairs as GeoJSON; null when there is none. */
export const lineOf = (path: readonly (readonly number[])[] | null): LineString | null =>
  path && path.length > 1 ? { type: "LineString", coordinates: path.map((point) => [...point]) } : null;

/** Without a fix for longer than this the line is broken. */
const GAP_MS = 120_000;

export interface EvidenceParts {
  readonly fixes: readonly TrackFix[];
  readonly planned: LineString | null;
  readonly corridor: Geometry | null;
  readonly areas?: readonly { readonly kind: string; readonly geometry: Geometry }[];
  readonly origin?: { lon: number; lat: number } | null;
  readonly destination?: { lon: number; lat: number } | null;
}

export type Part =
  | "area"
  | "rural"
  | "track"
  | "poor"
  | "gap"
  | "aside"
  | "planned"
  | "corridor"
  | "start"
  | "end"
  | "stop"
  | "chosen"
  | "origin"
  | "destination";

const feature = (part: Part, geometry: Geometry): Feature => ({
  type: "Feature",
  properties: { part },
  geometry,
});
const line = (part: Part, coordinates: Position[]): Feature =>
  feature(part, { type: "LineString", coordinates });
const point = (part: Part, at: readonly [number, number]): Feature =>
  feature(part, { type: "Point", coordinates: [at[0], at[1]] });

/** The lines of a track. Between two fixes that a jump lies between nobody saw the vehicle: a gap. */
export function trackPieces(fixes: readonly TrackFix[]): Feature[] {
  const features: Feature[] = [];
  const believed: TrackFix[] = [];
  const afterJump = new Set<TrackFix>();
  let jumped = false;
  for (const fix of fixes) {
    if (isAside(fix[4])) {
      jumped ||= !isDrift(fix[4]);
      features.push(point("aside", [fix[0], fix[1]]));
      continue;
    }
    believed.push(fix);
    if (jumped) afterJump.add(fix);
    jumped = false;
  }
  let piece: Position[] = [];
  let poor = false;
  const finish = () => {
    if (piece.length > 1) features.push(line(poor ? "poor" : "track", piece));
  };
  believed.forEach((fix, index) => {
    const [lon, lat, ms, , quality] = fix;
    const before = believed[index - 1];
    const isPoor = isApproximate(quality);
    if (before && (ms - before[2] > GAP_MS || afterJump.has(fix))) {
      finish();
      features.push(
        line("gap", [
          [before[0], before[1]],
          [lon, lat],
        ]),
      );
      piece = [];
    } else if (before && isPoor !== poor) {
      finish();
      piece = [[before[0], before[1]]];
    }
    poor = isPoor;
    piece.push([lon, lat]);
  });
  finish();
  return features;
}

export function evidenceFeatures(parts: EvidenceParts): FeatureCollection {
  const features: Feature[] = [];
  if (parts.corridor) features.push(feature("corridor", parts.corridor));
  for (const { kind, geometry } of parts.areas ?? [])
    features.push(feature(kind === "rural" ? "rural" : "area", geometry));
  if (parts.planned) features.push(feature("planned", parts.planned));
  features.push(...trackPieces(parts.fixes));
  const believed = parts.fixes.filter(([, , , , quality]) => !isAside(quality));
  const first = believed[0];
  const last = believed[believed.length - 1];
  if (parts.origin) features.push(point("origin", [parts.origin.lon, parts.origin.lat]));
  if (parts.destination) features.push(point("destination", [parts.destination.lon, parts.destination.lat]));
  if (first) features.push(point("start", [first[0], first[1]]));
  if (last) features.push(point("end", [last[0], last[1]]));
  return { type: "FeatureCollection", features };
}

const AROUND: readonly unknown[] = ["area", "rural", "aside"];

/** West, south, east, north of what matters: areas and places it never was at only when there is nothing else. */
export function boundsOf(collection: FeatureCollection): [number, number, number, number] | null {
  const features = collection.features.filter(({ properties }) => !AROUND.includes(properties?.["part"]));
  let bounds: [number, number, number, number] | null = null;
  const visit = (node: unknown): void => {
    if (!Array.isArray(node)) return;
    const [lon, lat] = node;
    if (typeof lon === "number" && typeof lat === "number") {
      bounds = bounds
        ? [
            Math.min(bounds[0], lon),
            Math.min(bounds[1], lat),
            Math.max(bounds[2], lon),
            Math.max(bounds[3], lat),
          ]
        : [lon, lat, lon, lat];
      return;
    }
    for (const child of node) visit(child);
  };
  for (const { geometry } of features.length ? features : collection.features) {
    if (geometry.type !== "GeometryCollection") visit(geometry.coordinates);
  }
  return bounds;
}
