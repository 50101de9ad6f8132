// Adding a vehicle with its three relations, and its file afterwards: edit, custody over time, transfer.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { addRow } from "../../api/register";
import { readVehicle, type VehicleCard } from "../../api/vehicles";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { CustodyPanel } from "./CustodyPanel";
import {
  ENERGIES,
  useDepotChoices,
  useUnitChoices,
  VEHICLE_CLASSES,
  VEHICLE_STATUSES,
  wordChoices,
} from "./choices";
import { PapersPanel } from "./PapersPanel";
import { UpkeepPanel } from "./UpkeepPanel";
import { useRowEdit } from "./useRowEdit";

function useFileFields(): Field[] {
  const { t } = useTranslation();
  const depots = useDepotChoices();
  return [
    { name: "plate", label: t("vehicle.plate"), kind: "text", required: true },
    {
      name: "vehicle_class",
      label: t("vehicle.class"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "vehicleClass", VEHICLE_CLASSES),
    },
    {
      name: "status",
      label: t("vehicle.status"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "vehicleStatus", VEHICLE_STATUSES),
    },
    {
      name: "seats",
      label: t("vehicle.seatsHint"),
      kind: "number",
      required: true,
      min: 1,
      max: 80,
      whole: true,
    },
    {
      name: "wheelchair_places",
      label: t("vehicle.wheelchairPlaces"),
      kind: "number",
      min: 0,
      max: 20,
      whole: true,
    },
    {
      name: "luggage_pieces",
      label: t("vehicle.luggagePieces"),
      kind: "number",
      min: 0,
      max: 200,
      whole: true,
    },
    { name: "make_model", label: t("vehicle.model"), kind: "text" },
    {
      name: "energy",
      label: t("vehicle.energy"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "energy", ENERGIES),
    },
    { name: "range_km", label: t("vehicle.rangeKm"), kind: "number", min: 1, max: 3000, whole: true },
    { name: "home_depot_id", label: t("vehicle.homeDepot"), kind: "choice", choices: depots },
    { name: "documents_valid_until", label: t("vehicle.documents"), kind: "date" },
    { name: "retained", label: t("vehicle.retainedHint"), kind: "switch" },
  ];
}

export function NewVehicleDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const relation = (name: "owner" | "manager" | "user"): Field => ({
    name: `${name}_unit_id`,
    label: t(`vehicle.unitOf.${name}`),
    kind: "choice",
    required: true,
    choices: units,
  });
  const fields = [...useFileFields(), relation("owner"), relation("manager"), relation("user")];
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow("vehicles", values, key),
    touches: ["vehicles"],
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("vehicle.add")}
      fields={fields}
      start={{ status: "in_service", energy: "petrol", seats: 5, retained: false }}
      busy={add.isPending}
      refusal={add.error}
      onClose={onClose}
      onSend={(values) => add.mutate(clean(fields, values))}
    />
  );
}

export function VehicleDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const mayEdit = useRight("vehicle.edit");
  const vehicle = useQuery({ queryKey: ["vehicles", "card", id], queryFn: () => readVehicle(id) });
  if (vehicle.data && mayEdit) return <VehicleFile vehicle={vehicle.data} onClose={onClose} />;
  return (
    <Dialog
      onClose={onClose}
      title={vehicle.data ? showPlate(vehicle.data.plate) : t("shell.menu.vehicles")}
      size="lg"
    >
      {vehicle.isPending && <Loading />}
      {vehicle.isError && <Failed error={vehicle.error} retry={() => void vehicle.refetch()} />}
      {vehicle.data && (
        <>
          <Facts
            facts={[
              [t("vehicle.class"), wordFor(t, "vehicleClass", vehicle.data.vehicle_class)],
              [t("vehicle.status"), wordFor(t, "vehicleStatus", vehicle.data.status)],
              [t("vehicle.seats"), vehicle.data.seats],
              [t("vehicle.model"), vehicle.data.make_model || "—"],
              [t("vehicle.device"), vehicle.data.device ?? "—"],
            ]}
          />
          <CustodyPanel vehicle={vehicle.data} />
          <PapersPanel vehicle={vehicle.data.id} />
          <UpkeepPanel vehicle={vehicle.data.id} />
        </>
      )}
    </Dialog>
  );
}

function VehicleFile({ vehicle, onClose }: { vehicle: VehicleCard; onClose: () => void }) {
  const fields = useFileFields();
  const edit = useRowEdit({ table: "vehicles", opened: vehicle, touches: ["vehicles"], onClose });
  const start = fileOf(edit.row);
  return (
    <FormDialog
      title={showPlate(vehicle.plate)}
      fields={fields}
      start={start}
      busy={edit.busy}
      refusal={edit.refusal}
      onClose={onClose}
      onSend={(values) => edit.send(fields, start, values)}
    >
      <CustodyPanel vehicle={vehicle} transferable />
      <PapersPanel vehicle={vehicle.id} />
      <UpkeepPanel vehicle={vehicle.id} />
    </FormDialog>
  );
}

const fileOf = (vehicle: VehicleCard): Values => ({
  plate: showPlate(vehicle.plate),
  vehicle_class: vehicle.vehicle_class,
  status: vehicle.status,
  seats: vehicle.seats,
  wheelchair_places: vehicle.wheelchair_places,
  luggage_pieces: vehicle.luggage_pieces,
  make_model: vehicle.make_model,
  energy: vehicle.energy,
  range_km: vehicle.range_km,
  home_depot_id: vehicle.home_depot_id,
  documents_valid_until: vehicle.documents_valid_until,
  retained: vehicle.retained,
});
