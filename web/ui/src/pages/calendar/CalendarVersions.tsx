// The versions of the calendar: what each changed, on what paper, by whom. A finding names the one it was judged by.
import { useTranslation } from "react-i18next";
import type { CalendarVersion } from "../../api/calendar";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { wordChoices } from "../admin/choices";
import { KINDS_OF_CHANGE } from "./CalendarChanges";

export function CalendarVersions() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-version_no", ["what"]);
  const columns: Column<CalendarVersion>[] = [
    {
      id: "version",
      tight: true,
      title: t("calendar.version"),
      show: (row) => row.version_no,
      sort: "version_no",
    },
    {
      id: "what",
      title: t("calendar.what"),
      show: (row) => wordFor(t, "calendarWhat", row.what),
      sort: "what",
    },
    {
      id: "unit",
      title: t("calendar.whose"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("calendar.everybody"),
    },
    { id: "source", title: t("calendar.source"), show: (row) => row.source, sort: "source" },
    { id: "days", title: t("calendar.dayCount"), show: (row) => row.days || "—", numeric: true },
    {
      id: "at",
      tight: true,
      title: t("calendar.inForceSince"),
      show: (row) => time(row.created_at),
      sort: "created_at",
    },
    {
      id: "by",
      title: t("calendar.publishedBy"),
      show: (row) => row.created_by_name ?? t("calendar.atMachine"),
    },
  ];
  return (
    <ListView<CalendarVersion>
      name="calendar-versions"
      path="/api/calendar/versions"
      label={t("calendar.part.versions")}
      state={state}
      columns={columns}
      rowKey={({ id }) => id}
      filters={
        <ChoiceFilter
          state={state}
          name="what"
          label={t("calendar.what")}
          choices={wordChoices(t, "calendarWhat", KINDS_OF_CHANGE)}
        />
      }
      empty={{ title: t("calendar.noVersion") }}
    />
  );
}
