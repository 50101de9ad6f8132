// What a fence may be: its kinds and classes, as choices.
import type { TFunction } from "i18next";
import type { Choice, Field, Values } from "../../parts/form/fields";
import { wordChoices } from "../admin/choices";

export const KINDS = [
  "depot",
  "allowed",
  "forbidden",
  "sensitive",
  "rural",
  "administrative",
  "watched",
  "subsidy_zone",
] as const;
export const PLACES = [
  "hotel",
  "scenic",
  "restaurant",
  "entertainment",
  "private_club",
  "market",
  "residential",
  "school",
  "hospital",
  "station",
  "office",
  "government",
] as const;
export const LEVELS = ["province", "city", "county", "township"] as const;
export const SHAPES = ["polygon", "circle", "corridor"] as const;
export const DATUMS = ["WGS84", "CGCS2000", "GCJ02", "BD09"] as const;

export const categoryChoices = (t: TFunction, kind: unknown): readonly Choice[] =>
  wordChoices(t, "placeKind", kind === "administrative" ? LEVELS : PLACES);

/** What is said about a fence beside its shape. */
export function fieldsOf(t: TFunction, values: Values, known: boolean): Field[] {
  const kind = values["kind"];
  return [
    { name: "name", label: t("fence.name"), kind: "text", required: true },
    { name: "name_en", label: t("fence.nameEn"), kind: "text" },
    ...(known
      ? []
      : [
          {
            name: "code",
            label: t("fence.code"),
            kind: "text",
            required: true,
            hint: t("fence.codeHint"),
          } as const,
          {
            name: "kind",
            label: t("fence.kind"),
            kind: "choice",
            required: true,
            choices: wordChoices(t, "areaKind", KINDS),
          } as const,
        ]),
    ...(kind === "sensitive" || kind === "watched" || kind === "administrative"
      ? [
          {
            name: "category",
            label: t(kind === "administrative" ? "fence.level" : "fence.category"),
            kind: "choice",
            choices: categoryChoices(t, kind),
          } as const,
        ]
      : []),
    ...(kind === "depot"
      ? [
          {
            name: "capacity",
            label: t("fence.capacity"),
            kind: "number",
            whole: true,
            min: 0,
            max: 10_000,
            hint: t("fence.capacityHint"),
          } as const,
        ]
      : []),
    { name: "speed_limit_kmh", label: t("fence.limit"), kind: "number", min: 1, max: 200 },
    { name: "effective_at", label: t("fence.effective"), kind: "moment", hint: t("fence.effectiveHint") },
  ];
}
