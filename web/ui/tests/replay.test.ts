// @vitest-environment node
// Replay: the clock, where a vehicle is at a moment, what nobody saw, marks, and the address.
import { describe, expect, it } from "vitest";
import type { Replayed } from "../src/api/replay";
import type { TrackFix } from "../src/map/evidence";
import { scaleTop, speedPath, ticks } from "../src/pages/replay/chart";
import { advanced, speedOf, stepMs } from "../src/pages/replay/clock";
import { marksOf, neighbour } from "../src/pages/replay/marks";
import { seenPieces, standingAt, trackOf } from "../src/pages/replay/track";
import { hoursOf, replayAddress, wishOf } from "../src/pages/replay/wish";

const T0 = Date.UTC(2026, 1, 14);
const at = (seconds: number) => T0 + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const fix = (seconds: number, lon: number, kmh: number | null = 36, quality = 0): TrackFix => [
  lon,
  32,
  at(seconds),
  kmh,
  quality,
];
const JUMP = 8;
const vehicle = (more: Partial<Replayed>): Replayed =>
  ({
    vehicle_id: "v",
    plate: "晨A00001",
    fixes: [],
    unseen: [],
    stops: [],
    alerts: [],
    orders: [],
    fence_events: [],
    ...more,
  }) as unknown as Replayed;

describe("the clock", () => {
  const bounds = { fromMs: at(0), toMs: at(86_400) };
  it("goes by the reader's time times its speed, stops at the end, and does not leap after a sleep", () => {
    expect(advanced(at(10), 100, 600, bounds)).toBe(at(70));
    expect(advanced(at(86_390), 100, 600, bounds)).toBe(at(86_400));
    expect(advanced(at(0), 3_600_000, 60, bounds)).toBe(at(30));
  });
  it("steps by about a thousandth and knows only its own speeds", () => {
    expect(stepMs(bounds)).toBe(300_000);
    expect(stepMs({ fromMs: at(0), toMs: at(600) })).toBe(1000);
    expect([speedOf("600"), speedOf("7"), speedOf(null)]).toEqual([600, 60, 60]);
  });
});

describe("a vehicle at a moment", () => {
  const track = trackOf(
    vehicle({
      fixes: [
        fix(0, 116, 30),
        fix(50, 99, 0, JUMP),
        fix(100, 116.1, 60),
        fix(400, 116.5, 40),
        fix(500, 116.6, 0),
      ],
      unseen: [{ from: iso(100), to: iso(400) }] as unknown as Replayed["unseen"],
      stops: [
        { id: "s", started_at: iso(500), ended_at: iso(900), lon: 116.6, lat: 32 },
      ] as Replayed["stops"],
    }),
  );
  it("moves evenly between two fixes, in place and speed; a fix where it was not does not draw it away", () => {
    expect(standingAt(track, at(-1))).toEqual({ state: "before" });
    const half = standingAt(track, at(50));
    expect(half).toMatchObject({ state: "moving", speedKmh: 45 });
    expect("lon" in half && half.lon).toBeCloseTo(116.05, 9);
  });
  it("stands at its last known place while nobody sees it, and says since when", () => {
    for (const second of [101, 250, 399])
      expect(standingAt(track, at(second))).toMatchObject({ state: "unseen", lon: 116.1, sinceMs: at(100) });
    expect(standingAt(track, at(400))).toMatchObject({ state: "moving", lon: 116.5 });
  });
  it("is parked, not lost, when it is silent within a stop; after it nothing is known", () => {
    expect(standingAt(track, at(700))).toMatchObject({ state: "standing", sinceMs: at(500) });
    expect(standingAt(track, at(901))).toMatchObject({ state: "unseen", sinceMs: at(500) });
  });
  it("is drawn in pieces, and its speed is not drawn over what nobody saw", () => {
    expect(seenPieces(track).map((piece) => piece.length)).toEqual([2, 2]);
    const plane = {
      bounds: { fromMs: at(0), toMs: at(500) },
      width: 500,
      height: 60,
      mostKmh: scaleTop([track]),
    };
    expect(plane.mostKmh).toBe(60);
    expect(speedPath(track, plane)).toBe("M0.0 30.0L100.0 0.0M400.0 20.0L500.0 60.0");
  });
});

