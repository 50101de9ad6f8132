// Assigning by hand: every vehicle and driver with what stands against it. The server has the last word and says why.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Candidates, type QueueRow, readCandidates } from "../../api/dispatch";
import { takeStep } from "../../api/orders";
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
  order: QueueRow;
  preset: Preset;
  onClose: () => void;
}

export function AssignDialog({ order, preset, onClose }: AssignDialogProps) {
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
        candidates={candidates.data}
        onVehicle={setVehicleId}
        onClose={onClose}
      />
    );
  return (
    <Dialog onClose={onClose} title={t("dispatch.manualTitle", { number: order.order_no })} size="lg">
      {candidates.isPending && <Loading />}
      {candidates.isError && <Failed error={candidates.error} retry={() => void candidates.refetch()} />}
    </Dialog>
  );
}

interface AssignFormProps extends AssignDialogProps {
  candidates: Candidates;
  onVehicle: (id: string | null) => void;
}

function AssignForm({ order, preset, candidates, onVehicle, onClose }: AssignFormProps) {
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
    { name: "reason", label: t("dispatch.manualReason"), kind: "text" },
  ];
  const assign = useAct({
    run: (values: Values, key) => {
      const [vehicle_id, driver_id] = [String(values["vehicle_id"]), String(values["driver_id"])];
      const body = { vehicle_id, driver_id, reason: String(values["reason"] ?? "") };
      return takeStep({ id: order.id, step: "assign", row_version: order.row_version, body }, key);
    },
    touches: ["dispatch", "orders", "order", "vehicles"],
    done: t("dispatch.accepted"),
    quiet: true,
    after: onClose,
  });
  const vehicle = candidates.vehicles.find(({ vehicle_id }) => vehicle_id === chosen["vehicle_id"]);
  const driver = candidates.drivers.find(({ person_id }) => person_id === chosen["driver_id"]);
  return (
    <FormDialog
      title={t("dispatch.manualTitle", { number: order.order_no })}
      fields={fields}
      start={start}
      busy={assign.isPending}
      refusal={assign.error}
      submit={t("orderStep.assign")}
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

/** The proposed driver goes with another vehicle only when he may drive it. */
function startOf(preset: Preset, candidates: Candidates): Values {
  const driver = candidates.drivers.find(({ person_id }) => person_id === preset.driverId);
  const able = driver?.objections.every(({ hard }) => !hard);
  return { vehicle_id: preset.vehicleId ?? null, driver_id: able ? (driver?.person_id ?? null) : null };
}
