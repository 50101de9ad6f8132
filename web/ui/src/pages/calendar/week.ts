// A week of hours as people write it: "08:30-12:00 13:30-17:30" a day. Pure.
import type { Week } from "../../api/calendar";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "adjusted_workday"] as const;

const INTERVAL = /^(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})$/;
const clock = (hours = "", minutes = "") => `${hours.padStart(2, "0")}:${minutes}`;

/** The intervals of a day; null when a part of it is none. */
export function intervalsOf(text: string): [string, string][] | null {
  const parts = text
    .replaceAll("：", ":")
    .split(/[\s,，;；、]+/)
    .filter(Boolean);
  const found = parts.map((part) => INTERVAL.exec(part));
  if (found.some((each) => each === null)) return null;
  return found.map((each) => [clock(each?.[1], each?.[2]), clock(each?.[3], each?.[4])]);
}

export const textOf = (intervals: Week[string] | undefined): string =>
  (intervals ?? []).map(([start, end]) => `${start}-${end}`).join(" ");

/** Days with the same hours together, in the order of the week: [["mon", "fri"], "08:30-17:30"]. */
export function groupsOf(week: Week): { days: readonly string[]; hours: string }[] {
  const groups: { days: string[]; hours: string }[] = [];
  for (const day of WEEKDAYS) {
    const hours = textOf(week[day]);
    if (!hours) continue;
    const last = groups.at(-1);
    const before = WEEKDAYS[WEEKDAYS.indexOf(day) - 1];
    if (last && last.hours === hours && last.days.at(-1) === before && day !== "adjusted_workday")
      last.days.push(day);
    else groups.push({ days: [day], hours });
  }
  return groups;
}

const MONTH_DAY = /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Both empty, both a month and day, or dates of which one may be missing. */
export const endsFit = (from: string, to: string): boolean =>
  (MONTH_DAY.test(from) && MONTH_DAY.test(to)) || [from, to].every((each) => each === "" || DATE.test(each));

export const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
