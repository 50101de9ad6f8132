// What every part of the booking form gets.
import type { Draft, Missing } from "./draft";

export interface FieldsProps {
  draft: Draft;
  /** What to complain about; empty until the person tried to send. */
  missing: readonly Missing[];
  onChange: (changes: Partial<Draft>) => void;
}
