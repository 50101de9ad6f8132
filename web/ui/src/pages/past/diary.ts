// The past of a vehicle as one list in order of time: drives and stops, narrowed, sorted and added up. Pure.
import type { DriveRow, StopRow } from "../../api/tracks";

export const LEAST_STOPS_S = [30, 120, 300, 900, 3600] as const;
export const KINDS = ["drive", "stop"] as const;
export const ONLY = ["alert", "no_order"] as const;

interface Entry {
  readonly id: string;
  readonly startMs: number;
  /** null: it goes on. */
  readonly endMs: number | null;
}
export interface Drive extends Entry {
  readonly kind: "drive";
  readonly row: DriveRow;
}
export interface Stop extends Entry {
  readonly kind: "stop";
  readonly row: StopRow;
}
export type DiaryEntry = Drive | Stop;

export interface DiaryWish {
  readonly kind: string | undefined;
  readonly only: string | undefined;
  readonly leastS: number;
  /** A column, "-" before it for falling. */
  readonly sort: string;
}

const entryOf = ({ id, started_at, ended_at }: DriveRow | StopRow): Entry => ({
  id,
  startMs: Date.parse(started_at),
  endMs: ended_at ? Date.parse(ended_at) : null,
});

export const diaryOf = (drives: readonly DriveRow[], stops: readonly StopRow[]): DiaryEntry[] =>
  [
    ...drives.map((row): Drive => ({ kind: "drive", row, ...entryOf(row) })),
    ...stops.map((row): Stop => ({ kind: "stop", row, ...entryOf(row) })),
  ].sort((a, b) => a.startMs - b.startMs);

export const secondsOf = ({ startMs, endMs }: Entry): number | null =>
  endMs === null ? null : (endMs - startMs) / 1000;

const VALUES: Record<string, (entry: DiaryEntry) => number | null> = {
  start: ({ startMs }) => startMs,
  duration: secondsOf,
  distance: (entry) => (entry.kind === "drive" ? entry.row.distance_m : null),
  mean: (entry) => (entry.kind === "drive" ? entry.row.mean_speed_kmh : null),
  top: (entry) => (entry.kind === "drive" ? entry.row.top_speed_kmh : null),
  alerts: ({ row }) => row.alerts.length || null,
};

/** What goes on has no length yet and is never too short. */
function wanted(entry: DiaryEntry, { kind, only, leastS }: DiaryWish): boolean {
  if (kind && entry.kind !== kind) return false;
  if (entry.kind === "stop" && (secondsOf(entry) ?? leastS) < leastS) return false;
  if (only === "alert") return entry.row.alerts.length > 0;
  if (only === "no_order") return entry.kind === "drive" && entry.row.order_id === null;
  return true;
}

/** What has no value comes last in both directions. */
export function narrowed(entries: readonly DiaryEntry[], wish: DiaryWish): DiaryEntry[] {
  const value = VALUES[wish.sort.replace(/^-/, "")] ?? VALUES["start"];
  const direction = wish.sort.startsWith("-") ? -1 : 1;
  return entries
    .filter((entry) => wanted(entry, wish))
    .sort((a, b) => {
      const [one, other] = [value?.(a) ?? null, value?.(b) ?? null];
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return (one - other) * direction || a.startMs - b.startMs;
    });
}

export interface Sums {
  readonly drives: number;
  readonly distanceM: number;
  readonly drivingS: number;
  readonly gapS: number;
  readonly topKmh: number | null;
  readonly stops: number;
  readonly standingS: number;
  readonly alerts: number;
}

/** Of what is shown. A suspicion that falls into a drive and a stop counts once; what goes on has no length yet. */
export function sumsOf(entries: readonly DiaryEntry[]): Sums {
  const drives = entries.filter((entry): entry is Drive => entry.kind === "drive");
  const stops = entries.filter(({ kind }) => kind === "stop");
  const sum = (values: readonly (number | null)[]) =>
    values.reduce<number>((total, each) => total + (each ?? 0), 0);
  const tops = drives.flatMap(({ row }) => (row.top_speed_kmh === null ? [] : [row.top_speed_kmh]));
  return {
    drives: drives.length,
    distanceM: sum(drives.map(({ row }) => row.distance_m)),
    drivingS: sum(drives.map(secondsOf)),
    gapS: sum(drives.map(({ row }) => row.gap_s)),
    topKmh: tops.length ? Math.max(...tops) : null,
    stops: stops.length,
    standingS: sum(stops.map(secondsOf)),
    alerts: new Set(entries.flatMap(({ row }) => row.alerts.map(({ id }) => id))).size,
  };
}

export const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;
const dayMs = (day: string): number => Date.parse(`${day}T00:00Z`);
export const movedDay = (day: string, by: number): string =>
  new Date(dayMs(day) + by * DAY_MS).toISOString().slice(0, 10);

export interface Days {
  readonly first: string;
  readonly last: string;
}

export const lengthOf = ({ first, last }: Days): number =>
  Math.round((dayMs(last) - dayMs(first)) / DAY_MS) + 1;

/** Days as they can be asked for: in order, none that has not come yet, at most 31; what was changed last holds. */
export function possible(days: Days, today: string, kept: "first" | "last"): Days {
  const [first, last] = [days.first, days.last].map((day) => (day > today ? today : day)) as [string, string];
  if (kept === "first") {
    const latest = movedDay(first, LONGEST_DAYS - 1);
    return { first, last: last < first ? first : last > latest ? latest : last };
  }
  const earliest = movedDay(last, 1 - LONGEST_DAYS);
  return { last, first: first > last ? last : first < earliest ? earliest : first };
}
