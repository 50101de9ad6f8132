// A locator's file: model, switched on or off, the vehicle it is mounted in, a new credential.
import { Button, Divider, Group, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { bindDevice, type Device } from "../../api/register";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field, Values } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useVehicleChoices } from "./choices";
import type { useEditor } from "./useEditor";

interface DeviceDialogProps {
  device: Device;
  editor: ReturnType<typeof useEditor<Device>>;
  renewing: boolean;
  onRenew: (id: string) => void;
}

export function DeviceDialog({ device, editor, renewing, onRenew }: DeviceDialogProps) {
  const { t } = useTranslation();
  const vehicles = useVehicleChoices();
  const [vehicleId, setVehicleId] = useState<string | null>(device.vehicle_id);
  const bind = useAct({
    run: (id: string, key) => bindDevice(device.id, id, new Date().toISOString(), key),
    touches: ["devices", "vehicles"],
    done: t("device.bound"),
    after: editor.close,
  });
  const fields: Field[] = [
    { name: "model", label: t("device.model"), kind: "text" },
    { name: "active", label: t("device.active"), kind: "switch" },
  ];
  const start: Values = { model: device.model, active: device.active };
  return (
    <FormDialog
      title={t("device.edit", { code: device.code })}
      fields={fields}
      start={start}
      busy={editor.busy}
      refusal={editor.refusal}
      onClose={editor.close}
      onSend={(values) => editor.sendEdit(fields, start, values)}
    >
      <Stack gap="sm">
        <Divider label={t("device.stepsTitle")} />
        <Group align="flex-end" gap="xs">
          <Select
            label={t("device.mountIn")}
            data={[...vehicles]}
            searchable
            value={vehicleId}
            onChange={setVehicleId}
            style={{ flex: 1 }}
          />
          <Button
            variant="default"
            disabled={!vehicleId || vehicleId === device.vehicle_id}
            loading={bind.isPending}
            onClick={() => vehicleId && bind.mutate(vehicleId)}
          >
            {t("device.bind")}
          </Button>
        </Group>
        <Button
          variant="default"
          loading={renewing}
          onClick={() => onRenew(device.id)}
          style={{ alignSelf: "flex-start" }}
        >
          {t("device.newCredential")}
        </Button>
      </Stack>
    </FormDialog>
  );
}
