// What the map draws, computed without a map: positions, glides, clusters, picking, evidence.
import { describe, expect, it } from "vitest";
import { EMPTY_FLEET, foldFrame, type TrackedVehicle } from "../src/live/fleet";
import type { LiveFix } from "../src/live/frame";
import { boundsOf, evidenceFeatures, type TrackFix, trackPieces } from "../src/map/evidence";
import { evidenceLayers } from "../src/map/evidenceLayers";
import { buildStyle } from "../src/map/style/style";
import { fillBuffer, type Glide, glidePosition, mercator, nextGlide } from "../src/map/vehicles/buffer";
import { clusterFleet } from "../src/map/vehicles/clusters";
import { labelFleet } from "../src/map/vehicles/labels";
import { FramePace } from "../src/map/vehicles/pace";
import { nearest } from "../src/map/vehicles/pick";

const ORIGIN = mercator(116.39, 39.9);
const vehicle = (lon: number, fixedMs: number, before: TrackedVehicle["before"] = null): TrackedVehicle => ({
  vehicleNo: 1,
  lon,
  lat: 39.9,
  fixedMs,
  speedKmh: 40,
  headingDeg: 90,
  state: "on_order",
  ignition: true,
  poor: false,
  quality: 0,
  orderNo: 3,
  before,
});

describe("nextGlide", () => {
  const start = nextGlide(vehicle(116.39, 0), undefined, ORIGIN, 0, true);

  it("places a vehicle just seen without a glide", () => {
    expect(start.durationS).toBe(0);
    expect(glidePosition(start, 99)).toEqual({ x: start.toX, y: start.toY });
  });

  it("glides from where the vehicle is drawn to its new fix in the time between the fixes", () => {
    const next = nextGlide(
      vehicle(116.391, 4000, { lon: 116.39, lat: 39.9, fixedMs: 0 }),
      start,
      ORIGIN,
      10,
      true,
    );
    expect(next.durationS).toBe(4);
    expect(glidePosition(next, 10).x).toBeCloseTo(start.toX, 12);
    expect(glidePosition(next, 12).x).toBeCloseTo((start.toX + next.toX) / 2, 12);
  });

  it("jumps over a gap in the signal instead of inventing a drive", () => {
    const late = vehicle(116.5, 120_000, { lon: 116.39, lat: 39.9, fixedMs: 0 });
    expect(nextGlide(late, start, ORIGIN, 10, true).durationS).toBe(0);
  });

  it("jumps when motion is not wanted", () => {
    const next = nextGlide(
      vehicle(116.391, 4000, { lon: 116.39, lat: 39.9, fixedMs: 0 }),
      start,
      ORIGIN,
      10,
      false,
    );
    expect(next.durationS).toBe(0);
  });
});

describe("fillBuffer", () => {
  it("draws suspected vehicles last and the chosen one on top", () => {
    const fix = (vehicleNo: number, state: LiveFix["state"]): LiveFix => ({
      ...vehicle(116.4, 0),
      vehicleNo,
      state,
    });
    const fleet = foldFrame(EMPTY_FLEET, {
      kind: "snapshot",
      frameMs: 0,
      resumeToken: 1n,
      fixes: [fix(1, "suspected"), fix(2, "parked"), fix(3, "silent")],
      removed: [],
    });
    const glides = new Map<number, Glide>(
      [1, 2, 3].map((no) => [no, { fromX: no, fromY: 0, toX: no, toY: 0, startS: 0, durationS: 0 }]),
    );
    const order = (selected: number | null) => {
      const array = fillBuffer(fleet, glides, selected);
      return [array[0], array[8], array[16]];
    };
    expect(order(null)).toEqual([3, 2, 1]);
    expect(order(3)).toEqual([2, 1, 3]);
  });
});

describe("clusterFleet", () => {
  it("puts near vehicles into one circle and counts the suspected", () => {
    const fixes = [116.39, 116.391, 118].map((lon, index) => ({
      ...vehicle(lon, 0),
      vehicleNo: index + 1,
      state: index === 0 ? ("suspected" as const) : ("parked" as const),
    }));
    const fleet = foldFrame(EMPTY_FLEET, {
      kind: "snapshot",
      frameMs: 0,
      resumeToken: 1n,
      fixes,
      removed: [],
    });
    const counts = clusterFleet(fleet, 8).features.map(({ properties }) => properties);
    expect(counts).toEqual([
      { count: 2, suspected: 1 },
      { count: 1, suspected: 0 },
    ]);
  });
});

describe("nearest", () => {
  it("finds the nearest vehicle within reach and nothing beyond", () => {
    const candidates = [
      { vehicleNo: 1, x: 10, y: 10 },
      { vehicleNo: 2, x: 14, y: 10 },
    ];
    expect(nearest(candidates, 13, 10, 18)).toBe(2);
    expect(nearest(candidates, 100, 100, 18)).toBeNull();
  });
});

