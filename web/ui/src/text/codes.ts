// Sentences for codes the server sends: errors, reasons, states, rules. An unknown code is shown as itself
// with its parameters, never hidden. Parameters that are codes themselves are put into words first.
import i18n, { type TFunction } from "i18next";
import { Problem } from "../api/problem";
import { duration } from "../app/measure";
import { flagsOf } from "../live/quality";
import { showPlate } from "./plates";

export interface CodeWithParams {
  code: string;
  params?: Record<string, unknown> | null;
}

/** Parameters whose values are codes of a group of texts. */
const PARAM_GROUPS: Record<string, string> = {
  state: "orderState",
  action: "orderStep",
  field: "field",
  reason: "invalidReason",
  what: "conflict",
  first: "duty",
  second: "duty",
  vehicle_class: "vehicleClass",
  wanted: "vehicleClass",
  role: "role",
  rule: "ruleName",
  fault: "deviceFault",
  command: "commandKind",
  event: "fenceEvent",
  status: "vehicleStatus",
  severity: "severity",
  kind: "dayKind",
  travel_times: "travelTimes",
  obstacle: "obstacle",
  trigger: "disruption",
  upkeep_kind: "upkeepKind",
  fit: "noFit",
  training: "training",
};

function spoken(t: TFunction, name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => spoken(t, name, each)).join(t("punctuation.comma"));
  if (typeof value === "number" && name.endsWith("_s")) return duration(t, value);
  if (typeof value !== "string") return value;
  if (name === "plate") return showPlate(value);
  const group = PARAM_GROUPS[name];
  if (group === "duty" && !i18n.exists(`duty.${value}`))
    return t("duty.asRole", { role: wordFor(t, "role", value) });
  return group ? wordFor(t, group, value) : value;
}

/** A word for a code of a group, for instance a vehicle class; the code itself when there is none. */
export function wordFor(t: TFunction, group: string, code: string | null | undefined): string {
  if (!code) return "—";
  const key = `${group}.${code}`;
  const text = t(key, { defaultValue: code });
  return typeof text === "string" ? text : code;
}

/** What is said against a fix. */
export const flagWords = (t: TFunction, quality: number): string =>
  flagsOf(quality)
    .map((flag) => wordFor(t, "fixFlag", flag))
    .join(t("punctuation.comma"));

/** A reason as the server writes it, which its description leaves open. */
export const asCode = (reason: Readonly<Record<string, unknown>>): CodeWithParams => ({
  code: String(reason["code"]),
  params: (reason["params"] ?? {}) as Record<string, unknown>,
});

export function sentence(t: TFunction, group: string, { code, params }: CodeWithParams): string {
  const filled = Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]) => [name, spoken(t, name, value)]),
  );
  const fallback = Object.keys(filled).length ? `${code} ${JSON.stringify(filled)}` : code;
  const count = Number(filled["count"]);
  return t(`${group}.${code}`, {
    ...filled,
    ...(Number.isFinite(count) ? { count } : {}),
    defaultValue: fallback,
  });
}

export function errorSentence(t: TFunction, error: unknown): string {
  if (error instanceof Problem) return sentence(t, "error", error);
  return t("error.unexpected");
}
