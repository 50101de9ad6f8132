// What a person has filled in so far, what is still missing, and what the calendar says about it. Pure.

import type { OrderDetail, OrderPlace, OrderStop, Wish } from "../../api/orders";
import { instantToWall, wallToInstant } from "../../app/time";
import { numberTrouble, type Typed } from "../../parts/form/numbers";

export interface Draft {
  readonly origin: OrderPlace | null;
  /** Places on the way; null is one that is still to be chosen. */
  readonly stops: readonly (OrderStop | null)[];
  readonly destination: OrderPlace | null;
  /** Wall-clock time of the installation's zone, "2026-02-14 08:30:00". */
  readonly startWall: string;
  readonly durationMin: number;
  readonly passengers: Typed;
  readonly purpose: string;
  readonly purposeText: string;
  readonly classWanted: NonNullable<Wish["class_wanted"]> | "";
  readonly confidential: boolean;
  readonly roundTrip: boolean;
  readonly flexibleMin: number;
  readonly luggage: Typed;
  readonly equipment: string;
  readonly wheelchairs: Typed;
  readonly selfDrive: boolean;
  readonly contactName: string;
  readonly contactPhone: string;
  readonly shareable: boolean;
}

export const PURPOSES = [
  "meeting",
  "inspection",
  "documents",
  "reception",
  "emergency",
  "training",
  "home_travel",
  "other",
] as const;
export const DURATIONS_MIN = [60, 120, 180, 240, 480, 1440] as const;
/** Normal orders are asked for at least this long before (domain.md 5). */
export const USUAL_NOTICE_MIN = 30;
/** What one order may carry, as dispatch/booking.py has it. */
export const PASSENGERS = { min: 1, max: 79, whole: true };
const DAY_MS = 24 * 3_600_000;

export function emptyDraft(nowMs: number, zone: string): Draft {
  const quarter = 15 * 60_000;
  const start = Math.ceil((nowMs + 60 * 60_000) / quarter) * quarter;
  return {
    origin: null,
    stops: [],
    destination: null,
    startWall: instantToWall(start, zone),
    durationMin: 120,
    passengers: 1,
    purpose: "",
    purposeText: "",
    classWanted: "",
    confidential: false,
    roundTrip: true,
    flexibleMin: 15,
    luggage: 0,
    equipment: "",
    wheelchairs: 0,
    selfDrive: false,
    contactName: "",
    contactPhone: "",
    shareable: false,
  };
}

/** A draft that says what an order says, to be corrected. */
export function draftOf(order: OrderDetail, zone: string): Draft {
  const startMs = Date.parse(order.planned_start_at);
  const flexibleMs = order.latest_start_at ? Date.parse(order.latest_start_at) - startMs : 0;
  return {
    origin: order.origin,
    stops: order.stops,
    destination: order.destination,
    startWall: instantToWall(startMs, zone),
    durationMin: Math.round((Date.parse(order.planned_end_at) - startMs) / 60_000),
    passengers: order.passengers,
    purpose: order.purpose,
    purposeText: order.purpose_text,
    classWanted: (order.class_wanted ?? "") as Draft["classWanted"],
    confidential: order.confidential,
    roundTrip: order.round_trip,
    flexibleMin: Math.round(flexibleMs / 60_000),
    luggage: order.luggage,
    equipment: order.equipment,
    wheelchairs: order.wheelchairs,
    selfDrive: order.self_drive,
    contactName: order.contact_name,
    contactPhone: order.contact_phone ?? "",
    shareable: order.shareable,
  };
}

/** The same trip once more: at the same hour, on the first day on which there is time enough to ask for it. */
export function repeated(draft: Draft, nowMs: number, zone: string): Draft {
  const earliestMs = nowMs + USUAL_NOTICE_MIN * 60_000;
  const clock = draft.startWall.slice(10);
  const at = (ms: number) => `${instantToWall(ms, zone).slice(0, 10)}${clock}`;
  const today = at(nowMs);
  const startWall = Date.parse(wallToInstant(today, zone)) >= earliestMs ? today : at(nowMs + DAY_MS);
  return { ...draft, startWall };
}

/** The fields of the form, from top to bottom, under the names the server knows them by. */
export const FIELDS = [
  "origin",
  "stops",
  "destination",
  "planned_start_at",
  "planned_end_at",
  "passengers",
  "purpose",
  "purpose_text",
  "luggage",
  "wheelchairs",
  "self_drive",
  "contact_phone",
] as const;
export type FieldName = (typeof FIELDS)[number];
export type Trouble =
  | "origin"
  | "destination"
  | "start"
  | "purpose"
  | "purposeText"
  | "past"
  | "samePlace"
  | "passengers"
  | "stops";

/** What is missing or cannot be, by field. */
export function troublesIn(draft: Draft, nowMs: number, zone: string): Partial<Record<FieldName, Trouble>> {
  const { origin, destination, startWall } = draft;
  const same = origin && destination && origin.lon === destination.lon && origin.lat === destination.lat;
  const late = startWall !== "" && Date.parse(wallToInstant(startWall, zone)) < nowMs;
  const people = draft.passengers === null || numberTrouble(draft.passengers, PASSENGERS) !== null;
  return {
    ...(origin ? {} : { origin: "origin" as const }),
    ...(destination ? {} : { destination: "destination" as const }),
    ...(same && draft.stops.length === 0 ? { destination: "samePlace" as const } : {}),
    ...(draft.stops.includes(null) ? { stops: "stops" as const } : {}),
    ...(startWall ? {} : { planned_start_at: "start" as const }),
    ...(late ? { planned_start_at: "past" as const } : {}),
    ...(people ? { passengers: "passengers" as const } : {}),
    ...(draft.purpose ? {} : { purpose: "purpose" as const }),
    ...(draft.purposeText.trim().length < 2 ? { purpose_text: "purposeText" as const } : {}),
  };
}

/** The draft as the server takes it; null while something is missing. */
export function toWish(draft: Draft, zone: string): Wish | null {
  const { origin, destination, passengers } = draft;
  if (!origin || !destination || typeof passengers !== "number") return null;
  const start = wallToInstant(draft.startWall, zone);
  return {
    origin,
    destination,
    stops: draft.stops.flatMap((stop) => (stop ? [{ ...stop, stay_min: stop.stay_min ?? 0 }] : [])),
    round_trip: draft.roundTrip,
    planned_start_at: start,
    planned_end_at: new Date(Date.parse(start) + draft.durationMin * 60_000).toISOString(),
    flexible_min: draft.flexibleMin,
    passengers,
    purpose: draft.purpose,
    purpose_text: draft.purposeText.trim(),
    class_wanted: draft.classWanted || null,
    confidential: draft.confidential || draft.classWanted === "confidential_courier",
    luggage: typeof draft.luggage === "number" ? draft.luggage : 0,
    equipment: draft.equipment.trim(),
    wheelchairs: typeof draft.wheelchairs === "number" ? draft.wheelchairs : 0,
    self_drive: draft.selfDrive,
    contact_name: draft.contactName.trim(),
    contact_phone: draft.contactPhone.trim(),
    shareable: draft.shareable,
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
