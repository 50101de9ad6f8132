// Instants and wall-clock times of the installation's zone, which need not be the reader's. Pure.
const partsCache = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${locale}|${JSON.stringify(options)}`;
  const known = partsCache.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options });
  partsCache.set(key, made);
  return made;
}

export type TimeStyle = "full" | "minute" | "clock" | "date";

const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};

/** One way to write dates everywhere, the same as in the forms: 2026-11-25, with the weekday where people plan. */
export function showInstant(
  instant: string | number | Date,
  zone: string,
  locale: string,
  style: TimeStyle,
): string {
  const parts = formatter(zone, locale, PARTS).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((each) => each.type === type)?.value.padStart(2, "0") ?? "";
  const clock = `${part("hour")}:${part("minute")}`;
  switch (style) {
    case "clock":
      return `${clock}:${part("second")}`;
    case "minute":
      return `${part("month")}-${part("day")} ${part("weekday")} ${clock}`;
    case "date":
      return `${part("year")}-${part("month")}-${part("day")} ${part("weekday")}`;
    default:
      return `${part("year")}-${part("month")}-${part("day")} ${clock}:${part("second")}`;
  }
}

/** Minutes the zone is ahead of UTC at an instant. */
function offsetMinutes(instantMs: number, zone: string): number {
  const parts = formatter(zone, "en-US", PARTS).formatToParts(new Date(instantMs));
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return Math.round((wall - Math.floor(instantMs / 1000) * 1000) / 60_000);
}

/** "2026-02-14 08:30[:00]" on the wall of the zone as an ISO instant. */
export function wallToInstant(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall.replace(" ", "T")}Z`);
  const first = asUtc - offsetMinutes(asUtc, zone) * 60_000;
  return new Date(asUtc - offsetMinutes(first, zone) * 60_000).toISOString();
}

/** The wall-clock time of the zone as "2026-02-14 08:30:00". */
export function instantToWall(instant: string | number | Date, zone: string): string {
  const ms = new Date(instant).getTime();
  return new Date(ms + offsetMinutes(ms, zone) * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

/** The day on the wall of the zone, "2026-02-14". */
export const dayOf = (instant: string | number | Date, zone: string): string =>
  instantToWall(instant, zone).slice(0, 10);

const A_DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (text: string | undefined): text is string =>
  text !== undefined && A_DAY.test(text) && Number.isFinite(Date.parse(`${text}T00:00Z`));

/** Days of the zone as the span of a query: from the beginning of the first to the end of the last. */
export function spanOfDays(
  first: string | undefined,
  last: string | undefined,
  zone: string,
): { from?: string; to?: string } {
  const after = isDay(last) ? new Date(Date.parse(`${last}T00:00Z`) + 86_400_000).toISOString() : null;
  return {
    ...(isDay(first) ? { from: wallToInstant(`${first} 00:00`, zone) } : {}),
    ...(after ? { to: wallToInstant(`${after.slice(0, 10)} 00:00`, zone) } : {}),
  };
}
