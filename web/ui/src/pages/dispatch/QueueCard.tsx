// One request in the queue, with what the suggestion has for it: a vehicle and why, or why none.
import { Box, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Proposed, QueueRow, Unserved } from "../../api/dispatch";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { Note } from "../../parts/Note";
import { spanOf, wayOf } from "../../parts/orderWords";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { AssignDialog, type Preset } from "./AssignDialog";
import { Feasibility } from "./Feasibility";
import { Proposal } from "./Proposal";
import { WhyNone } from "./WhyNone";

interface QueueCardProps {
  order: QueueRow;
  check: ReactNode;
  proposed: Proposed | null;
  unserved: Unserved | null;
  busy: boolean;
  onAccept: () => void;
}

export function QueueCard({ order, check, proposed, unserved, busy, onAccept }: QueueCardProps) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const [assigning, setAssigning] = useState<Preset | null>(null);
  const back = order.given_back;
  return (
    <Box component="article" className="panel" p="md">
      <SimpleGrid cols={{ base: 1, md: proposed || unserved ? 2 : 1 }} spacing="md">
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <Box pt={3}>{check}</Box>
          <Stack gap={3} style={{ minWidth: 0, flex: 1 }}>
            <Group gap="xs">
              <Link to={`/trips/${order.id}`} className="row-link">
                {t("order.number", { number: order.order_no })}
              </Link>
              <OrderState state={order.state} />
              <Feasibility order={order} />
              <Button size="compact-sm" variant="default" ml="auto" onClick={() => setAssigning({})}>
                {t("dispatch.manual")}
              </Button>
            </Group>
            <Text size="sm" fw={600}>
              {wayOf(order)}
            </Text>
            <Text size="sm">
              {spanOf(order, time)} · {t("dispatch.people", { count: order.passengers })}
              {order.class_wanted ? ` · ${t(`vehicleClass.${order.class_wanted}`)}` : ""}
            </Text>
            {order.wait_state && (
              <Text size="sm">
                {t("waiting.queue", { state: wordFor(t, "waitState", order.wait_state) })}
                {order.held_kind && ` · ${showPlate(order.held_plate)} ${time(order.held_until ?? "")}`}
              </Text>
            )}
            {back && order.state === "reassigning" && (
              <Note tone="warn" py={6}>
                {t(back.action === "order.refuse" ? "dispatch.refusedBy" : "dispatch.givenBackBy", {
                  by: back.by,
                  plate: showPlate(back.plate),
                  driver: back.driver_name ?? "—",
                  time: time(back.happened_at),
                  reason: back.reason,
                })}
              </Note>
            )}
            <Text size="sm" c="dimmed">
              {name(order.unit_name, order.unit_name_en)} · {order.requester_name} · {order.purpose_text}
            </Text>
          </Stack>
        </Group>
        {proposed && (
          <Proposal
            proposed={proposed}
            busy={busy}
            onAccept={onAccept}
            onChoose={(vehicleId) => setAssigning({ vehicleId, driverId: proposed.driver_id })}
          />
        )}
        {unserved && <WhyNone unserved={unserved} />}
      </SimpleGrid>
      {assigning && <AssignDialog order={order} preset={assigning} onClose={() => setAssigning(null)} />}
    </Box>
  );
}
