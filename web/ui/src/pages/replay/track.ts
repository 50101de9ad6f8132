// Where a vehicle is at a moment of a replay. Between two fixes it moves evenly, which the server promises is near the
// record; in a span nobody saw it stands where it was last known and says since when. Pure.
import type { Replayed } from "../../api/replay";
import { isAside } from "../../live/quality";
import type { TrackFix } from "../../map/evidence";

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReplayTrack {
  readonly id: string;
  readonly plate: string;
  readonly line: readonly TrackFix[];
  readonly unseen: readonly Span[];
  readonly stops: readonly Span[];
  readonly orders: readonly (Span & { readonly id: string; readonly number: number })[];
}

export type Standing =
  | { readonly state: "before" }
  | {
      readonly state: "moving" | "standing" | "unseen";
      readonly lon: number;
      readonly lat: number;
      readonly speedKmh: number | null;
      /** Since when it stands, or nothing is known of it; of a moving one the moment itself. */
      readonly sinceMs: number;
    };

const MOVING_KMH = 3;
const ms = (instant: string): number => Date.parse(instant);
const spanOf = (from: string, to: string | null): Span => ({
  fromMs: ms(from),
  toMs: to === null ? Number.POSITIVE_INFINITY : ms(to),
});

export const trackOf = (vehicle: Replayed): ReplayTrack => ({
  id: vehicle.vehicle_id,
  plate: vehicle.plate,
  line: vehicle.fixes.filter(([, , , , quality]) => !isAside(quality)),
  unseen: vehicle.unseen.map((gap) => spanOf(gap["from"] ?? "", gap["to"] ?? "")),
  stops: vehicle.stops.map(({ started_at, ended_at }) => spanOf(started_at, ended_at)),
  orders: vehicle.orders.map(({ id, order_no, started_at, ended_at }) => ({
    id,
    number: order_no,
    ...spanOf(started_at, ended_at),
  })),
});

/** The last of those in order of time that begins at or before the moment. */
export function lastBefore<Each>(sorted: readonly Each[], at: number, begin: (each: Each) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const each = sorted[middle];
    if (each !== undefined && begin(each) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const covering = (spans: readonly Span[], at: number): Span | undefined => {
  const last = spans[lastBefore(spans, at, ({ fromMs }) => fromMs)];
  return last && at < last.toMs ? last : undefined;
};

export const orderAt = (track: ReplayTrack, at: number) =>
  track.orders.find(({ fromMs, toMs }) => fromMs <= at && at < toMs);

export function standingAt(track: ReplayTrack, at: number): Standing {
  const { line } = track;
  const place = lastBefore(line, at, ([, , fixMs]) => fixMs);
  const last = line[place];
  if (!last) return { state: "before" };
  const [lon, lat, lastMs, speedKmh] = last;
  const next = line[place + 1];
  const stop = covering(track.stops, at);
  if (next ? covering(track.unseen, at) : at > lastMs) {
    // A parked locator is seldom heard: within a stop, silence is no riddle.
    return stop
      ? { state: "standing", lon, lat, speedKmh: null, sinceMs: stop.fromMs }
      : { state: "unseen", lon, lat, speedKmh: null, sinceMs: lastMs };
  }
  const share = next ? (at - lastMs) / (next[2] - lastMs) : 0;
  const between = (from: number, to: number) => from + (to - from) * share;
  const speed = speedKmh === null || !next || next[3] === null ? speedKmh : between(speedKmh, next[3]);
  const here = {
    lon: next ? between(lon, next[0]) : lon,
    lat: next ? between(lat, next[1]) : lat,
    speedKmh: speed,
  };
  if (stop) return { state: "standing", ...here, sinceMs: stop.fromMs };
  if (speed !== null && speed < MOVING_KMH) return { state: "standing", ...here, sinceMs: lastMs };
  return { state: "moving", ...here, sinceMs: at };
}

/** The line in pieces between what nobody saw. */
export function seenPieces({ line, unseen }: ReplayTrack): TrackFix[][] {
  const begins = new Set(unseen.map(({ toMs }) => toMs));
  const pieces: TrackFix[][] = [];
  for (const fix of line) {
    const piece = pieces[pieces.length - 1];
    if (piece && !begins.has(fix[2])) piece.push(fix);
    else pieces.push([fix]);
  }
  return pieces;
}
