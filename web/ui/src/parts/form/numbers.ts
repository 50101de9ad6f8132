// Numbers as people type them: kept as typed when they are none, never brought into bounds behind anybody's back. Pure.

/** A number; null for nothing; the text itself when it is no number. */
export type Typed = number | string | null;

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** No fractions. */
  readonly whole?: boolean;
}

export type NumberTrouble = "notNumber" | "notWhole" | "tooSmall" | "tooBig";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;

export function typedNumber(text: string): Typed {
  const plain = text.normalize("NFKC").trim();
  if (plain === "") return null;
  return NUMBER.test(plain) ? Number(plain) : text;
}

/** What is wrong with it; nothing typed is no trouble of this kind. */
export function numberTrouble(value: Typed, { min, max, whole = false }: Bounds): NumberTrouble | null {
  if (value === null) return null;
  if (typeof value === "string") return "notNumber";
  if (whole && !Number.isInteger(value)) return "notWhole";
  if (min !== undefined && value < min) return "tooSmall";
  if (max !== undefined && value > max) return "tooBig";
  return null;
}
