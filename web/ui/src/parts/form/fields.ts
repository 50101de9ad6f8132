// The register's forms as data: which fields, of what kind, what may be chosen. Values are plain JSON. Pure.
export type FieldValue = string | number | boolean | null;
export type Values = Readonly<Record<string, FieldValue>>;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "number" | "choice" | "switch" | "date" | "password";
  readonly hint?: string;
  readonly required?: boolean;
  readonly choices?: readonly Choice[];
  readonly min?: number;
  readonly max?: number;
}

/** Empty fields are sent as null, so that "nothing" and "empty text" do not mix. */
export function clean(fields: readonly Field[], values: Values): Record<string, FieldValue> {
  return Object.fromEntries(
    fields.map(({ name, kind, required }) => {
      const value = values[name] ?? null;
      if (kind === "switch") return [name, value === true];
      if (kind === "text" && !required) return [name, typeof value === "string" ? value.trim() : ""];
      return [name, typeof value === "string" && value.trim() === "" ? null : value];
    }),
  );
}

/** Only what differs from the row the edit started from. */
export function changes(fields: readonly Field[], before: Values, after: Values): Record<string, FieldValue> {
  const cleaned = clean(fields, after);
  const old = clean(fields, before);
  return Object.fromEntries(Object.entries(cleaned).filter(([name, value]) => value !== old[name]));
}

export const missingFields = (fields: readonly Field[], values: Values): string[] =>
  fields
    .filter(
      ({ name, required }) =>
        required && (values[name] === null || values[name] === undefined || values[name] === ""),
    )
    .map(({ name }) => name);
