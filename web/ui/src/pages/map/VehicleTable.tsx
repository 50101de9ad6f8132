// The map's facts as a table: the same vehicles, the same filters, nothing that only a picture tells.
import { Box, Group } from "@mantine/core";
import type { TFunction } from "i18next";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { ExportMenu } from "../../parts/list/ExportMenu";
import { OrderLink } from "../../parts/OrderLink";
import { Empty } from "../../parts/states";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { Age } from "./Age";
import { sortRows, type VehicleRow } from "./rows";
import { StateMark } from "./StateMark";

interface VehicleTableProps {
  rows: readonly VehicleRow[];
  nowMs: number;
  purpose: string | undefined;
  onChoose: (id: string) => void;
}

const MOST = 400;

export function VehicleTable({ rows, nowMs, purpose, onChoose }: VehicleTableProps) {
  const { t } = useTranslation();
  const name = useName();
  const [sort, setSort] = useState("");
  const sorted = useMemo(() => sortRows(rows, sort), [rows, sort]);
  const columns = columnsOf(t, name, nowMs);
  return (
    <Box h="100%" style={{ overflowY: "auto" }} bg="var(--day-panel)">
      <Group justify="flex-end" p="xs">
        <ExportMenu path="/api/vehicles" query={{ purpose }} />
      </Group>
      {rows.length === 0 ? (
        <Empty title={t("list.nothingMatches")} />
      ) : (
        <DataTable
          label={t("map.tableLabel")}
          rows={sorted.slice(0, MOST)}
          columns={columns}
          rowKey={({ row }) => row.id}
          onOpen={({ row }) => onChoose(row.id)}
          sort={sort}
          onSort={(column) => setSort(sort === column ? `-${column}` : column)}
        />
      )}
    </Box>
  );
}

function columnsOf(t: TFunction, name: ReturnType<typeof useName>, nowMs: number): Column<VehicleRow>[] {
  const unlessHidden = (item: VehicleRow, shown: string | number) =>
    item.state === "hidden" ? t("common.notVisible") : shown;
  return [
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: ({ row }) => showPlate(row.plate),
      sort: "plate",
    },
    {
      id: "state",
      tight: true,
      title: t("map.stateName"),
      show: ({ state }) => (
        <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
          <StateMark state={state} size={13} />
          {t(`map.state.${state}`)}
        </Group>
      ),
      sort: "state",
    },
    {
      id: "unit",
      title: t("vehicle.unit"),
      show: ({ row }) => name(row.unit_name, row.unit_name_en) ?? "—",
      sort: "unit",
    },
    {
      id: "order",
      title: t("vehicle.order"),
      show: ({ row }) =>
        row.order_id ? (
          <OrderLink id={row.order_id} number={row.order_no} />
        ) : row.sees_every_order ? (
          "—"
        ) : (
          t("map.noOrderForYou")
        ),
      numeric: true,
      sort: "order",
    },
    {
      id: "driver",
      tight: true,
      title: t("order.driver"),
      show: ({ row }) => row.driver_name ?? "—",
      sort: "driver",
    },
    {
      id: "speed",
      title: t("map.speedName"),
      show: (item) => unlessHidden(item, item.live?.speedKmh == null ? "—" : Math.round(item.live.speedKmh)),
      numeric: true,
      sort: "speed",
    },
    {
      id: "fix",
      tight: true,
      title: t("map.lastFix"),
      show: ({ live, state }) =>
        state === "hidden" ? t("common.notVisible") : <Age fixedMs={live?.fixedMs ?? null} nowMs={nowMs} />,
      sort: "fix",
    },
    {
      id: "place",
      tight: true,
      title: t("map.position"),
      show: (item) =>
        unlessHidden(item, item.live ? `${item.live.lon.toFixed(5)}, ${item.live.lat.toFixed(5)}` : "—"),
      numeric: true,
    },
  ];
}
