// What was said of this trip, and the two things that may be added: a reason, and a stop that is allowed.
import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { Panel } from "../../parts/Panel";
import { SaidList } from "../../parts/SaidList";
import { AllowStopDialog } from "./AllowStopDialog";
import { SayDialog } from "./SayDialog";

export function SaidPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"say" | "allow" | null>(null);
  const { statements, allowed_stops: stops, may_say: maySay, may_allow_stop: mayAllow } = order;
  if (!maySay && !mayAllow && statements.length + stops.length === 0) return null;
  const close = () => setOpen(null);
  return (
    <Panel
      title={t("said.title")}
      aside={
        <Group gap="xs">
          {maySay && (
            <Button size="xs" variant="default" onClick={() => setOpen("say")}>
              {t("said.say")}
            </Button>
          )}
          {mayAllow && (
            <Button size="xs" variant="default" onClick={() => setOpen("allow")}>
              {t("said.allow")}
            </Button>
          )}
        </Group>
      }
    >
      <SaidList statements={statements} stops={stops} none={t("said.none")} />
      <Text size="xs" c="dimmed" mt="xs">
        {t("said.about")}
      </Text>
      {open === "say" && <SayDialog order={order} onClose={close} />}
      {open === "allow" && <AllowStopDialog order={order} onClose={close} />}
    </Panel>
  );
}
