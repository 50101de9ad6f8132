// Lines of the rosters: weekdays over a stretch of days, single days, and a whole file of them.
import { Button, FileButton, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addShift, importShifts, type ShiftRow } from "../../api/drivers";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { CurrentFilter } from "./CurrentFilter";
import { driverField, useDriverChoices, useLineColumns } from "./lineColumns";

const DAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
const clock = (time: string | null) => (time ? time.slice(0, 5) : "");

export function Rosters() {
  const { t } = useTranslation();
  const mayEdit = useRight("roster.edit");
  const [adding, setAdding] = useState(false);
  const state = useListState("driver_name", ["current"]);
  const { who, record } = useLineColumns<ShiftRow>("driver-shifts", mayEdit);
  return (
    <>
      {mayEdit && (
        <Group mb="md">
          <Button onClick={() => setAdding(true)}>{t("drivers.addShift")}</Button>
          <FileOfShifts />
        </Group>
      )}
      <ListView<ShiftRow>
        name="driver-shifts"
        path="/api/driver-shifts"
        label={t("drivers.part.rosters")}
        state={state}
        columns={[
          ...who,
          {
            id: "day",
            title: t("drivers.day"),
            show: (row) => (row.weekday ? wordFor(t, "weekdayShort", String(row.weekday)) : row.first_day),
            sort: "weekday",
          },
          {
            id: "hours",
            title: t("drivers.hours"),
            tight: true,
            show: (row) => (row.starts ? `${clock(row.starts)}–${clock(row.ends)}` : t("drivers.off")),
            sort: "starts",
          },
          {
            id: "holds",
            title: t("drivers.holds"),
            show: (row) => (row.weekday ? `${row.first_day} – ${row.last_day ?? t("drivers.open")}` : "—"),
            sort: "first_day",
          },
          { id: "note", title: t("drivers.note"), show: (row) => row.note || "—" },
          ...record,
        ]}
        rowKey={({ id }) => id}
        filters={<CurrentFilter state={state} />}
        empty={{ title: t("drivers.noShifts"), hint: t("drivers.noShiftsHint") }}
      />
      {adding && <ShiftDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function FileOfShifts() {
  const { t } = useTranslation();
  const send = useAct({
    run: (csv: string, key) => importShifts(csv, false, key),
    touches: ["driver-shifts"],
    done: (made) => t("drivers.imported", { count: made.entered }),
    quiet: true,
  });
  return (
    <>
      <FileButton
        accept=".csv,text/csv"
        onChange={(file) => void file?.text().then((csv) => send.mutate(csv))}
      >
        {(props) => (
          <Button variant="default" loading={send.isPending} {...props}>
            {t("drivers.import")}
          </Button>
        )}
      </FileButton>
      <RefusalNote id="roster-refusal" refusal={send.error} />
    </>
  );
}

function ShiftDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const choices = useDriverChoices();
  const time = { like: /^([01]\d|2[0-3]):[0-5]\d$/, otherwise: t("drivers.notATime") };
  const fields: readonly Field[] = [
    driverField(t, choices),
    {
      name: "weekday",
      label: t("drivers.weekday"),
      kind: "choice",
      hint: t("drivers.weekdayHint"),
      choices: DAYS.map((value) => ({ value, label: wordFor(t, "weekdayShort", value) })),
    },
    { name: "first_day", label: t("drivers.firstDay"), kind: "date", required: true },
    { name: "last_day", label: t("drivers.lastDay"), kind: "date", hint: t("drivers.lastDayHint") },
    { name: "starts", label: t("drivers.starts"), kind: "text", pattern: time, hint: t("drivers.offHint") },
    { name: "ends", label: t("drivers.ends"), kind: "text", pattern: time },
    { name: "note", label: t("drivers.note"), kind: "text" },
  ];
  const send = useAct({
    run: (body: Parameters<typeof addShift>[0], key) => addShift(body, key),
    touches: ["driver-shifts"],
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  const body = (values: Values) => {
    const said = clean(fields, values);
    return {
      person_id: String(said["person_id"]),
      weekday: said["weekday"] ? Number(said["weekday"]) : null,
      first_day: String(said["first_day"]),
      last_day: said["last_day"] ? String(said["last_day"]) : null,
      starts: said["starts"] ? String(said["starts"]) : null,
      ends: said["ends"] ? String(said["ends"]) : null,
      note: String(said["note"] ?? ""),
    };
  };
  return (
    <FormDialog
      title={t("drivers.addShift")}
      fields={fields}
      start={{ starts: "08:30", ends: "17:30" }}
      busy={send.isPending}
      refusal={send.error}
      onClose={onClose}
      onSend={(values) => send.mutate(body(values))}
    />
  );
}