it("of many fixes in a pixel the chart keeps the slowest and the fastest", () => {
  const track = trackOf(
    vehicle({ fixes: [fix(0, 116, 10), fix(1, 116, 50), fix(2, 116, 20), fix(90, 116, 30)] }),
  );
  const plane = { bounds: { fromMs: at(0), toMs: at(100) }, width: 10, height: 60, mostKmh: 60 };
  expect(speedPath(track, plane)).toBe("M0.0 50.0L0.0 10.0L9.0 30.0");
});

it("times below the chart are full ones of the zone", () => {
  const bounds = { fromMs: at(100), toMs: at(4 * 3600) };
  expect(ticks(bounds, 5, 8 * 60)).toEqual([3600, 7200, 10_800, 14_400].map(at));
  expect(ticks(bounds, 5, 8 * 60 + 30)[0]).toBe(at(1800));
});

describe("marks", () => {
  const bounds = { fromMs: at(0), toMs: at(1000) };
  const marks = marksOf(
    {
      vehicles: [
        vehicle({
          stops: [{ id: "s", started_at: iso(-50), ended_at: iso(60), lon: 1, lat: 2 }] as Replayed["stops"],
          alerts: [
            { id: "a", alert_no: 7, rule: "R01", started_at: iso(300), ended_at: null },
          ] as Replayed["alerts"],
          orders: [
            { id: "o", order_no: 3, started_at: iso(-10), ended_at: iso(400), planned: false },
            { id: "p", order_no: 4, started_at: iso(300), ended_at: iso(2000), planned: true },
          ] as Replayed["orders"],
        }),
      ],
    },
    bounds,
  );
  it("are those of the time that is played; an order that began before has only its end", () => {
    expect(marks.map(({ id, what, atMs }) => [id, what, (atMs - T0) / 1000])).toEqual([
      ["stop s", "stop", 0],
      ["alert a", "R01", 300],
      ["begin p", "planned_begin", 300],
      ["end o", "end", 400],
    ]);
  });
  it("are stepped through from wherever the clock stands", () => {
    const step = (second: number, direction: 1 | -1) => neighbour(marks, at(second), direction)?.atMs;
    expect(step(0, 1)).toBe(at(300));
    expect(step(300, 1)).toBe(at(400));
    expect(step(400, 1)).toBeUndefined();
    expect(step(400, -1)).toBe(at(300));
    expect(step(0, -1)).toBeUndefined();
  });
});

describe("the address of a replay", () => {
  const id = (digit: number) => `${String(digit).repeat(8)}-1111-2222-3333-444444444444`;
  it("is read with what is missing filled up, and nonsense left out", () => {
    const search = new URLSearchParams({
      vehicles: `${id(1)},x,${id(1)},${id(2)}`,
      from: iso(0),
      to: "soon",
    });
    expect(wishOf(search, at(9))).toEqual({ vehicles: [id(1), id(2)], from: iso(0), to: iso(12 * 3600) });
    expect(wishOf(new URLSearchParams(), at(0))).toMatchObject({ vehicles: [], to: iso(0) });
    expect(hoursOf(wishOf(search, at(9)))).toBe(24);
  });
  it("of one vehicle reaches some minutes around", () => {
    const way = new URL(replayAddress(id(1), at(600), at(900)), "http://x");
    expect(wishOf(way.searchParams, 0)).toEqual({ vehicles: [id(1)], from: iso(0), to: iso(1500) });
    expect(way.searchParams.get("at")).toBe(iso(600));
  });
});
