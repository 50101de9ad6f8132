// Civil months as texts. Pure.

/** The month of a day, as 2026-03. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The month of a day and those before it, the newest first. */
export function monthsBefore(day: string, count: number): string[] {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return Array.from({ length: count }, (_, back) => {
    const at = year * 12 + month - 1 - back;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
  });
}

/** The last day of the month a day lies in. */
export function lastDayOf(day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
