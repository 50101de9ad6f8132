// One chip per state with its shape and count; choosing some hides the others in list and map.
import { Group, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { VehicleRow } from "./rows";
import { StateMark } from "./StateMark";

const ORDER: readonly VehicleRow["state"][] = [
  "suspected",
  "no_order",
  "on_order",
  "parked",
  "silent",
  "absent",
  "hidden",
];

interface StateChipsProps {
  rows: readonly VehicleRow[];
  chosen: ReadonlySet<string>;
  onChange: (states: string | null) => void;
}

export function StateChips({ rows, chosen, onChange }: StateChipsProps) {
  const { t } = useTranslation();
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  const toggle = (state: string) => {
    const next = new Set(chosen);
    if (!next.delete(state)) next.add(state);
    onChange([...next].join(",") || null);
  };
  return (
    <Group gap={6} role="group" aria-label={t("map.states")}>
      {ORDER.filter((state) => state !== "hidden" || count(state) > 0).map((state) => (
        <UnstyledButton
          key={state}
          className="state-chip"
          aria-pressed={chosen.has(state)}
          onClick={() => toggle(state)}
        >
          <StateMark state={state} size={13} />
          {t(`map.state.${state}`)}
          <span className="num">{count(state)}</span>
        </UnstyledButton>
      ))}
    </Group>
  );
}
