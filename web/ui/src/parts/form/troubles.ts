// What is wrong with each field of a form, before it is sent and after the server has refused it: one sentence each.
import type { TFunction } from "i18next";
import { Problem } from "../../api/problem";
import { wordFor } from "../../text/codes";
import type { Field, FieldValue, Values } from "./fields";
import { type Bounds, numberTrouble, type Typed } from "./numbers";

export type Troubles = Readonly<Record<string, string>>;

export function numberSentence(t: TFunction, value: Typed, bounds: Bounds): string | null {
  const trouble = numberTrouble(value, bounds);
  return trouble && t(`form.${trouble}`, { min: bounds.min, max: bounds.max });
}

/** What the form itself can see. */
export function troublesOf(t: TFunction, fields: readonly Field[], values: Values): Troubles {
  const found = fields.map((field) => [field.name, troubleOf(t, field, values[field.name] ?? null)] as const);
  return Object.fromEntries(found.flatMap(([name, sentence]) => (sentence ? [[name, sentence]] : [])));
}

function troubleOf(t: TFunction, field: Field, value: FieldValue): string | null {
  const empty = value === null || (typeof value === "string" && value.trim() === "");
  if (empty) return field.required ? t(field.kind === "choice" ? "form.choose" : "form.required") : null;
  if (field.kind === "number" && typeof value !== "boolean") return numberSentence(t, value, field);
  if (field.pattern && typeof value === "string" && !field.pattern.like.test(value.trim()))
    return field.pattern.otherwise;
  return null;
}

interface Malformed {
  readonly field: string;
  readonly reason: string;
}

/** What the server refused, by the field it names; empty when it names none of this form. */
export function refusedFields(t: TFunction, names: readonly string[], refusal: unknown): Troubles {
  if (!(refusal instanceof Problem)) return {};
  const { code, params } = refusal;
  const field = String(params["field"] ?? "");
  if (code === "invalid" && names.includes(field)) return { [field]: reasonSentence(t, params) };
  if (code === "taken" && names.includes(field))
    return { [field]: t("form.taken", { value: params["value"] }) };
  if (code === "weak_password" && names.includes("password"))
    return { password: t("error.weak_password", params) };
  if (code !== "malformed" || !Array.isArray(params["fields"])) return {};
  const wrong = (params["fields"] as Malformed[]).map(({ field: path }) => path.replace(/^body\./, ""));
  return Object.fromEntries(
    wrong.filter((name) => names.includes(name)).map((name) => [name, t("form.wrong")]),
  );
}

/** Why a value is refused, with its figures: "less than the last reading, 12018". */
function reasonSentence(t: TFunction, params: Record<string, unknown>): string {
  const reason = String(params["reason"]);
  return t(`form.refused.${reason}`, { ...params, defaultValue: wordFor(t, "invalidReason", reason) });
}
