// Why a request stays without a vehicle: the reason, what keeps how many vehicles away, and the smallest change
// that was seen to help.
import { Box, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Unserved } from "../../api/dispatch";
import { wordFor } from "../../text/codes";
import { helpWords } from "./changeWords";
import { Obstacles } from "./Obstacles";
import { OtherWays } from "./OtherWays";

export function WhyNone({ unserved }: { unserved: Unserved }) {
  const { t } = useTranslation();
  const change = helpWords(t, unserved);
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
        <OtherWays orderId={unserved.order_id} />
      </Stack>
    </Box>
  );
}
