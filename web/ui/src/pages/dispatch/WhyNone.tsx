// Why a request stays without a vehicle: the reason, what keeps how many vehicles away, and the smallest change
// that was seen to help.
import { Anchor, Box, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Unserved } from "../../api/dispatch";
import { wordFor } from "../../text/codes";
import { helpWords } from "./changeWords";
import { Obstacles } from "./Obstacles";

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
        <Anchor component={Link} to={`/trips/${unserved.order_id}`} size="sm">
          {t("ladder.look")}
        </Anchor>
        {change && (
          <List size="sm">
            <List.Item>{change}</List.Item>
          </List>
        )}
      </Stack>
    </Box>
  );
}
