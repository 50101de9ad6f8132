// Why a request stays without a vehicle: the reason, what keeps how many vehicles away, and the smallest change
// that was seen to help.
import { Box, List, Stack, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Unserved } from "../../api/dispatch";
import { duration } from "../../app/measure";
import { wordFor } from "../../text/codes";
import { Obstacles } from "./Obstacles";

export function WhyNone({ unserved }: { unserved: Unserved }) {
  const { t } = useTranslation();
  const change = changeWords(t, unserved.smallest_change);
  return (
    <Box
      p="sm"
      style={{ borderRadius: 8, background: "var(--tone-warn-ground)", color: "var(--tone-warn-text)" }}
    >
      <Stack gap="xs">
        <Text size="sm" fw={650}>
          {t("dispatch.none_for", { reason: wordFor(t, "unservedReason", unserved.reason) })}
        </Text>
        <Obstacles obstacles={unserved.obstacles} />
        {change && (
          <List size="sm">
            <List.Item>{change}</List.Item>
          </List>
        )}
      </Stack>
    </Box>
  );
}

function changeWords(t: TFunction, change: Readonly<Record<string, unknown>> | null): string | null {
  if (!change) return null;
  const { earlier_s: earlier, later_s: later, vehicle_added: added, limit, by } = change;
  if (typeof earlier === "number") return t("dispatch.change.earlier", { duration: duration(t, earlier) });
  if (typeof later === "number") return t("dispatch.change.later", { duration: duration(t, later) });
  if (added !== undefined) return t("dispatch.change.vehicle");
  if (typeof limit !== "string") return null;
  return t("dispatch.change.limit", { limit: wordFor(t, "limit", limit), by: String(by) });
}
