// One task of a driver: when, where, who, which vehicle, and the step that comes now.
import { Anchor, Box, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderRow } from "../../api/orders";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { Facts } from "../../parts/Facts";
import { spanOf, wayOf } from "../../parts/orderWords";
import { StepButtons } from "../../parts/StepButtons";
import { drivingSteps } from "../trips/steps";
import { showPlate } from "../../text/plates";

export function TaskCard({ order, next }: { order: OrderRow; next: boolean }) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <Box
      component="article"
      className="panel"
      p="md"
      style={next ? { borderColor: "var(--mantine-color-anchor)", borderWidth: 2 } : {}}
    >
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={700} size="lg" className="num">
            {showPlate(order.plate)}
          </Text>
          <OrderState state={order.state} />
        </Group>
        <Text fw={600}>{wayOf(order)}</Text>
        <Facts
          facts={[
            [t("order.when"), spanOf(order, time)],
            [t("order.requester"), order.requester_name ?? "—"],
            [t("order.passengers"), order.passengers],
            [t("order.purpose"), order.purpose_text || "—"],
          ]}
        />
        <StepButtons order={order} steps={drivingSteps(order.state)} size="lg" grow />
        <Anchor component={Link} to={`/trips/${order.id}`} size="sm">
          {t("drive.details", { number: order.order_no })}
        </Anchor>
      </Stack>
    </Box>
  );
}
