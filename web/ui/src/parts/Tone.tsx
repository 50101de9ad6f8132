// A word on a coloured ground. Five tones with checked contrast; the word carries the meaning, the tone helps.
import type { ReactNode } from "react";
import "./tone.css";

export type ToneName = "neutral" | "info" | "good" | "warn" | "bad";

export function Tone({ tone, children }: { tone: ToneName; children: ReactNode }) {
  return (
    <span className="tone" data-tone={tone}>
      {children}
    </span>
  );
}
