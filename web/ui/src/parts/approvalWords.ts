// How approval is said: who a level is, the figures of a reason, what the budget says, what an edit changed. Pure.
import type { TFunction } from "i18next";
import type { ApprovalLevel, BudgetNow } from "../api/approval";
import { wordFor } from "../text/codes";
import type { ToneName } from "./Tone";

type Figures = Readonly<Record<string, unknown>>;

export function whoOf(t: TFunction, level: Pick<ApprovalLevel, "who" | "who_name">): string {
  const { role, of, post } = level.who as Record<string, string | undefined>;
  if (post) return wordFor(t, "approval.post", post);
  if (role)
    return t(of === "parent" ? "approval.who.above" : "approval.who.unit", {
      role: wordFor(t, "role", role),
    });
  return level.who_name ?? t("approval.who.named");
}

/** The figures a row looked at, as a short list of words. */
export function figureWords(t: TFunction, figures: Figures): string[] {
  const words: string[] = [];
  const text = (name: string) => (typeof figures[name] === "string" ? (figures[name] as string) : undefined);
  if (text("type")) words.push(wordFor(t, "orderType", text("type")));
  if (text("vehicle_class")) words.push(wordFor(t, "vehicleClass", text("vehicle_class")));
  if (text("place")) {
    const by = text("place_by");
    words.push(wordFor(t, "approval.place", text("place")));
    if (by === "distance" || by === "unknown") words.push(t(`approval.placeBy.${by}`));
  }
  if (text("time")) words.push(wordFor(t, "approval.time", text("time")));
  const off = figures["days_off"];
  if (Array.isArray(off) && off.length > 0) words.push(off.join(t("punctuation.comma")));
  if (figures["provisional"] === true) words.push(t("approval.provisional"));
  if (typeof figures["duration_h"] === "number")
    words.push(t("approval.hours", { count: figures["duration_h"], limit: figures["limit_h"] }));
  if ("distance_km" in figures)
    words.push(
      figures["distance_km"] === null
        ? t("approval.kmUnknown", { limit: figures["limit_km"] })
        : t("approval.km", { count: figures["distance_km"] as number, limit: figures["limit_km"] }),
    );
  return words;
}

export const yuan = (cents: number): string => (cents / 100).toFixed(2);

/** What the budget says, and how loudly. */
export function budgetWords(t: TFunction, budget: BudgetNow): { tone: ToneName; text: string } {
  const cost =
    budget.cost_cents === null
      ? t("approval.budget.costUnknown")
      : t("approval.budget.cost", { amount: yuan(budget.cost_cents) });
  const left = budget.left_cents === null ? "" : yuan(Math.abs(budget.left_cents));
  const standing = t(`approval.budget.${budget.standing as "within" | "over" | "not_set" | "unknown_cost"}`, {
    left,
  });
  const tone: ToneName = budget.blocks ? "bad" : budget.standing === "within" ? "info" : "warn";
  return {
    tone,
    text: [cost, standing, budget.blocks ? t("approval.budget.blocks") : ""].filter(Boolean).join(" "),
  };
}

/** A value of an order as people write it; instants and places are the ones a person reads. */
export function valueWords(
  t: TFunction,
  field: string,
  value: unknown,
  time: (instant: string) => string,
): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (Array.isArray(value)) return value.map((each) => valueWords(t, field, each, time)).join(" → ") || "—";
  if (typeof value === "object") return String((value as { name?: unknown }).name ?? "—");
  if (field.endsWith("_at")) return time(String(value).replace(" ", "T"));
  if (field === "class_wanted") return wordFor(t, "vehicleClass", String(value));
  if (field === "purpose") return wordFor(t, "purposeKind", String(value));
  return String(value);
}
