// An order in few words, the same in every list: its way and its time.
import type { OrderRow } from "../api/orders";

export function wayOf(order: Pick<OrderRow, "origin" | "stops" | "destination">): string {
  const names = [order.origin?.name, ...order.stops.map((stop) => stop.name), order.destination?.name];
  return names.filter(Boolean).join(" → ") || "—";
}

type Clock = (instant: string, style?: "minute" | "clock") => string;

/** "Fri 14/2 08:30 – 10:30": the day once when it ends on the same day. */
export function spanOf(order: Pick<OrderRow, "planned_start_at" | "planned_end_at">, time: Clock): string {
  const start = time(order.planned_start_at);
  const end = time(order.planned_end_at);
  const day = start.slice(0, -5);
  return end.startsWith(day) ? `${start} – ${end.slice(day.length)}` : `${start} – ${end}`;
}
