// What happened on the way, as marks on the clock: stops, suspicions, orders, fences, of all vehicles together. Pure.
import type { Replay } from "../../api/replay";
import { type Bounds, within } from "./clock";
import { lastBefore } from "./track";

export const MARK_KINDS = ["alert", "order", "stop", "fence"] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface Mark {
  readonly id: string;
  readonly kind: MarkKind;
  /** What of it: "begin" or "end" of an order, the event at a fence, the rule of a suspicion. */
  readonly what: string;
  readonly atMs: number;
  readonly endMs: number | null;
  readonly vehicleId: string;
  readonly plate: string;
  readonly number: number | null;
  /** The suspicion or the order. */
  readonly linkId: string | null;
  readonly name: string | null;
  readonly nameEn: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
}

const nowhere = { number: null, linkId: null, name: null, nameEn: null, lon: null, lat: null };
const ms = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant));

/** In order of time; what began before the replay stands at its beginning, what ends after it has no end here. */
export function marksOf({ vehicles }: Pick<Replay, "vehicles">, bounds: Bounds): Mark[] {
  const marks = vehicles.flatMap(({ vehicle_id: vehicleId, plate, ...vehicle }): Mark[] => {
    const own = { ...nowhere, vehicleId, plate };
    return [
      ...vehicle.stops.map((stop) => ({
        ...own,
        id: `stop ${stop.id}`,
        kind: "stop" as const,
        what: "stop",
        atMs: Date.parse(stop.started_at),
        endMs: ms(stop.ended_at),
        name: stop.place ?? stop.area_name,
        nameEn: stop.place_en ?? null,
        lon: stop.lon,
        lat: stop.lat,
      })),
      ...vehicle.alerts.map((alert) => ({
        ...own,
        id: `alert ${alert.id}`,
        kind: "alert" as const,
        what: alert.rule,
        atMs: Date.parse(alert.started_at),
        endMs: ms(alert.ended_at),
        number: alert.alert_no,
        linkId: alert.id,
        lon: alert.lon,
        lat: alert.lat,
      })),
      ...vehicle.orders.flatMap((order) => {
        const shared = {
          ...own,
          kind: "order" as const,
          endMs: null,
          number: order.order_no,
          linkId: order.id,
        };
        const plan = order.planned ? "planned_" : "";
        const end = ms(order.ended_at);
        const begin = Date.parse(order.started_at);
        return [
          ...(begin >= bounds.fromMs
            ? [{ ...shared, id: `begin ${order.id}`, what: `${plan}begin`, atMs: begin }]
            : []),
          ...(end !== null && end <= bounds.toMs
            ? [{ ...shared, id: `end ${order.id}`, what: `${plan}end`, atMs: end }]
            : []),
        ];
      }),
      ...vehicle.fence_events.map((event) => ({
        ...own,
        id: `fence ${event.id}`,
        kind: "fence" as const,
        what: event.event,
        atMs: Date.parse(event.happened_at),
        endMs: null,
        name: event.name,
        nameEn: event.name_en,
      })),
    ];
  });
  return marks
    .map((mark) => ({ ...mark, atMs: within(mark.atMs, bounds) }))
    .sort((a, b) => a.atMs - b.atMs || a.id.localeCompare(b.id));
}

/** The first mark after the moment, or the last before it; several at one moment are one step. */
export function neighbour(marks: readonly Mark[], at: number, direction: 1 | -1): Mark | null {
  if (direction === 1) return marks[lastBefore(marks, at, ({ atMs }) => atMs) + 1] ?? null;
  const last = lastBefore(marks, at - 1, ({ atMs }) => atMs);
  return marks[last] ?? null;
}