describe("trackPieces", () => {
  const fixes: TrackFix[] = [
    [116.1, 39.9, 0, 30, 0],
    [116.11, 39.9, 10_000, 30, 0],
    [116.12, 39.9, 20_000, 30, 4],
    [116.13, 39.9, 30_000, 30, 4],
    [116.3, 39.9, 600_000, 30, 0],
    [116.31, 39.9, 610_000, 30, 0],
  ];

  it("draws a gap in the signal as a gap and weak signal apart", () => {
    expect(trackPieces(fixes).map(({ properties }) => properties?.["part"])).toEqual([
      "track",
      "poor",
      "gap",
      "track",
    ]);
  });

  const aside = (lon: number, ms: number, quality: number): TrackFix => [lon, 39.9, ms, 30, quality];
  const parts = (track: readonly TrackFix[]) =>
    trackPieces(track).map(({ properties }) => properties?.["part"]);

  it("never draws a jump, a drift or a place without a fix as a track", () => {
    for (const quality of [1, 8, 16]) {
      const track = [...fixes.slice(0, 2), aside(120, 15_000, quality), ...fixes.slice(2, 4)];
      const lines = trackPieces(track).filter(({ geometry }) => geometry.type === "LineString");
      expect(JSON.stringify(lines)).not.toContain("120");
      expect(parts(track)).toContain("aside");
    }
  });

  it("draws what lies between two fixes around a jump as a gap, and drift as nothing at all", () => {
    const [a, b] = [aside(116.1, 0, 0), aside(116.11, 10_000, 0)];
    const [c, d] = [aside(116.2, 30_000, 0), aside(116.21, 40_000, 0)];
    expect(parts([a, b, aside(120, 20_000, 8), c, d])).toEqual(["aside", "track", "gap", "track"]);
    expect(parts([a, b, aside(116.1, 20_000, 16), c, d])).toEqual(["aside", "track"]);
  });

  it("takes a late fix, or one of a wrong clock, for what it is: a sound place", () => {
    expect(parts([aside(116.1, 0, 64), aside(116.11, 10_000, 32), aside(116.12, 20_000, 128)])).toEqual([
      "track",
    ]);
  });

  it("begins and ends a track where it was, and looks away from where it was not", () => {
    const track = [aside(120, 0, 8), ...fixes.slice(0, 2), aside(121, 90_000, 8)];
    const features = evidenceFeatures({ fixes: track, planned: null, corridor: null });
    expect(boundsOf(features)).toEqual([116.1, 39.9, 116.11, 39.9]);
  });

  it("fits the view to the track, not to areas around it", () => {
    const areas = [{ kind: "depot", geometry: { type: "Point" as const, coordinates: [0, 0] } }];
    const features = evidenceFeatures({ fixes, planned: null, corridor: null, areas });
    expect(boundsOf(features)).toEqual([116.1, 39.9, 116.31, 39.9]);
    expect(boundsOf(evidenceFeatures({ fixes: [], planned: null, corridor: null, areas }))).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe("what lies on the map", () => {
  it("tints a rural area apart from the others, and tells planned from driven ends", () => {
    const at = { type: "Point" as const, coordinates: [0, 0] };
    const { features } = evidenceFeatures({
      fixes: [[116.1, 39.9, 0, 30, 0]],
      planned: null,
      corridor: null,
      areas: [
        { kind: "rural", geometry: at },
        { kind: "depot", geometry: at },
      ],
      origin: { lon: 1, lat: 1 },
      destination: { lon: 2, lat: 2 },
    });
    const parts = features.map(({ properties }) => properties?.["part"]);
    expect(parts).toEqual(["rural", "area", "origin", "destination", "start", "end"]);
    const drawn = evidenceLayers("light").map(({ id }) => id);
    for (const part of parts) expect(drawn).toContain(`evidence-${part}`);
  });

  it("places the plate of the chosen vehicle before all others", () => {
    const frame = { kind: "snapshot", frameMs: 1, resumeToken: 0n, removed: [] } as const;
    const fixes = [1, 2, 3].map((vehicleNo) => ({ ...(vehicle(116.39, 0) as LiveFix), vehicleNo }));
    const plates = new Map(fixes.map(({ vehicleNo }) => [vehicleNo, `P${vehicleNo}`]));
    const world = { west: -180, south: -90, east: 180, north: 90 };
    const labelled = labelFleet(foldFrame(EMPTY_FLEET, { ...frame, fixes }), plates, world, 3, () => true);
    expect(labelled.features.map(({ properties }) => properties)).toEqual([
      { plate: "P3", chosen: true },
      { plate: "P1", chosen: false },
      { plate: "P2", chosen: false },
    ]);
  });
});

describe("buildStyle", () => {
  const wish = { scheme: "light", language: "zh-CN", centre: [116, 39] } as const;

  it("names no glyphs, no sprites and no foreign address", () => {
    const style = buildStyle({ ...wish, basemap: { url: "/tiles/basemap.pmtiles", attribution: "x" } });
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    const hosts = JSON.stringify(style).match(/https?:\/\/[^"/]+/g) ?? [];
    expect(new Set(hosts)).toEqual(new Set([window.location.origin]));
  });

  it("draws a grid when there is no basemap", () => {
    expect(buildStyle({ ...wish, basemap: null }).layers.map(({ id }) => id)).toEqual(["ground", "grid"]);
  });
});

describe("FramePace", () => {
  it("gives up gliding on a machine that draws fewer than ten frames a second", () => {
    const slow = new FramePace();
    const fast = new FramePace();
    for (let i = 0; i < 60; i += 1) {
      slow.tick(i * 300);
      fast.tick(i * 16);
    }
    expect([slow.keepsUp(), fast.keepsUp()]).toEqual([false, true]);
  });
});
