// The numbers a fault rests on, as one readable line.
import type { TFunction } from "i18next";
import { measured } from "../../app/measure";
import { wordFor } from "../../text/codes";

export const FAULTS = ["offline", "no_fix", "stuck", "clock", "tamper", "cloned"] as const;
export const CAUSES = [
  "power",
  "antenna",
  "sim",
  "device",
  "configuration",
  "clock",
  "removed",
  "vehicle_laid_up",
  "no_coverage",
  "other",
] as const;

/** Values that are codes themselves, and the group of their words. */
const GROUPS: Record<string, string> = { alarm: "deviceAlarm", last_word: "deviceLine" };

export function evidenceLine(t: TFunction, evidence: Record<string, unknown> | undefined): string {
  return Object.entries(evidence ?? {})
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const group = GROUPS[name];
      const said = group && typeof value === "string" ? wordFor(t, group, value) : measured(t, name, value);
      return `${wordFor(t, "deviceMetric", name)} ${said}`;
    })
    .join(t("punctuation.comma"));
}
