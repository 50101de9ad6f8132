// Numbers with units as people read them. Units come from the name's ending, as everywhere in this system. Pure.
import type { TFunction } from "i18next";

export function distance(t: TFunction, metres: number | null | undefined): string {
  if (metres === null || metres === undefined) return "—";
  return metres < 950
    ? t("measure.m", { value: Math.round(metres) })
    : t("measure.km", { value: (metres / 1000).toFixed(metres < 99_500 ? 1 : 0) });
}

export function duration(t: TFunction, seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "—";
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return t("measure.s", { value: Math.round(seconds) });
  if (minutes < 60) return t("measure.min", { value: minutes });
  const rest = minutes % 60;
  const hours = t("measure.h", { value: Math.floor(minutes / 60) });
  return rest ? `${hours} ${t("measure.min", { value: rest })}` : hours;
}

export function money(cents: number | null | undefined, locale: string): string {
  if (cents === null || cents === undefined) return "—";
  return new Intl.NumberFormat(locale, { style: "currency", currency: "CNY" }).format(cents / 100);
}

/** Rounded down: what stayed below a limit must not read as if it had reached it. */
function floored(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.floor(value * factor + 1e-6) / factor;
}

function measuredDistance(t: TFunction, metres: number): string {
  if (metres < 1000) return t("measure.m", { value: floored(metres, 0) });
  return t("measure.km", { value: floored(metres / 1000, metres < 10_000 ? 2 : 1) });
}

function measuredDuration(t: TFunction, seconds: number): string {
  if (seconds < 60) return t("measure.s", { value: floored(seconds, 0) });
  if (seconds < 600) return t("measure.min", { value: floored(seconds / 60, 1) });
  return duration(t, floored(seconds / 60, 0) * 60);
}

/** A measured value or parameter of a rule, by the unit its name ends with. */
export function measured(t: TFunction, name: string, value: unknown): string {
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "number") {
    if (name.endsWith("_m")) return measuredDistance(t, value);
    if (name.endsWith("_km")) return measuredDistance(t, value * 1000);
    if (name.endsWith("_min")) return measuredDuration(t, value * 60);
    if (name.endsWith("_s")) return measuredDuration(t, value);
    if (name.endsWith("_kmh")) return t("measure.kmh", { value: Math.round(value) });
    if (name.endsWith("_ratio")) return value.toFixed(2);
    return Number.isInteger(value) ? value.toString() : value.toFixed(1);
  }
  if (Array.isArray(value))
    return value.map((each) => measuredWord(t, each)).join(t("punctuation.comma")) || "—";
  if (typeof value === "string") return measuredWord(t, value);
  return value === null || value === undefined ? "—" : JSON.stringify(value);
}

const measuredWord = (t: TFunction, value: unknown): string =>
  t(`metricValue.${String(value)}`, { defaultValue: String(value) });
