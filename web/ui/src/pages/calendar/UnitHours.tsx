// Hours in force by unit and season; other rows for a unit, or everybody, are proposed.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HoursRow } from "../../api/calendar";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { useRight } from "../../session/useSession";
import { useName } from "../../text/names";
import { HoursDialog } from "./HoursDialog";
import { useWeekWords } from "./useWeekWords";
import { dayBefore } from "./week";

export function UnitHours() {
  const { t } = useTranslation();
  const named = useName();
  const words = useWeekWords();
  const state = useListState("unit_name", []);
  const may = useRight("calendar.draft");
  const [opened, setOpened] = useState<{ unit: string | null } | null>(null);
  const columns: Column<HoursRow>[] = [
    {
      id: "unit",
      title: t("calendar.whose"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("calendar.everyUnit"),
      sort: "unit_name",
    },
    {
      id: "season",
      title: t("calendar.season"),
      show: (row) =>
        words.season({
          from: row.season_from,
          to: row.season_to,
          since: row.since,
          last: row.until && dayBefore(row.until),
        }),
      sort: "season_from",
    },
    {
      id: "hours",
      title: t("calendar.hours"),
      show: (row) => words.week(row.work_hours).map((line) => <div key={line}>{line}</div>),
    },
    {
      id: "version",
      title: t("calendar.version"),
      show: (row) => row.version_no ?? "—",
      numeric: true,
      sort: "version_no",
    },
  ];
  return (
    <>
      {may && (
        <Group justify="flex-end" mb="sm">
          <Button onClick={() => setOpened({ unit: null })}>{t("calendar.setHours")}</Button>
        </Group>
      )}
      <ListView<HoursRow>
        name="unit-hours"
        path="/api/calendar/hours"
        label={t("calendar.part.hours")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(may ? { onOpen: ({ unit_id }: HoursRow) => setOpened({ unit: unit_id }) } : {})}
        empty={{ title: t("calendar.noHours") }}
      />
      {opened && <HoursDialog unit={opened.unit} onClose={() => setOpened(null)} />}
    </>
  );
}
