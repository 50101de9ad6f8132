// The fleet policy as a form has it, and back: only what somebody stated is sent. Pure.
import type { PolicyContent, Restriction } from "../../api/fleetPolicy";
import type { Typed } from "../../parts/form/numbers";

export interface RestrictionForm {
  readonly key: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly weekdays: readonly string[];
  readonly digits: readonly string[];
  readonly exemptClasses: readonly string[];
  readonly nevExempt: boolean;
  readonly daysOffExempt: boolean;
  /** What this form does not show and must not lose. */
  readonly kept: Pick<Restriction, "letter_as" | "area_id">;
}

export interface Form {
  readonly purposes: Readonly<Record<string, string[]>>;
  readonly turnaroundMin: Typed;
  readonly farthestKm: Readonly<Record<string, Typed>>;
  readonly restrictions: readonly RestrictionForm[];
  readonly reservePct: Typed;
  readonly chargingMin: Typed;
  readonly unknownRange: boolean;
  readonly unknownPapers: boolean;
}

let made = 0;
const nextKey = (): string => `restriction-${++made}`;

export const newRestriction = (): RestrictionForm => ({
  key: nextKey(),
  name: "",
  from: "",
  to: "",
  weekdays: [],
  digits: [],
  exemptClasses: [],
  nevExempt: false,
  daysOffExempt: false,
  kept: {},
});

export const formOf = (content: PolicyContent): Form => ({
  purposes: content.purposes ?? {},
  turnaroundMin: content.turnaround_min ?? 15,
  farthestKm: content.farthest_km ?? {},
  restrictions: (content.restrictions ?? []).map((each) => ({
    key: nextKey(),
    name: each.name,
    from: each.from ?? "",
    to: each.to ?? "",
    weekdays: each.weekdays.map(String),
    digits: each.digits.map(String),
    exemptClasses: each.exempt_classes ?? [],
    nevExempt: each.nev_exempt ?? false,
    daysOffExempt: each.days_off_exempt ?? false,
    kept: { letter_as: each.letter_as ?? null, area_id: each.area_id ?? null },
  })),
  reservePct: content.energy?.reserve_pct ?? 20,
  chargingMin: content.energy?.charging_min ?? null,
  unknownRange: content.energy?.unknown_range_blocks ?? false,
  unknownPapers: content.unknown_papers_block ?? false,
});

const empty = (value: Typed): boolean => value === null || value === "";

/** What is sent: an empty field is left out, and a value that is none is left for the server to refuse by its name. */
export const stated = (form: Form): unknown => ({
  purposes: Object.fromEntries(Object.entries(form.purposes).filter(([, classes]) => classes.length > 0)),
  ...(empty(form.turnaroundMin) ? {} : { turnaround_min: form.turnaroundMin }),
  farthest_km: Object.fromEntries(Object.entries(form.farthestKm).filter(([, km]) => !empty(km))),
  restrictions: form.restrictions.map((each) => ({
    name: each.name.trim(),
    weekdays: each.weekdays.map(Number).sort((a, b) => a - b),
    digits: each.digits.map(Number).sort((a, b) => a - b),
    from: each.from.trim() || "00:00",
    to: each.to.trim() || "24:00",
    nev_exempt: each.nevExempt,
    days_off_exempt: each.daysOffExempt,
    exempt_classes: [...each.exemptClasses],
    ...each.kept,
  })),
  energy: {
    ...(empty(form.reservePct) ? {} : { reserve_pct: form.reservePct }),
    charging_min: empty(form.chargingMin) ? null : form.chargingMin,
    unknown_range_blocks: form.unknownRange,
  },
  unknown_papers_block: form.unknownPapers,
});
