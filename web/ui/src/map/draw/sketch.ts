// A fence while it is drawn: rings with holes, a circle, a corridor or a point; and the same as text, so that every
// vertex can be typed. Pure; lon-lat, metres.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type SketchShape = "polygon" | "circle" | "corridor" | "point";

/** A ring without its closing point. */
export interface Ring {
  readonly hole: boolean;
  readonly points: readonly Position[];
}

export interface Sketch {
  readonly shape: SketchShape;
  readonly rings: readonly Ring[];
  readonly line: readonly Position[];
  readonly center: Position | null;
  readonly radiusM: number | null;
  readonly widthM: number | null;
}

export const EMPTY: Sketch = {
  shape: "polygon",
  rings: [],
  line: [],
  center: null,
  radiusM: 200,
  widthM: 60,
};

const DECIMALS = 1e7;
const rounded = (position: Position): Position =>
  position.slice(0, 2).map((degrees) => Math.round(degrees * DECIMALS) / DECIMALS);
const opened = (ring: readonly Position[]): Position[] => ring.slice(0, -1).map(rounded);

/** A stored fence as a sketch. */
export function sketchOf(drawn: Readonly<Record<string, unknown>>, geometry: Geometry): Sketch {
  if (drawn["shape"] === "circle")
    return {
      ...EMPTY,
      shape: "circle",
      center: drawn["center"] as Position,
      radiusM: Number(drawn["radius_m"]),
    };
  if (drawn["shape"] === "corridor")
    return {
      ...EMPTY,
      shape: "corridor",
      line: drawn["line"] as Position[],
      widthM: Number(drawn["width_m"]),
    };
  if (geometry.type === "Point") return { ...EMPTY, shape: "point", center: geometry.coordinates };
  const polygons =
    geometry.type === "Polygon"
      ? [geometry.coordinates]
      : geometry.type === "MultiPolygon"
        ? geometry.coordinates
        : [];
  const rings = polygons.flatMap((polygon) =>
    polygon.map((ring, index) => ({ hole: index > 0, points: opened(ring) })),
  );
  return { ...EMPTY, rings };
}

/** The shape as a request says it; null while something is missing. */
export function saidBy(sketch: Sketch): Record<string, unknown> | null {
  switch (sketch.shape) {
    case "circle":
      return sketch.center && sketch.radiusM
        ? { shape: "circle", center: sketch.center, radius_m: sketch.radiusM }
        : null;
    case "corridor":
      return sketch.line.length > 1 && sketch.widthM
        ? { shape: "corridor", line: sketch.line, width_m: sketch.widthM }
        : null;
    case "point":
      return sketch.center && { shape: "point", center: sketch.center };
    default: {
      const geometry = surfaceOf(sketch.rings);
      return geometry && { shape: "polygon", geometry };
    }
  }
}

/** Rings as surfaces: each hole belongs to the surface it lies in. */
export function surfaceOf(rings: readonly Ring[]): Geometry | null {
  const sound = rings.filter(({ points }) => points.length > 2);
  const outer = sound.filter(({ hole }) => !hole);
  const holes = sound.filter(({ hole }) => hole);
  if (outer.length === 0) return null;
  const polygons = outer.map((ring) => [
    closed(ring.points),
    ...holes.filter(({ points }) => inside(points[0] ?? [], ring.points)).map(({ points }) => closed(points)),
  ]);
  const [only] = polygons;
  return polygons.length === 1 && only
    ? { type: "Polygon", coordinates: only }
    : { type: "MultiPolygon", coordinates: polygons };
}

const closed = (points: readonly Position[]): Position[] =>
  [...points, points[0] ?? []].map((each) => [...each]);

function inside(point: Position, ring: readonly Position[]): boolean {
  const [x = 0, y = 0] = point;
  let within = false;
  ring.forEach((here, index) => {
    const before = ring[(index + ring.length - 1) % ring.length] ?? here;
    const [ax = 0, ay = 0] = here;
    const [bx = 0, by = 0] = before;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}

const METRES_PER_DEGREE = 111_195;

/** The circle of a sketch as a ring, good enough to look at. */
export function ringAround([lon = 0, lat = 0]: Position, radiusM: number): Position[] {
  const east = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: 65 }, (_, index) => {
    const angle = (index * Math.PI) / 32;
    return [lon + (radiusM * Math.cos(angle)) / east, lat + (radiusM * Math.sin(angle)) / METRES_PER_DEGREE];
  });
}

/** What is drawn below the handles: the circle, the surface with its holes, the band of a corridor. */
export function groundOf(sketch: Sketch): FeatureCollection {
  const features: Feature[] = [];
  const add = (part: string, geometry: Geometry | null) => {
    if (geometry) features.push({ type: "Feature", properties: { part }, geometry });
  };
  if (sketch.shape === "polygon") add("surface", surfaceOf(sketch.rings));
  if (sketch.shape === "circle" && sketch.center && sketch.radiusM)
    add("surface", { type: "Polygon", coordinates: [ringAround(sketch.center, sketch.radiusM)] });
  if (sketch.shape === "point" && sketch.center)
    add("surface", { type: "Polygon", coordinates: [ringAround(sketch.center, 100)] });
  if (sketch.shape === "corridor" && sketch.line.length > 1)
    add("band", { type: "LineString", coordinates: sketch.line.map((each) => [...each]) });
  return { type: "FeatureCollection", features };
}

/** Vertices as text: one "lon, lat" a line, an empty line between rings, "-" before the first line of a hole. */
export function textOf(sketch: Sketch): string {
  const lines = (points: readonly Position[]) => points.map(([lon, lat]) => `${lon}, ${lat}`).join("\n");
  if (sketch.shape === "corridor") return lines(sketch.line);
  if (sketch.shape !== "polygon") return sketch.center ? lines([sketch.center]) : "";
  return sketch.rings.map(({ hole, points }) => (hole ? "- " : "") + lines(points)).join("\n\n");
}

/** The sketch with the vertices of a text; null when a line is no coordinate. */
export function withText(sketch: Sketch, text: string): Sketch | null {
  const blocks = text
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter(Boolean);
  const rings: Ring[] = [];
  for (const block of blocks) {
    const hole = block.startsWith("- ");
    const points = (hole ? block.slice(2) : block).split("\n").map(pointOf);
    if (points.some((point) => point === null)) return null;
    rings.push({ hole, points: points as Position[] });
  }
  if (sketch.shape === "polygon") return { ...sketch, rings };
  const [first] = rings;
  if (sketch.shape === "corridor") return { ...sketch, line: first?.points ?? [] };
  return { ...sketch, center: first?.points[0] ?? null };
}

function pointOf(line: string): Position | null {
  const numbers = line
    .split(/[,，\s]+/)
    .filter(Boolean)
    .map(Number);
  const [lon = Number.NaN, lat = Number.NaN] = numbers;
  return numbers.length === 2 && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}

/** West, south, east, north of a sketch; null when it is empty. */
export function boundsOfSketch(sketch: Sketch): [number, number, number, number] | null {
  const around = sketch.center && sketch.shape !== "corridor" && sketch.shape !== "polygon";
  const points = around
    ? ringAround(sketch.center ?? [], sketch.shape === "circle" ? (sketch.radiusM ?? 100) : 100)
    : [...sketch.rings.flatMap((ring) => ring.points), ...sketch.line];
  if (points.length === 0) return null;
  const lons = points.map(([lon = 0]) => lon);
  const lats = points.map(([, lat = 0]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
