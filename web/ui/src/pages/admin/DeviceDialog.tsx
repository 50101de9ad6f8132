// A locator's file: model, switched on or off, the vehicle it is mounted in, a new credential.
import { Divider, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { bindDevice, type Device } from "../../api/register";
import { Ask } from "../../parts/Ask";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { showPlate } from "../../text/plates";
import { DeviceNames } from "../devices/DeviceNames";
import { useVehicles, vehicleChoices } from "./choices";
import { useRowEdit } from "./useRowEdit";

interface DeviceDialogProps {
  device: Device;
  renewing: boolean;
  onRenew: (id: string) => void;
  onClose: () => void;
}

export function DeviceDialog({ device, renewing, onRenew, onClose }: DeviceDialogProps) {
  const { t } = useTranslation();
  const edit = useRowEdit({ table: "devices", opened: device, touches: ["devices"], onClose });
  const fields: Field[] = [
    { name: "model", label: t("device.model"), kind: "text" },
    { name: "installer", label: t("device.installer"), kind: "text" },
    { name: "active", label: t("device.active"), kind: "switch" },
  ];
  const start = { model: edit.row.model, installer: edit.row.installer, active: edit.row.active };
  return (
    <FormDialog
      title={t("device.edit", { code: device.code })}
      fields={fields}
      start={start}
      busy={edit.busy}
      refusal={edit.refusal}
      question={(values) => (edit.row.active && values["active"] === false ? t("device.offMeans") : null)}
      onClose={onClose}
      onSend={(values) => edit.send(fields, start, values)}
    >
      <Stack gap="sm">
        <DeviceNames device={device} />
        <Divider label={t("device.stepsTitle")} />
        <Mounting device={device} onClose={onClose} />
        <Ask
          label={t("device.newCredential")}
          consequence={t("device.newCredentialMeans")}
          busy={renewing}
          onConfirm={() => onRenew(device.id)}
        />
      </Stack>
    </FormDialog>
  );
}

function Mounting({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const vehicles = useVehicles();
  const [vehicleId, setVehicleId] = useState<string | null>(device.vehicle_id);
  const bind = useAct({
    run: (id: string, key) => bindDevice(device.id, id, new Date().toISOString(), key),
    touches: ["devices", "vehicles"],
    done: t("device.bound"),
    after: onClose,
  });
  const vehicle = vehicles.find(({ id }) => id === vehicleId);
  const plate = showPlate(vehicle?.plate);
  const means = [
    t("device.bindMeans", { device: device.code, plate }),
    vehicle?.device && vehicle.device !== device.code
      ? t("device.unbindsOther", { device: vehicle.device, plate })
      : "",
    device.plate ? t("device.leaves", { plate: showPlate(device.plate) }) : "",
  ];
  return (
    <>
      <Select
        label={t("device.mountIn")}
        data={[...vehicleChoices(vehicles)]}
        searchable
        value={vehicleId}
        onChange={setVehicleId}
      />
      <Ask
        key={vehicleId}
        label={t("device.bind")}
        consequence={means.join("")}
        disabled={!vehicleId || vehicleId === device.vehicle_id}
        busy={bind.isPending}
        onConfirm={() => vehicleId && bind.mutate(vehicleId)}
      />
    </>
  );
}
