// Leave and sickness: who is away when, a new one, and back again.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/client";
import { type AbsenceRow, addAbsence, endAbsence } from "../../api/drivers";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { CurrentFilter } from "./CurrentFilter";
import { driverField, useDriverChoices, useLineColumns } from "./lineColumns";

const KINDS = ["leave", "sick"] as const;

export function Absences() {
  const { t } = useTranslation();
  const time = useTime();
  const mayEdit = useRight("roster.edit");
  const callsIn = useRight("roster.call_in");
  const [adding, setAdding] = useState(false);
  const state = useListState("-start_at", ["absence", "current"]);
  const { who, record } = useLineColumns<AbsenceRow>("driver-absences", mayEdit);
  return (
    <>
      {mayEdit && (
        <Group mb="md">
          <Button onClick={() => setAdding(true)}>{t("drivers.addAbsence")}</Button>
        </Group>
      )}
      <ListView<AbsenceRow>
        name="driver-absences"
        path="/api/driver-absences"
        label={t("drivers.part.absences")}
        state={state}
        columns={[
          ...who,
          { id: "kind", title: t("drivers.kind"), show: (row) => wordFor(t, "absenceKind", row.kind) },
          {
            id: "from",
            title: t("drivers.from"),
            tight: true,
            show: (row) => time(row.start_at),
            sort: "start_at",
          },
          {
            id: "to",
            title: t("drivers.to"),
            tight: true,
            show: (row) => (row.end_at ? time(row.end_at) : t("drivers.untilBack")),
            sort: "end_at",
          },
          { id: "note", title: t("drivers.note"), show: (row) => row.note || "—" },
          {
            id: "back",
            title: t("drivers.back"),
            show: (row) => (mayEdit || (callsIn && row.kind === "sick") ? <Back row={row} /> : ""),
          },
          ...record,
        ]}
        rowKey={({ id }) => id}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="absence"
              label={t("drivers.kind")}
              choices={KINDS.map((value) => ({ value, label: wordFor(t, "absenceKind", value) }))}
            />
            <CurrentFilter state={state} />
          </>
        }
        empty={{ title: t("drivers.noAbsences") }}
      />
      {adding && <AbsenceDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function Back({ row }: { row: AbsenceRow }) {
  const { t } = useTranslation();
  const end = useAct({
    run: (_: null, key) => endAbsence(row, key),
    touches: ["driver-absences"],
    done: t("common.saved"),
  });
  const now = Date.now();
  const isOver = row.withdrawn_at !== null || (row.end_at !== null && Date.parse(row.end_at) <= now);
  if (isOver || Date.parse(row.start_at) >= now) return null;
  return (
    <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate(null)}>
      {t("drivers.isBack")}
    </Button>
  );
}

function AbsenceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const choices = useDriverChoices();
  const send = useAct({
    run: (body: Parameters<typeof addAbsence>[0], key) => addAbsence(body, key),
    touches: ["driver-absences", "orders", "queue"],
    done: (made) =>
      made.orders.length
        ? t("drivers.needsOthers", { orders: made.orders.join(t("punctuation.comma")) })
        : t("common.saved"),
    quiet: true,
    after: onClose,
  });
  const meets = isProblem(send.error) && send.error.code === "meets_orders";
  const fields: readonly Field[] = [
    driverField(t, choices),
    {
      name: "kind",
      label: t("drivers.kind"),
      kind: "choice",
      required: true,
      choices: KINDS.map((value) => ({ value, label: wordFor(t, "absenceKind", value) })),
    },
    { name: "start_at", label: t("drivers.from"), kind: "moment", required: true },
    { name: "end_at", label: t("drivers.to"), kind: "moment", hint: t("drivers.toHint") },
    { name: "note", label: t("drivers.note"), kind: "text", hint: t("drivers.noteHint") },
    ...(meets ? [{ name: "anyway", label: t("drivers.anyway"), kind: "switch" } as const] : []),
  ];
  return (
    <FormDialog
      title={t("drivers.addAbsence")}
      fields={fields}
      start={{ kind: "leave", start_at: instantToWall(Date.now(), timezone) }}
      busy={send.isPending}
      refusal={send.error}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          person_id: String(said["person_id"]),
          kind: said["kind"] === "sick" ? "sick" : "leave",
          start_at: wallToInstant(String(said["start_at"]), timezone),
          end_at: said["end_at"] ? wallToInstant(String(said["end_at"]), timezone) : null,
          note: String(said["note"] ?? ""),
          anyway: said["anyway"] === true,
        });
      }}
    />
  );
}
