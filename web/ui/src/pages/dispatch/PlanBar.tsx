// The suggestion as a whole: how many requests it serves, on which travel times, accept or discard.
import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plan } from "../../api/dispatch";
import { Note } from "../../parts/Note";
import { wordFor } from "../../text/codes";

interface PlanBarProps {
  plan: Plan;
  served: number;
  busy: boolean;
  onAcceptAll: () => void;
  onDiscard: () => void;
}

export function PlanBar({ plan, served, busy, onAcceptAll, onDiscard }: PlanBarProps) {
  const { t } = useTranslation();
  return (
    <Note tone="info" mb="md" role="status">
      <Group justify="space-between" gap="sm">
        <div>
          <Text fw={650} size="sm">
            {t("dispatch.plan", { served, unserved: plan.unassigned.length })}
          </Text>
          <Text size="sm">
            {t("dispatch.times", { source: wordFor(t, "travelTimes", plan.travel_times) })}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={onDiscard}>
            {t("dispatch.discard")}
          </Button>
          {served > 0 && (
            <Button size="xs" loading={busy} onClick={onAcceptAll}>
              {t("dispatch.acceptAll", { count: served })}
            </Button>
          )}
        </Group>
      </Group>
    </Note>
  );
}
