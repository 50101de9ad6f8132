// Local extra days in force: of everybody or of a unit; a new one, or taking one back, is proposed.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type LocalDay, propose } from "../../api/calendar";
import { Ask } from "../../parts/Ask";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type FieldValue, type Values } from "../../parts/form/fields";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { useUnitChoices, wordChoices } from "../admin/choices";

const KINDS = ["holiday", "adjusted_rest", "adjusted_workday", "workday"] as const;

export function LocalDays() {
  const { t } = useTranslation();
  const named = useName();
  const state = useListState("day", []);
  const may = useRight("calendar.draft");
  const [opened, setOpened] = useState<LocalDay | "new" | null>(null);
  const columns: Column<LocalDay>[] = [
    { id: "day", tight: true, title: t("calendar.day"), show: (row) => row.day, sort: "day" },
    { id: "kind", title: t("calendar.kind"), show: (row) => wordFor(t, "dayKind", row.kind), sort: "kind" },
    { id: "name", title: t("calendar.name"), show: (row) => row.name || "—", sort: "name" },
    {
      id: "unit",
      title: t("calendar.whose"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("calendar.everybody"),
      sort: "unit_name",
    },
    { id: "source", title: t("calendar.source"), show: (row) => row.source },
    {
      id: "version",
      title: t("calendar.version"),
      show: (row) => row.version_no,
      numeric: true,
      sort: "version_no",
    },
  ];
  return (
    <>
      {may && (
        <Group justify="flex-end" mb="sm">
          <Button onClick={() => setOpened("new")}>{t("calendar.addLocal")}</Button>
        </Group>
      )}
      <ListView<LocalDay>
        name="local-days"
        path="/api/calendar/local-days"
        label={t("calendar.part.local")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(may ? { onOpen: setOpened } : {})}
        empty={{ title: t("calendar.noLocal"), hint: t("calendar.noLocalHint") }}
      />
      {opened && (
        <LocalDayDialog {...(opened === "new" ? {} : { row: opened })} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

function LocalDayDialog({ row, onClose }: { row?: LocalDay; onClose: () => void }) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const fields: Field[] = [
    { name: "date", label: t("calendar.day"), kind: "date", required: true },
    {
      name: "kind",
      label: t("calendar.kind"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "dayKind", KINDS),
    },
    {
      name: "name",
      label: t("calendar.name"),
      kind: "text",
      required: true,
      hint: t("calendar.localNameHint"),
    },
    {
      name: "unit_id",
      label: t("calendar.whose"),
      kind: "choice",
      choices: units,
      hint: t("calendar.unitHint"),
    },
    {
      name: "source",
      label: t("calendar.source"),
      kind: "text",
      required: true,
      hint: t("calendar.sourceHint"),
    },
  ];
  const start: Values = row
    ? { date: row.day, kind: row.kind, name: row.name, unit_id: row.unit_id, source: "" }
    : { kind: "holiday" };
  const send = useAct({
    run: (said: Record<string, FieldValue>, key) =>
      propose(
        {
          what: "local",
          unit_id: (said["unit_id"] as string | null) ?? null,
          source: String(said["source"]),
          reason: "",
          body: { days: [{ date: said["date"], kind: said["kind"], name: said["name"] ?? "" }] },
        },
        key,
      ),
    touches: ["calendar-changes"],
    done: t("calendar.proposed"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={row ? t("calendar.editLocal") : t("calendar.addLocal")}
      fields={fields}
      start={start}
      busy={send.isPending}
      refusal={send.error}
      submit={t("calendar.propose")}
      onClose={onClose}
      onSend={(values) => send.mutate(clean(fields, values))}
    >
      {row && (
        <Ask
          label={t("calendar.takeBack")}
          consequence={t("calendar.takeBackMeans")}
          busy={send.isPending}
          onConfirm={() =>
            send.mutate({
              date: row.day,
              kind: null,
              unit_id: row.unit_id,
              name: "",
              source: t("calendar.takeBack"),
            })
          }
        />
      )}
    </FormDialog>
  );
}
