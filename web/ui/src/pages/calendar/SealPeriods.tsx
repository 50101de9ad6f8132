// Sealing periods: which vehicles stand when, and who keeps the keys; a new one, another span or its end is proposed.
import { Button, Group, MultiSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { propose, type SealPeriod } from "../../api/calendar";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type FieldValue, type Values } from "../../parts/form/fields";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { useUnitChoices, useVehicles, VEHICLE_CLASSES } from "../admin/choices";

export function SealPeriods() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-from_at", ["current"]);
  const may = useRight("calendar.draft");
  const [opened, setOpened] = useState<SealPeriod | "new" | null>(null);
  const columns: Column<SealPeriod>[] = [
    { id: "name", title: t("calendar.sealName"), show: (row) => row.name, sort: "name" },
    { id: "from", tight: true, title: t("common.from"), show: (row) => time(row.from_at), sort: "from_at" },
    { id: "to", tight: true, title: t("common.to"), show: (row) => time(row.to_at), sort: "to_at" },
    {
      id: "holds",
      tight: true,
      title: t("calendar.sealState"),
      show: (row) => (
        <Tone tone={row.holds ? "warn" : "neutral"}>
          {t(
            row.holds
              ? "calendar.sealedNow"
              : Date.parse(row.to_at) < Date.now()
                ? "calendar.sealOver"
                : "calendar.sealToCome",
          )}
        </Tone>
      ),
    },
    {
      id: "unit",
      title: t("calendar.whose"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("calendar.everybody"),
      sort: "unit_name",
    },
    {
      id: "classes",
      title: t("calendar.sealClasses"),
      show: (row) =>
        row.vehicle_classes.length > 0
          ? row.vehicle_classes.map((each) => wordFor(t, "vehicleClass", each)).join(t("punctuation.comma"))
          : t("calendar.allClasses"),
    },
    {
      id: "kept",
      title: t("calendar.keptOut"),
      show: (row) => row.kept_out.map(showPlate).join(t("punctuation.comma")) || "—",
    },
    { id: "keeper", title: t("calendar.keeper"), show: (row) => row.keeper || "—" },
  ];
  return (
    <>
      {may && (
        <Group justify="flex-end" mb="sm">
          <Button onClick={() => setOpened("new")}>{t("calendar.addSeal")}</Button>
        </Group>
      )}
      <ListView<SealPeriod>
        name="seal-periods"
        path="/api/calendar/seals"
        label={t("calendar.part.sealing")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(may ? { onOpen: setOpened } : {})}
        filters={
          <ChoiceFilter
            state={state}
            name="current"
            label={t("calendar.sealState")}
            choices={[
              { value: "true", label: t("calendar.notOver") },
              { value: "false", label: t("calendar.sealOver") },
            ]}
          />
        }
        empty={{ title: t("calendar.noSeal"), hint: t("calendar.noSealHint") }}
      />
      {opened && (
        <SealDialog {...(opened === "new" ? {} : { row: opened })} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

function SealDialog({ row, onClose }: { row?: SealPeriod; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const units = useUnitChoices();
  const vehicles = useVehicles();
  const [classes, setClasses] = useState<string[]>(row?.vehicle_classes ?? []);
  const [kept, setKept] = useState<string[] | null>(null);
  const keptNow = kept ?? vehicles.filter(({ plate }) => row?.kept_out.includes(plate)).map(({ id }) => id);
  const fields: Field[] = [
    {
      name: "name",
      label: t("calendar.sealName"),
      kind: "text",
      required: true,
      hint: t("calendar.sealNameHint"),
    },
    { name: "from", label: t("common.from"), kind: "moment", required: true },
    { name: "to", label: t("common.to"), kind: "moment", required: true },
    ...(row
      ? []
      : [
          {
            name: "unit_id",
            label: t("calendar.whose"),
            kind: "choice",
            choices: units,
            hint: t("calendar.unitHint"),
          } as const,
        ]),
    { name: "keeper", label: t("calendar.keeper"), kind: "text" },
    {
      name: "source",
      label: t("calendar.source"),
      kind: "text",
      required: true,
      hint: t("calendar.sourceHint"),
    },
  ];
  const start: Values = row
    ? {
        name: row.name,
        from: instantToWall(row.from_at, timezone),
        to: instantToWall(row.to_at, timezone),
        keeper: row.keeper,
      }
    : {};
  const instant = (value: FieldValue | undefined) =>
    typeof value === "string" ? wallToInstant(value, timezone) : null;
  const send = useAct({
    run: (said: Record<string, FieldValue>, key) =>
      propose(
        {
          what: "sealing",
          unit_id: row ? row.unit_id : ((said["unit_id"] as string | null) ?? null),
          source: String(said["source"]),
          reason: "",
          body: {
            name: said["name"] ?? "",
            from: instant(said["from"]),
            to: instant(said["to"]),
            vehicle_classes: classes,
            kept_out: keptNow,
            keeper: said["keeper"] ?? "",
            replaces: row?.id ?? null,
          },
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
      title={row ? row.name : t("calendar.addSeal")}
      fields={fields}
      start={start}
      busy={send.isPending}
      refusal={send.error}
      submit={t("calendar.propose")}
      onClose={onClose}
      onSend={(values) => send.mutate(clean(fields, values))}
    >
      <MultiSelect
        label={t("calendar.sealClasses")}
        description={t("calendar.sealClassesHint")}
        data={VEHICLE_CLASSES.map((value) => ({ value, label: wordFor(t, "vehicleClass", value) }))}
        value={classes}
        onChange={setClasses}
      />
      <MultiSelect
        label={t("calendar.keptOut")}
        description={t("calendar.keptOutHint")}
        searchable
        data={vehicles.map(({ id, plate }) => ({ value: id, label: showPlate(plate) }))}
        value={keptNow}
        onChange={setKept}
      />
      {row && (
        <Ask
          label={t("calendar.unseal")}
          consequence={t("calendar.unsealMeans")}
          busy={send.isPending}
          onConfirm={() => send.mutate({ name: "", source: t("calendar.unseal") })}
        />
      )}
    </FormDialog>
  );
}
