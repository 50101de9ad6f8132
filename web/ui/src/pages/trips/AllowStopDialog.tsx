// A stop an approver allows beside those that were booked.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allowStop, type OrderDetail, type OrderPlace } from "../../api/orders";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { PlaceField } from "../../parts/PlaceField";
import { useAct } from "../../parts/useAct";

const RADIUS_M = { usual: 300, min: 50, max: 2000 };

export function AllowStopDialog({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<OrderPlace | null>(null);
  const [asked, setAsked] = useState(false);
  const fields: readonly Field[] = [
    {
      name: "radius_m",
      label: t("said.radius"),
      kind: "number",
      required: true,
      whole: true,
      min: RADIUS_M.min,
      max: RADIUS_M.max,
    },
    { name: "reason", label: t("said.why"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: Parameters<typeof allowStop>[1], key) => allowStop(order.id, body, key),
    touches: ["order", "alert"],
    done: t("said.allowDone"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("said.allow")}
      fields={fields}
      start={{ radius_m: RADIUS_M.usual, reason: "" }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("said.allow")}
      onClose={onClose}
      onSend={(values) => {
        setAsked(true);
        if (!place) return;
        const { radius_m, reason } = clean(fields, values);
        send.mutate({ ...place, radius_m: Number(radius_m), reason: String(reason ?? "") });
      }}
    >
      <PlaceField
        id="allowed-stop"
        label={t("said.place")}
        value={place}
        error={asked && !place ? t("form.required") : undefined}
        onChange={setPlace}
      />
      <Text size="xs" c="dimmed">
        {t("said.allowHint")}
      </Text>
    </FormDialog>
  );
}
