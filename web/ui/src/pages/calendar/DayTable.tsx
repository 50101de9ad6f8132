// The days of a year that differ from the ordinary week, as a list: the plain form of the month grids.
import { useTranslation } from "react-i18next";
import type { StatedDay } from "../../api/register";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { wordFor } from "../../text/codes";

export function DayTable({ days }: { days: readonly StatedDay[] }) {
  const { t } = useTranslation();
  const columns: Column<StatedDay>[] = [
    { id: "day", title: t("calendar.day"), show: ({ day }) => day },
    { id: "kind", title: t("calendar.kind"), show: ({ kind }) => wordFor(t, "dayKind", kind) },
    { id: "name", title: t("calendar.name"), show: ({ name }) => name || "—" },
    {
      id: "local",
      title: t("calendar.byWhom"),
      show: ({ local }) => t(local ? "calendar.locally" : "calendar.noticed"),
    },
    { id: "version", title: t("calendar.version"), show: ({ version_no }) => version_no, numeric: true },
  ];
  return <DataTable label={t("calendar.stated")} rows={days} columns={columns} rowKey={({ day }) => day} />;
}
