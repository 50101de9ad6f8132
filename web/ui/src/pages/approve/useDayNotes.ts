// What is unusual about a request: day off, quiet hours, short notice. The same reading as in the booking form.
import { useQuery } from "@tanstack/react-query";
import type { OrderRow } from "../../api/orders";
import { readCalendar } from "../../api/register";
import { instantToWall } from "../../app/time";
import { calendarNotes, emptyDraft, USUAL_NOTICE_MIN } from "../book/draft";

export type Note = "dayOff" | "offHours" | "shortNotice";

export function useDayNotes(order: OrderRow, zone: string): Note[] {
  const startWall = instantToWall(order.planned_start_at, zone);
  const year = Number(startWall.slice(0, 4));
  const calendar = useQuery({
    queryKey: ["calendar", year],
    queryFn: () => readCalendar(year),
    staleTime: 3_600_000,
  });
  const startMs = Date.parse(order.planned_start_at);
  const durationMin = (Date.parse(order.planned_end_at) - startMs) / 60_000;
  const draft = { ...emptyDraft(startMs, zone), startWall, durationMin };
  const { off, offHours } = calendarNotes(draft, calendar.data ?? []);
  const noticeMin = (startMs - Date.parse(order.created_at)) / 60_000;
  return [
    ...(off ? (["dayOff"] as const) : []),
    ...(offHours && !off ? (["offHours"] as const) : []),
    ...(noticeMin < USUAL_NOTICE_MIN ? (["shortNotice"] as const) : []),
  ];
}
