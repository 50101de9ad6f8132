// An approved trip without a vehicle: its place in the line, the offer it got, or the vehicle held for it.
import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { type LineStep, lineStep } from "../../api/waiting";
import { useTime } from "../../app/useTime";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { showPlate } from "../../text/plates";

const WITHOUT_VEHICLE = ["unit_approved", "centre_reviewed", "reassigning"];
const NOT_FROM_THE_POOL = ["retained", "service", "rental"];
const DONE = {
  join: "joined",
  leave: "left",
  take: "taken",
  decline: "declined",
  release: "released",
} as const;

export function LinePanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const act = useAct({
    run: (step: LineStep, key) => lineStep(order, step, key),
    touches: ["order", "orders", "queue", "notices"],
    done: (_, step) => t(`waiting.${DONE[step]}`),
  });
  const waits = WITHOUT_VEHICLE.includes(order.state) && !NOT_FROM_THE_POOL.includes(order.type);
  const mine = order.steps.includes("withdraw") || order.steps.includes("cancel");
  if (!order.held_kind && !order.wait_state && !(waits && mine)) return null;
  const button = (step: LineStep, primary = false) => (
    <Button
      size="xs"
      variant={primary ? "filled" : "default"}
      loading={act.isPending}
      onClick={() => act.mutate(step)}
    >
      {t(`waiting.${step}`)}
    </Button>
  );
  const until = order.held_until ? time(order.held_until) : "";
  const plate = showPlate(order.held_plate) || "";
  return (
    <Panel title={t("waiting.title")}>
      {order.held_kind === "offer" && (
        <Note tone="warn" role="status">
          {t("waiting.offered", { plate, until })}
        </Note>
      )}
      {order.held_kind === "tentative" && <Text size="sm">{t("waiting.held", { plate, until })}</Text>}
      {order.wait_state === "waiting" && <Text size="sm">{t("waiting.waiting")}</Text>}
      {!order.wait_state && waits && mine && <Text size="sm">{t("waiting.none")}</Text>}
      {mine && (
        <Group gap="xs" mt="sm">
          {order.held_kind === "offer" && button("take", true)}
          {order.held_kind === "offer" && button("decline")}
          {order.wait_state === "waiting" && button("leave")}
          {!order.wait_state && waits && button("join")}
        </Group>
      )}
    </Panel>
  );
}
