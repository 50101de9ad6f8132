// How the rulebook says whom something concerns, what a version says, and between what a value may lie.
import type { TFunction } from "i18next";
import { measured } from "../../app/measure";
import type { ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

export const STANDINGS = ["planned", "in_force", "over"] as const;
export const STANDING_TONES: Record<string, ToneName> = {
  planned: "info",
  in_force: "good",
  over: "neutral",
};
export const STATE_TONES: Record<string, ToneName> = {
  draft: "neutral",
  proposed: "warn",
  in_force: "good",
  withdrawn: "neutral",
};
export const PROFILES = ["strict", "normal", "grassroots"] as const;
export const TOUCHES = ["rule-changes", "rule-versions", "rule-mutes", "rulebook", "rule-back-test"];
/** The highest bound that says nothing. */
const NO_BOUND = 1e6;

interface Whom {
  readonly unit: string | null;
  readonly vehicle_class?: string | null;
  readonly plate?: string | null;
}

export const whom = (t: TFunction, { unit, vehicle_class, plate }: Whom): string => {
  if (plate) return showPlate(plate);
  const of = unit ?? t("rulebook.everybody");
  return vehicle_class ? `${of} · ${wordFor(t, "vehicleClass", vehicle_class)}` : of;
};

export const parameterName = (t: TFunction, name: string): string =>
  t(`parameter.${name}`, { defaultValue: name });

/** What is typed is in the unit the name ends with. */
export function nameWithUnit(t: TFunction, name: string): string {
  const unit = name.slice(name.lastIndexOf("_") + 1);
  if (!["m", "km", "s", "min", "kmh"].includes(unit)) return parameterName(t, name);
  return t("rulebook.withUnit", {
    name: parameterName(t, name),
    unit: t(`measure.${unit}`, { value: "" }).trim(),
  });
}

/** "路线两侧范围 300 米，..." */
export function valuesSaid(
  t: TFunction,
  parameters: Readonly<Record<string, unknown>> | null | undefined,
): string {
  const said = Object.entries(parameters ?? {}).map(
    ([name, value]) => `${parameterName(t, name)} ${measured(t, name, value)}`,
  );
  return said.join(t("punctuation.comma")) || t("rulebook.profilesValues");
}

export function rangeSaid(
  t: TFunction,
  { at_least, at_most }: { at_least: number | null; at_most: number | null },
): string {
  if (at_least === null || at_most === null) return "—";
  return at_most >= NO_BOUND
    ? t("rulebook.rangeFrom", { least: at_least })
    : t("rulebook.rangeOf", { least: at_least, most: at_most });
}
