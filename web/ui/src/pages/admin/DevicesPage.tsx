// /admin/devices: locators, what they are bound to and when they were last heard; never where they are.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { addRow, type Credential, type Device, newCredential } from "../../api/register";
import { useTime } from "../../app/useTime";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { CredentialDialog } from "./CredentialDialog";
import { useVehicles, vehicleChoices } from "./choices";
import { DeviceDialog } from "./DeviceDialog";
import { RefusedLink } from "./RefusedLink";

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const state = useListState("code", ["online"]);
  const mayEdit = useRight("device.edit");
  const vehicles = useVehicles();
  const [adding, setAdding] = useState(false);
  const [credential, setCredential] = useState<Credential | null>(null);
  const [editing, setEditing] = useState<Device | null>(null);
  const fields: Field[] = [
    {
      name: "code",
      label: t("device.code"),
      kind: "text",
      required: true,
      hint: t("device.codeHint"),
      pattern: { like: /^[A-Za-z0-9_.-]{1,64}$/, otherwise: t("invalidReason.device_code") },
    },
    { name: "vehicle_id", label: t("device.vehicle"), kind: "choice", choices: vehicleChoices(vehicles) },
    { name: "model", label: t("device.model"), kind: "text" },
    { name: "installer", label: t("device.installer"), kind: "text" },
  ];
  const add = useAct({
    run: (values: Record<string, unknown>, key) => addRow<Credential>("devices", values, key),
    touches: ["devices"],
    quiet: true,
    after: (made) => {
      setAdding(false);
      setCredential(made);
    },
  });
  const renew = useAct({
    run: (id: string, key) => newCredential(id, key),
    touches: ["devices"],
    after: (made) => {
      setEditing(null);
      setCredential(made);
    },
  });
  const unbinds = (vehicleId: unknown): string | null => {
    const vehicle = vehicles.find(({ id }) => id === vehicleId);
    if (!vehicle?.device) return null;
    return t("device.unbindsOther", { device: vehicle.device, plate: showPlate(vehicle.plate) });
  };
  const columns: Column<Device>[] = [
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code, sort: "code" },
    {
      id: "plate",
      tight: true,
      title: t("device.vehicle"),
      show: (row) => (row.plate ? showPlate(row.plate) : t("device.unbound")),
      sort: "plate",
    },
    { id: "model", title: t("device.model"), show: (row) => row.model || "—" },
    {
      id: "online",
      tight: true,
      title: t("device.line"),
      show: (row) => (
        <Tone tone={!row.active ? "neutral" : row.online ? "good" : "warn"}>
          {!row.active
            ? t("device.off")
            : t(`online.${row.online === null ? "unknown" : row.online ? "online" : "offline"}`)}
        </Tone>
      ),
    },
    {
      id: "heard",
      tight: true,
      title: t("device.heard"),
      show: (row) => time(row.received_at),
      sort: "received_at",
    },
    {
      id: "rejected",
      title: t("device.rejected"),
      show: (row) => <RefusedLink code={row.code} count={row.rejected} />,
      numeric: true,
      sort: "rejected",
    },
    {
      id: "grade",
      title: t("device.grade"),
      show: (row) => (row.acknowledges === "broker" ? t("device.brokerGrade") : t("device.platformGrade")),
    },
    { id: "datum", title: t("device.datum"), show: (row) => row.source_datum },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.devices")}
        about={t("device.about")}
        actions={
          <>
            <Button component={Link} to="/admin/devices/names" variant="default">
              {t("foreign.title")}
            </Button>
            <Button component={Link} to="/admin/devices/refused" variant="default">
              {t("device.refused.title")}
            </Button>
            {mayEdit && <Button onClick={() => setAdding(true)}>{t("device.add")}</Button>}
          </>
        }
      />
      <ListView<Device>
        name="devices"
        path="/api/devices"
        label={t("shell.menu.devices")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        refreshMs={30_000}
        filters={
          <ChoiceFilter
            state={state}
            name="online"
            label={t("device.line")}
            choices={[
              { value: "true", label: t("online.online") },
              { value: "false", label: t("device.notOnline") },
            ]}
          />
        }
        {...(mayEdit ? { onOpen: setEditing } : {})}
        empty={{ title: t("device.none") }}
      />
      {adding && (
        <FormDialog
          title={t("device.add")}
          fields={fields}
          start={{}}
          busy={add.isPending}
          refusal={add.error}
          question={(values) => unbinds(values["vehicle_id"])}
          onClose={() => setAdding(false)}
          onSend={(values) => add.mutate(clean(fields, values))}
        />
      )}
      {editing && (
        <DeviceDialog
          device={editing}
          renewing={renew.isPending}
          onRenew={(id) => renew.mutate(id)}
          onClose={() => setEditing(null)}
        />
      )}
      {credential && (
        <CredentialDialog
          credential={credential}
          busy={renew.isPending}
          onAgain={() => renew.mutate(credential.id)}
          onClose={() => setCredential(null)}
        />
      )}
    </>
  );
}
