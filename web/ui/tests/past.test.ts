// @vitest-environment node
// The past of a vehicle: what is listed, in which order, and what it adds up to.
import { describe, expect, it } from "vitest";
import type { AlertMark, DriveRow, StopRow } from "../src/api/tracks";
import { type DiaryWish, diaryOf, lengthOf, narrowed, possible, sumsOf } from "../src/pages/past/diary";

const at = (minute: number) => new Date(Date.UTC(2026, 1, 14, 0, minute)).toISOString();
const alert = { id: "a1", alert_no: 7, rule: "R01" } as AlertMark;
const drive = (id: string, from: number, to: number | null, more: Partial<DriveRow> = {}) =>
  ({
    id,
    started_at: at(from),
    ended_at: to === null ? null : at(to),
    distance_m: 1000,
    top_speed_kmh: 50,
    mean_speed_kmh: 30,
    gap_s: 0,
    order_id: null,
    alerts: [],
    ...more,
  }) as unknown as DriveRow;
const stop = (id: string, from: number, to: number | null, alerts: AlertMark[] = []) =>
  ({ id, started_at: at(from), ended_at: to === null ? null : at(to), alerts }) as unknown as StopRow;

const entries = diaryOf(
  [
    drive("d2", 20, 50, { distance_m: 9000, order_id: "o", top_speed_kmh: null }),
    drive("d1", 0, 10, { alerts: [alert], gap_s: 90 }),
  ],
  [stop("s1", 10, 11, [alert]), stop("s2", 11, 20), stop("s3", 50, null)],
);
const wish: DiaryWish = { kind: undefined, only: undefined, leastS: 120, sort: "start" };
const ids = (more: Partial<DiaryWish>) => narrowed(entries, { ...wish, ...more }).map(({ id }) => id);

describe("the diary of a vehicle", () => {
  it("is in order of time, leaves short stops out, and keeps what goes on", () => {
    expect(ids({})).toEqual(["d1", "s2", "d2", "s3"]);
    expect(ids({ leastS: 30 })).toEqual(["d1", "s1", "s2", "d2", "s3"]);
    expect(ids({ leastS: 3600 })).toEqual(["d1", "d2", "s3"]);
  });

  it("is narrowed to a kind, to suspicions, to drives without an order", () => {
    expect(ids({ kind: "stop" })).toEqual(["s2", "s3"]);
    expect(ids({ only: "alert", leastS: 30 })).toEqual(["d1", "s1"]);
    expect(ids({ only: "no_order" })).toEqual(["d1"]);
  });

  it("is sorted both ways, what has no value last, and an unknown order is that of time", () => {
    expect(ids({ sort: "distance" })).toEqual(["d1", "d2", "s2", "s3"]);
    expect(ids({ sort: "-distance" })).toEqual(["d2", "d1", "s2", "s3"]);
    expect(ids({ sort: "-duration" })).toEqual(["d2", "d1", "s2", "s3"]);
    expect(ids({ sort: "colour" })).toEqual(ids({}));
  });

  it("adds up what is shown; a suspicion in a drive and a stop is one", () => {
    expect(sumsOf(entries)).toEqual({
      drives: 2,
      distanceM: 10_000,
      drivingS: 2400,
      gapS: 90,
      topKmh: 50,
      stops: 3,
      standingS: 600,
      alerts: 1,
    });
    expect(sumsOf([])).toMatchObject({ drives: 0, topKmh: null, alerts: 0 });
  });
});

describe("the days asked for", () => {
  const today = "2026-03-01";
  it("are in order, not in the future, and at most 31; what was changed last holds", () => {
    expect(possible({ first: "2026-02-20", last: "2026-02-10" }, today, "first")).toEqual({
      first: "2026-02-20",
      last: "2026-02-20",
    });
    expect(possible({ first: "2026-02-20", last: "2026-02-10" }, today, "last").first).toBe("2026-02-10");
    expect(possible({ first: "2026-01-01", last: "2026-04-01" }, today, "first").last).toBe("2026-01-31");
    expect(possible({ first: "2026-01-01", last: "2026-04-01" }, today, "last").first).toBe("2026-01-30");
    expect(lengthOf({ first: "2026-02-28", last: "2026-03-01" })).toBe(2);
  });
});
