// Days of a month for a grid that begins on Monday, and what kind of day each is. Pure.
import type { StatedDay } from "../../api/register";

export function monthDays(year: number, month: number): (string | null)[] {
  const first = new Date(Date.UTC(year, month, 1));
  const blanks = (first.getUTCDay() + 6) % 7;
  const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const days = Array.from({ length: count }, (_, index) =>
    new Date(Date.UTC(year, month, index + 1)).toISOString().slice(0, 10),
  );
  return [...Array.from({ length: blanks }, () => null), ...days];
}

export function dayKind(day: string, stated: Pick<StatedDay, "kind"> | undefined): string {
  if (stated) return stated.kind;
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6 ? "weekend" : "workday";
}

export const daysOfYear = (year: number): number =>
  (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / 86_400_000;
