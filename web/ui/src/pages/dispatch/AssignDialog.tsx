// Assigning by hand: any vehicle and driver; the server refuses what is impossible and says why.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { QueueRow } from "../../api/dispatch";
import { readPage } from "../../api/list";
import { takeStep } from "../../api/orders";
import type { Person } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field, Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useVehicleChoices } from "../admin/choices";

export function AssignDialog({ order, onClose }: { order: QueueRow; onClose: () => void }) {
  const { t } = useTranslation();
  const vehicles = useVehicleChoices();
  const drivers = useQuery({
    queryKey: ["people", "drivers"],
    queryFn: ({ signal }) => readPage<Person>("/api/people", { role: "driver", limit: 500 }, signal),
    staleTime: 60_000,
  });
  const fields: Field[] = [
    { name: "vehicle_id", label: t("vehicle.plate"), kind: "choice", required: true, choices: vehicles },
    {
      name: "driver_id",
      label: t("order.driver"),
      kind: "choice",
      required: true,
      choices: (drivers.data?.items ?? []).map(({ id, name, unit_name }) => ({
        value: id,
        label: `${name} · ${unit_name}`,
      })),
    },
    { name: "reason", label: t("dispatch.manualReason"), kind: "text" },
  ];
  const assign = useAct({
    run: (values: Values, key) =>
      takeStep(
        {
          id: order.id,
          step: "assign",
          row_version: order.row_version,
          body: {
            vehicle_id: String(values["vehicle_id"]),
            driver_id: String(values["driver_id"]),
            reason: String(values["reason"] ?? ""),
          },
        },
        key,
      ),
    touches: ["dispatch", "orders", "order", "vehicles"],
    done: t("dispatch.accepted"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("dispatch.manualTitle", { number: order.order_no })}
      fields={fields}
      start={{}}
      busy={assign.isPending}
      refusal={assign.error}
      submit={t("orderStep.assign")}
      onClose={onClose}
      onSend={(values) => assign.mutate(values)}
    />
  );
}
