// What was said of a trip on its way: reasons, and stops that were allowed.
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { useTime } from "../app/useTime";
import { wordFor } from "../text/codes";
import { spanOf } from "./orderWords";

interface SaidListProps {
  statements: readonly Schemas["StatementRow"][];
  stops: readonly Schemas["AllowedStopRow"][];
  none: string;
  /** What the reasons stand beside: a stop that was allowed after it began excuses nothing of it. */
  besides?: string;
}

export function SaidList({ statements, stops, none, besides }: SaidListProps) {
  const { t } = useTranslation();
  const time = useTime();
  const later = (at: string) => besides !== undefined && Date.parse(at) > Date.parse(besides);
  if (statements.length + stops.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <Stack gap="xs">
      {statements.map((each) => (
        <div key={each.id}>
          <Text size="sm">
            <strong>{wordFor(t, "whyAside", each.reason)}</strong>
            {" · "}
            <span className="num">
              {spanOf({ planned_start_at: each.from_at, planned_end_at: each.to_at }, time)}
            </span>
          </Text>
          {each.words && <Text size="sm">{each.words}</Text>}
          <Text size="xs" c="dimmed">
            {t("said.by", { name: each.person_name, role: t(`said.as.${each.said_as}`) })} ·{" "}
            {time(each.said_at, "full")}
          </Text>
        </div>
      ))}
      {stops.map((stop) => (
        <div key={stop.id}>
          <Text size="sm">
            <strong>{t("said.allowed")}</strong> · {stop.name} · {t("said.around", { radius: stop.radius_m })}
          </Text>
          <Text size="xs" c="dimmed">
            {t("said.allowedBy", {
              name: stop.approver_name,
              at: time(stop.approved_at, "full"),
              reason: stop.reason,
            })}
          </Text>
          {later(stop.approved_at) && <Text size="xs">{t("said.later")}</Text>}
        </div>
      ))}
    </Stack>
  );
}
