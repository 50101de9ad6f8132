// What is changed of a trip that has its vehicle: another vehicle or driver before it leaves, a later end on the way.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type OrderDetail, takeStep } from "../../api/orders";
import { instantToWall, wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { AssignDialog } from "../dispatch/AssignDialog";

const HALF_HOUR_MS = 30 * 60_000;

export function ChangeButtons({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"swap" | "extend" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      {order.steps.includes("swap") && (
        <Button variant="default" onClick={() => setOpen("swap")}>
          {t("orderStep.swap")}
        </Button>
      )}
      {order.steps.includes("extend") && (
        <Button variant="default" onClick={() => setOpen("extend")}>
          {t("orderStep.extend")}
        </Button>
      )}
      {open === "swap" && (
        <AssignDialog
          order={order}
          step="swap"
          preset={{
            ...(order.vehicle_id ? { vehicleId: order.vehicle_id } : {}),
            ...(order.driver_id ? { driverId: order.driver_id } : {}),
          }}
          onClose={close}
        />
      )}
      {open === "extend" && <ExtendDialog order={order} onClose={close} />}
    </>
  );
}

function ExtendDialog({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const fields: readonly Field[] = [
    { name: "planned_end_at", label: t("trips.newEnd"), kind: "moment", required: true },
    { name: "reason", label: t("step.reason"), kind: "text" },
  ];
  const send = useAct({
    run: (body: { planned_end_at: string; reason: string }, key) =>
      takeStep({ id: order.id, step: "extend", row_version: order.row_version, body }, key),
    touches: ["orders", "order", "dispatch", "vehicles", "notices"],
    done: t("step.doneFor", { number: order.order_no, step: t("orderStep.extend") }),
    quiet: true,
    after: onClose,
  });
  const later = Date.parse(order.planned_end_at) + HALF_HOUR_MS;
  return (
    <FormDialog
      title={t("step.title", { step: t("orderStep.extend"), number: order.order_no })}
      fields={fields}
      start={{ planned_end_at: instantToWall(later, timezone), reason: "" }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("orderStep.extend")}
      onClose={onClose}
      onSend={(values) => {
        const { planned_end_at, reason } = clean(fields, values);
        send.mutate({
          planned_end_at: wallToInstant(String(planned_end_at), timezone),
          reason: String(reason ?? ""),
        });
      }}
    />
  );
}
