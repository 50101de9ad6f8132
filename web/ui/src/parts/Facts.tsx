// Names and values as a description list: the plain form of every fact shown elsewhere as picture or colour.
import type { ReactNode } from "react";
import "./facts.css";

export type Fact = readonly [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly (Fact | null)[] }) {
  return (
    <dl className="facts">
      {facts
        .filter((fact): fact is Fact => fact !== null)
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value ?? "—"}</dd>
          </div>
        ))}
    </dl>
  );
}
