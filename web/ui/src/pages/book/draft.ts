// What a person has filled in so far, what is still missing, and what the calendar says about it. Pure.

import type { NewOrder, OrderPlace } from "../../api/orders";
import { instantToWall, wallToInstant } from "../../app/time";

export interface Draft {
  readonly origin: OrderPlace | null;
  readonly destination: OrderPlace | null;
  /** Wall-clock time of the installation's zone, "2026-02-14 08:30:00". */
  readonly startWall: string;
  readonly durationMin: number;
  readonly passengers: number;
  readonly purpose: string;
  readonly purposeText: string;
  readonly classWanted: NonNullable<NewOrder["class_wanted"]> | "";
  readonly roundTrip: boolean;
  readonly flexibleMin: number;
}

export const PURPOSES = [
  "meeting",
  "inspection",
  "documents",
  "reception",
  "emergency",
  "training",
  "other",
] as const;
export const DURATIONS_MIN = [60, 120, 180, 240, 480, 1440] as const;
/** Normal orders are asked for at least this long before (domain.md 5). */
export const USUAL_NOTICE_MIN = 30;

export function emptyDraft(nowMs: number, zone: string): Draft {
  const quarter = 15 * 60_000;
  const start = Math.ceil((nowMs + 60 * 60_000) / quarter) * quarter;
  return {
    origin: null,
    destination: null,
    startWall: instantToWall(start, zone),
    durationMin: 120,
    passengers: 1,
    purpose: "",
    purposeText: "",
    classWanted: "",
    roundTrip: true,
    flexibleMin: 15,
  };
}

export type Missing = "origin" | "destination" | "start" | "purpose" | "purposeText" | "past" | "samePlace";

export function missingIn(draft: Draft, nowMs: number, zone: string): Missing[] {
  const missing: Missing[] = [];
  if (!draft.origin) missing.push("origin");
  if (!draft.destination) missing.push("destination");
  if (!draft.startWall) missing.push("start");
  else if (Date.parse(wallToInstant(draft.startWall, zone)) < nowMs) missing.push("past");
  if (!draft.purpose) missing.push("purpose");
  if (draft.purposeText.trim().length < 2) missing.push("purposeText");
  if (
    draft.origin &&
    draft.destination &&
    draft.origin.lon === draft.destination.lon &&
    draft.origin.lat === draft.destination.lat
  ) {
    missing.push("samePlace");
  }
  return missing;
}

/** The draft as the server takes it; null while a place is missing. */
export function toOrder(draft: Draft, zone: string): NewOrder | null {
  const { origin, destination } = draft;
  if (!origin || !destination) return null;
  const start = wallToInstant(draft.startWall, zone);
  return {
    type: "normal",
    origin,
    destination,
    stops: [],
    round_trip: draft.roundTrip,
    planned_start_at: start,
    planned_end_at: new Date(Date.parse(start) + draft.durationMin * 60_000).toISOString(),
    flexible_min: draft.flexibleMin,
    passengers: draft.passengers,
    passenger_ids: [],
    purpose: draft.purpose,
    purpose_text: draft.purposeText.trim(),
    class_wanted: draft.classWanted || null,
    confidential: draft.classWanted === "confidential_courier",
    submit: true,
  };
}

export interface StatedDay {
  readonly day: string;
  readonly kind: string;
  readonly name: string;
}

export interface CalendarNotes {
  readonly kind: "workday" | "weekend" | "holiday" | "adjusted_workday" | "adjusted_rest";
  readonly name: string;
  readonly off: boolean;
  /** Any part of the trip lies between 20:00 and 07:00. */
  readonly offHours: boolean;
}

/** What the approver will have to allow; the hours are R03's usual ones, the engine judges by its own version. */
export function calendarNotes(draft: Draft, stated: readonly StatedDay[]): CalendarNotes {
  const day = draft.startWall.slice(0, 10);
  const known = stated.find((each) => each.day === day);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const kind = (known?.kind ??
    (weekday === 0 || weekday === 6 ? "weekend" : "workday")) as CalendarNotes["kind"];
  const startMin = Number(draft.startWall.slice(11, 13)) * 60 + Number(draft.startWall.slice(14, 16));
  const endMin = startMin + draft.durationMin;
  return {
    kind,
    name: known?.name ?? "",
    off: kind === "weekend" || kind === "holiday" || kind === "adjusted_rest",
    offHours: startMin < 7 * 60 || endMin > 20 * 60,
  };
}
