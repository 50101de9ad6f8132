// A fence while it is drawn: what is stored, drawn and typed is one and the same shape.
import { describe, expect, it } from "vitest";
import { boundsOfSketch, EMPTY, groundOf, saidBy, sketchOf, textOf, withText } from "../src/map/draw/sketch";

const YARD = [
  [117.2, 39.1],
  [117.21, 39.1],
  [117.21, 39.11],
  [117.2, 39.11],
  [117.2, 39.1],
];
const HOLE = YARD.map(([lon = 0, lat = 0]) => [117.202 + (lon - 117.2) / 5, 39.102 + (lat - 39.1) / 5]);
const FAR = YARD.map(([lon = 0, lat = 0]) => [lon + 1, lat]);

describe("a sketch", () => {
  it("keeps holes with the surface they lie in, whatever their order", () => {
    const geometry = { type: "MultiPolygon" as const, coordinates: [[FAR], [YARD, HOLE]] };
    const sketch = sketchOf({}, geometry);
    const shuffled = { ...sketch, rings: [...sketch.rings].reverse() };
    expect(saidBy(sketch)).toEqual({ shape: "polygon", geometry });
    const again = saidBy(shuffled) as { geometry: { coordinates: unknown[][] } };
    expect(again.geometry.coordinates.map((polygon) => polygon.length)).toEqual([2, 1]);
  });

  it("keeps a circle's middle and a corridor's line, and is nothing while something is missing", () => {
    const circle = { shape: "circle", center: [117.2, 39.1], radius_m: 300 };
    const corridor = { shape: "corridor", line: YARD.slice(0, 2), width_m: 60 };
    const anywhere = { type: "Polygon" as const, coordinates: [YARD] };
    expect(saidBy(sketchOf(circle, anywhere))).toEqual(circle);
    expect(saidBy(sketchOf(corridor, anywhere))).toEqual(corridor);
    expect(saidBy(sketchOf({}, { type: "Point", coordinates: [117.2, 39.1] }))).toEqual({
      shape: "point",
      center: [117.2, 39.1],
    });
    for (const shape of ["polygon", "circle", "corridor", "point"] as const)
      expect(saidBy({ ...EMPTY, shape })).toBeNull();
    expect(saidBy({ ...sketchOf(circle, anywhere), radiusM: null })).toBeNull();
  });

  it("can be typed: the text of a sketch gives the sketch again, a line that is no coordinate gives none", () => {
    const sketch = sketchOf({}, { type: "Polygon", coordinates: [YARD, HOLE] });
    expect(withText(EMPTY, textOf(sketch))).toEqual(sketch);
    expect(withText(EMPTY, "117.2, 39.1\nhere")).toBeNull();
    expect(withText(EMPTY, "117.2, 99")).toBeNull();
    expect(withText({ ...EMPTY, shape: "circle" }, "117.2，39.1")?.center).toEqual([117.2, 39.1]);
  });

  it("shows a circle as wide on the ground as its radius", () => {
    const circle = sketchOf(
      { shape: "circle", center: [117.2, 39.1], radius_m: 1000 },
      { type: "Point", coordinates: [0, 0] },
    );
    const [west = 0, south = 0, east = 0, north = 0] = boundsOfSketch(circle) ?? [];
    expect((north - south) * 111_195).toBeCloseTo(2000, 0);
    expect((east - west) * 111_195 * Math.cos((39.1 * Math.PI) / 180)).toBeCloseTo(2000, 0);
    expect(groundOf(circle).features).toHaveLength(1);
    expect(groundOf(EMPTY).features).toHaveLength(0);
  });
});
