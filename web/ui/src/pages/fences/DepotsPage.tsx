// /admin/areas/depots: how full each depot is now and was at most today; opening one shows its days.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Depot } from "../../api/depots";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { useName } from "../../text/names";
import { Fullness } from "./Fullness";

export function Component() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("name", []);
  const columns: Column<Depot>[] = [
    { id: "name", title: t("depot.name"), show: (row) => named(row.name, row.name_en), sort: "name" },
    { id: "code", tight: true, title: t("fence.code"), show: (row) => row.code, sort: "code" },
    {
      id: "standing",
      title: t("depot.standing"),
      show: (row) => <Fullness vehicles={row.standing} capacity={row.capacity} over={row.over} />,
      numeric: true,
      sort: "standing",
    },
    {
      id: "peak",
      title: t("depot.peakToday"),
      show: (row) => (
        <Fullness
          vehicles={row.peak}
          capacity={row.peak_capacity}
          over={row.peak_capacity === null ? 0 : Math.max(0, row.peak - row.peak_capacity)}
        />
      ),
      numeric: true,
      sort: "peak",
    },
    {
      id: "changes",
      title: t("depot.changes"),
      show: (row) =>
        row.changes_at
          ? row.next_capacity === null
            ? time(row.changes_at)
            : t("depot.becomes", { at: time(row.changes_at), capacity: row.next_capacity })
          : "—",
      sort: "changes_at",
    },
  ];
  return (
    <>
      <Anchor component={Link} to="/admin/areas" size="sm">
        ← {t("shell.menu.areas")}
      </Anchor>
      <PageHeader title={t("depot.title")} about={t("depot.about")} />
      <ListView<Depot>
        name="depots"
        path="/api/depots"
        label={t("depot.title")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        href={({ id }) => `/admin/areas/depots/${id}`}
        refreshMs={60_000}
        empty={{ title: t("depot.none"), hint: t("depot.noneHint") }}
      />
    </>
  );
}
