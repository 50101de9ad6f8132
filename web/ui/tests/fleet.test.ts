// @vitest-environment node
// The fleet of a viewer: frames folded into the newest fix of every vehicle.
import { describe, expect, it } from "vitest";
import { waitBeforeAttempt } from "../src/live/backoff";
import { countStates, EMPTY_FLEET, foldFrame } from "../src/live/fleet";
import type { Frame, LiveFix } from "../src/live/frame";

const fix = (vehicleNo: number, fixedMs: number, changes: Partial<LiveFix> = {}): LiveFix => ({
  vehicleNo,
  lon: 116,
  lat: 39,
  fixedMs,
  speedKmh: 0,
  headingDeg: null,
  state: "parked",
  ignition: false,
  poor: false,
  quality: 0,
  orderNo: null,
  ...changes,
});
const frame = (kind: Frame["kind"], fixes: LiveFix[], removed: number[] = []): Frame => ({
  kind,
  frameMs: 1000,
  resumeToken: 5n,
  fixes,
  removed,
});

describe("foldFrame", () => {
  it("forgets everything with a snapshot", () => {
    const before = foldFrame(EMPTY_FLEET, frame("snapshot", [fix(1, 10), fix(2, 10)]));
    const after = foldFrame(before, frame("snapshot", [fix(2, 20)]));
    expect([...after.vehicles.keys()]).toEqual([2]);
  });

  it("keeps what a delta does not mention and remembers the fix before", () => {
    const before = foldFrame(EMPTY_FLEET, frame("snapshot", [fix(1, 10), fix(2, 10)]));
    const after = foldFrame(before, frame("delta", [fix(1, 20, { lon: 117 })]));
    expect(after.vehicles.get(2)?.fixedMs).toBe(10);
    expect(after.vehicles.get(1)).toMatchObject({ lon: 117, before: { lon: 116, lat: 39, fixedMs: 10 } });
    expect([...after.changed]).toEqual([1]);
  });

  it("never moves a vehicle backwards when a late fix arrives", () => {
    const before = foldFrame(EMPTY_FLEET, frame("snapshot", [fix(1, 30, { lon: 117 })]));
    const after = foldFrame(before, frame("delta", [fix(1, 20, { lon: 115 })]));
    expect(after.vehicles.get(1)?.lon).toBe(117);
  });

  it("drops removed vehicles and leaves the old fleet untouched", () => {
    const before = foldFrame(EMPTY_FLEET, frame("snapshot", [fix(1, 10), fix(2, 10)]));
    const after = foldFrame(before, frame("removed", [], [1]));
    expect([...after.vehicles.keys()]).toEqual([2]);
    expect(before.vehicles.size).toBe(2);
  });

  it("counts the states", () => {
    const fleet = foldFrame(
      EMPTY_FLEET,
      frame("snapshot", [fix(1, 1), fix(2, 1, { state: "suspected" }), fix(3, 1, { state: "suspected" })]),
    );
    expect(countStates(fleet)).toMatchObject({ parked: 1, suspected: 2, silent: 0 });
  });
});

describe("waitBeforeAttempt", () => {
  it("doubles, spreads and stays within fifteen seconds", () => {
    expect(waitBeforeAttempt(1, 0)).toBe(250);
    expect(waitBeforeAttempt(1, 1)).toBe(500);
    expect(waitBeforeAttempt(3, 1)).toBe(2000);
    expect(waitBeforeAttempt(50, 1)).toBe(15_000);
  });
});
