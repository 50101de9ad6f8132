// Vehicle classes a driver is authorised for, and trainings he has had, with their last day.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addQualification, type QualificationRow } from "../../api/drivers";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { VEHICLE_CLASSES, wordChoices } from "../admin/choices";
import { CurrentFilter } from "./CurrentFilter";
import { driverField, useDriverChoices, useLineColumns } from "./lineColumns";
import { TRAININGS } from "./RulesPanel";

const KINDS = ["vehicle_class", "training"] as const;

export function Qualifications() {
  const { t } = useTranslation();
  const mayEdit = useRight("driver.qualify");
  const [adding, setAdding] = useState(false);
  const state = useListState("driver_name", ["qualification", "current"]);
  const { who, record } = useLineColumns<QualificationRow>("driver-qualifications", mayEdit);
  return (
    <>
      {mayEdit && (
        <Group mb="md">
          <Button onClick={() => setAdding(true)}>{t("drivers.addQualification")}</Button>
        </Group>
      )}
      <ListView<QualificationRow>
        name="driver-qualifications"
        path="/api/driver-qualifications"
        label={t("drivers.part.qualifications")}
        state={state}
        columns={[
          ...who,
          {
            id: "name",
            title: t("drivers.qualification"),
            show: (row) => wordFor(t, row.kind === "training" ? "training" : "vehicleClass", row.name),
            sort: "name",
          },
          { id: "first", title: t("drivers.firstDay"), show: (row) => row.first_day, sort: "first_day" },
          {
            id: "last",
            title: t("drivers.lastDay"),
            show: (row) => row.last_day ?? t("drivers.open"),
            sort: "last_day",
          },
          { id: "basis", title: t("drivers.basis"), show: (row) => row.basis },
          ...record,
        ]}
        rowKey={({ id }) => id}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="qualification"
              label={t("drivers.kind")}
              choices={KINDS.map((value) => ({ value, label: wordFor(t, "qualificationKind", value) }))}
            />
            <CurrentFilter state={state} />
          </>
        }
        empty={{ title: t("drivers.noQualifications"), hint: t("drivers.noQualificationsHint") }}
      />
      {adding && <QualificationDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function QualificationDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const choices = useDriverChoices();
  const fields: readonly Field[] = [
    driverField(t, choices),
    {
      name: "name",
      label: t("drivers.qualification"),
      kind: "choice",
      required: true,
      choices: [...wordChoices(t, "vehicleClass", VEHICLE_CLASSES), ...wordChoices(t, "training", TRAININGS)],
    },
    { name: "first_day", label: t("drivers.firstDay"), kind: "date", required: true },
    { name: "last_day", label: t("drivers.lastDay"), kind: "date", hint: t("drivers.lastDayHint") },
    { name: "basis", label: t("drivers.basis"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: Parameters<typeof addQualification>[0], key) => addQualification(body, key),
    touches: ["driver-qualifications"],
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("drivers.addQualification")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          person_id: String(said["person_id"]),
          name: String(said["name"]),
          first_day: String(said["first_day"]),
          last_day: said["last_day"] ? String(said["last_day"]) : null,
          basis: String(said["basis"]),
        });
      }}
    />
  );
}
