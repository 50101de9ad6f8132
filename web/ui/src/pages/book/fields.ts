// What every part of the booking form gets.
import type { Draft, FieldName } from "./draft";

export interface FieldsProps {
  draft: Draft;
  /** What is wrong, in words; what the form itself sees is empty until the person tried to send. */
  troubles: Readonly<Partial<Record<FieldName, string>>>;
  idOf: (field: FieldName) => string;
  onChange: (changes: Partial<Draft>) => void;
}

/** What a list offers, with what the draft has beside the usual. */
export const withOwn = (usual: readonly number[], own: number): number[] =>
  [...new Set([...usual, own])].sort((a, b) => a - b);
