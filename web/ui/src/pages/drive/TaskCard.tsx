// One task of a driver: when, where, who to call, which vehicle, and the step that comes now.
import { Anchor, Box, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderRow } from "../../api/orders";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { Contact } from "../../parts/Contact";
import { Facts } from "../../parts/Facts";
import { spanOf, wayOf } from "../../parts/orderWords";
import { StepButtons } from "../../parts/StepButtons";
import { showPlate } from "../../text/plates";
import { drivingSteps } from "../trips/steps";
import { HandOver } from "./HandOver";

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
        <Text fw={600}>
          {wayOf(order)} · {t(order.round_trip ? "trips.roundTrip" : "trips.single")}
        </Text>
        <HandOver order={order} />
        <Facts
          facts={[
            [t("order.when"), spanOf(order, time)],
            [
              t("order.requester"),
              <Contact key="requester" name={order.requester_name} phone={order.requester_phone} />,
            ],
            order.assigned_by_name
              ? [
                  t("trips.assignedBy"),
                  <Contact key="by" name={order.assigned_by_name} phone={order.assigned_by_phone} />,
                ]
              : null,
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
