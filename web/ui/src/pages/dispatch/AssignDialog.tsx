// Assigning by hand: every vehicle and driver with what stands against it. The server has the last word and says why.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Candidates, readCandidates } from "../../api/dispatch";
import { type OrderRow, takeStep } from "../../api/orders";
import { Dialog } from "../../parts/Dialog";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field, Values } from "../../parts/form/fields";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useCandidateChoices } from "./candidates";
import { Objections } from "./Objections";

/** What is chosen already when the dialog opens. */
export interface Preset {
  readonly vehicleId?: string;
  readonly driverId?: string;
}

interface AssignDialogProps {
  order: Pick<OrderRow, "id" | "order_no" | "row_version">;
  preset: Preset;
  /** Another vehicle or driver than it has asks for a reason. */
  step?: "assign" | "swap";
  onClose: () => void;
}

export function AssignDialog({ order, preset, step = "assign", onClose }: AssignDialogProps) {
  const { t } = useTranslation();
  const [vehicleId, setVehicleId] = useState(preset.vehicleId ?? null);
  const candidates = useQuery({
    // Not below "dispatch": once assigned there is nothing to choose any more, and nothing is asked again.
    queryKey: ["candidates", order.id, vehicleId],
    queryFn: ({ signal }) => readCandidates(order.id, vehicleId, signal),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (candidates.data)
    return (
      <AssignForm
        order={order}
        preset={preset}
        step={step}
        candidates={candidates.data}
        onVehicle={setVehicleId}
        onClose={onClose}
      />
    );
  return (
    <Dialog onClose={onClose} title={titleOf(t, step, order.order_no)} size="lg">
      {candidates.isPending && <Loading />}
      {candidates.isError && <Failed error={candidates.error} retry={() => void candidates.refetch()} />}
    </Dialog>
  );
}

interface AssignFormProps extends AssignDialogProps {
  candidates: Candidates;
  onVehicle: (id: string | null) => void;
}

function AssignForm({ order, preset, step = "assign", candidates, onVehicle, onClose }: AssignFormProps) {
  const { t } = useTranslation();
  const choices = useCandidateChoices(candidates);
  const [start] = useState(() => startOf(preset, candidates));
  const [chosen, setChosen] = useState<Values>(start);
  const fields: Field[] = [
    {
      name: "vehicle_id",
      label: t("vehicle.plate"),
      kind: "choice",
      required: true,
      choices: choices.vehicles,
    },
    { name: "driver_id", label: t("order.driver"), kind: "choice", required: true, choices: choices.drivers },
    {
      name: "reason",
      label: t(step === "swap" ? "step.reason" : "dispatch.manualReason"),
      kind: "text",
      required: step === "swap",
    },
  ];
  const assign = useAct({
    run: (values: Values, key) => {
      const [vehicle_id, driver_id] = [String(values["vehicle_id"]), String(values["driver_id"])];
      const body = { vehicle_id, driver_id, reason: String(values["reason"] ?? "") };
      return takeStep({ id: order.id, step: "assign", row_version: order.row_version, body }, key);
    },
    touches: ["dispatch", "orders", "order", "vehicles"],
    done:
      step === "swap"
        ? t("step.doneFor", { number: order.order_no, step: t("orderStep.swap") })
        : t("dispatch.accepted"),
    quiet: true,
    after: onClose,
  });
  const vehicle = candidates.vehicles.find(({ vehicle_id }) => vehicle_id === chosen["vehicle_id"]);
  const driver = candidates.drivers.find(({ person_id }) => person_id === chosen["driver_id"]);
  return (
    <FormDialog
      title={titleOf(t, step, order.order_no)}
      fields={fields}
      start={start}
      busy={assign.isPending}
      refusal={assign.error}
      submit={t(`orderStep.${step}`)}
      below={{
        vehicle_id: vehicle && <Objections objections={vehicle.objections} />,
        driver_id: driver && <Objections objections={driver.objections} />,
      }}
      onChange={(values) => {
        setChosen(values);
        onVehicle((values["vehicle_id"] as string | null) ?? null);
      }}
      onClose={onClose}
      onSend={(values) => assign.mutate(values)}
    />
  );
}

const titleOf = (t: TFunction, step: "assign" | "swap", number: number): string =>
  step === "swap"
    ? t("step.title", { step: t("orderStep.swap"), number })
    : t("dispatch.manualTitle", { number });

/** The proposed driver goes with another vehicle only when he may drive it. */
function startOf(preset: Preset, candidates: Candidates): Values {
  const driver = candidates.drivers.find(({ person_id }) => person_id === preset.driverId);
  const able = driver?.objections.every(({ hard }) => !hard);
  return { vehicle_id: preset.vehicleId ?? null, driver_id: able ? (driver?.person_id ?? null) : null };
}
