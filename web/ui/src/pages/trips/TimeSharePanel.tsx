// A time-share trip: who booked takes the car at its site and brings it back to the other one.
import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { takeCar } from "../../api/share";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useSignedIn } from "../../session/useSession";

const READY = ["unit_approved", "centre_reviewed"];
const OUT = ["in_use", "extended", "broken_down"];

export function TimeSharePanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const { person } = useSignedIn();
  const [odometer, setOdometer] = useState<number | null>(null);
  const act = useAct({
    run: (what: "pick-up" | "bring-back", key) => takeCar(order.id, what, odometer, key),
    touches: ["order", "orders", "share-sites"],
    done: t("timeShare.done"),
  });
  const what = READY.includes(order.state) ? "pick-up" : OUT.includes(order.state) ? "bring-back" : null;
  if (order.type !== "time_share" || what === null || person.id !== order.requester_id) return null;
  return (
    <Panel title={t("shell.menu.share")}>
      <Stack gap="xs">
        <Text size="sm">
          {order.origin?.name} → {order.destination?.name}
        </Text>
        <Group align="end">
          <NumberInput
            label={t("trips.odometer")}
            suffix=" km"
            min={0}
            value={odometer ?? ""}
            onChange={(value) => setOdometer(typeof value === "number" ? value : null)}
          />
          <Button loading={act.isPending} onClick={() => act.mutate(what)}>
            {t(what === "pick-up" ? "orderStep.pick_up" : "orderStep.bring_back")}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}
