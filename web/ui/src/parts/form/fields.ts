// The register's forms as data: which fields, of what kind, what may be chosen. Values are plain JSON. Pure.
import type { ToneName } from "../Tone";

export type FieldValue = string | number | boolean | null;
export type Values = Readonly<Record<string, FieldValue>>;

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** More about it, below its label in the list. */
  readonly about?: string;
  /** Its state in one word, beside its label in the list. */
  readonly mark?: { readonly tone: ToneName; readonly word: string };
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "number" | "choice" | "switch" | "date" | "moment" | "password";
  readonly hint?: string;
  readonly required?: boolean;
  readonly choices?: readonly Choice[];
  /** Of a choice whose list the server searches: what is typed. */
  readonly search?: (typed: string) => void;
  /** Of a number. */
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Of a text: what it must look like, and the sentence when it does not. */
  readonly pattern?: { readonly like: RegExp; readonly otherwise: string };
}

/** Empty fields are sent as null, so that "nothing" and "empty text" do not mix. */
export function clean(fields: readonly Field[], values: Values): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((field) => [field.name, cleaned(field, values[field.name] ?? null)]));
}

function cleaned({ kind, required }: Field, value: FieldValue): FieldValue {
  if (kind === "switch") return value === true;
  if (kind === "text" && !required) return typeof value === "string" ? value.trim() : "";
  return typeof value === "string" && value.trim() === "" ? null : value;
}

/** Only what differs from the row as it is stored. */
export function changes(fields: readonly Field[], before: Values, after: Values): Record<string, FieldValue> {
  const now = clean(fields, after);
  const old = clean(fields, before);
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== old[name]));
}

/** A field that somebody else changed while this form was open. */
export interface Clash {
  readonly name: string;
  readonly before: FieldValue;
  readonly theirs: FieldValue;
  /** What this person typed; undefined: he left the field alone. */
  readonly mine: FieldValue | undefined;
}

/** What changed between the row as it was first shown and as it is stored now, beside what this person changed. */
export function clashes(fields: readonly Field[], seen: Values, stored: Values, mine: Values): Clash[] {
  const before = clean(fields, seen);
  const theirs = clean(fields, stored);
  return fields
    .filter(({ name }) => before[name] !== theirs[name])
    .map((field) => ({
      name: field.name,
      before: before[field.name] ?? null,
      theirs: theirs[field.name] ?? null,
      mine: field.name in mine ? cleaned(field, mine[field.name] ?? null) : undefined,
    }))
    .filter(({ theirs: now, mine: own }) => own !== now);
}
