// The map's facts as a table: the same vehicles, the same filters, nothing that only a picture tells.
import { Box, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { ExportMenu } from "../../parts/list/ExportMenu";
import { Empty } from "../../parts/states";
import { useName } from "../../text/names";
import { Age } from "./Age";
import type { VehicleRow } from "./rows";
import { StateMark } from "./StateMark";

interface VehicleTableProps {
  rows: readonly VehicleRow[];
  nowMs: number;
  onChoose: (id: string) => void;
}

const MOST = 400;

export function VehicleTable({ rows, nowMs, onChoose }: VehicleTableProps) {
  const { t } = useTranslation();
  const name = useName();
  const columns: Column<VehicleRow>[] = [
    { id: "plate", tight: true, title: t("vehicle.plate"), show: ({ row }) => row.plate },
    {
      id: "state",
      title: t("map.stateName"),
      show: ({ state }) => (
        <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
          <StateMark state={state} size={13} />
          {t(`map.state.${state}`)}
        </Group>
      ),
    },
    { id: "unit", title: t("vehicle.unit"), show: ({ row }) => name(row.unit_name, row.unit_name_en) ?? "—" },
    { id: "order", title: t("vehicle.order"), show: ({ row }) => row.order_no ?? "—", numeric: true },
    { id: "driver", title: t("order.driver"), show: ({ row }) => row.driver_name ?? "—" },
    {
      id: "speed",
      title: t("map.speedName"),
      show: ({ live }) => (live?.speedKmh === null || !live ? "—" : Math.round(live.speedKmh)),
      numeric: true,
    },
    {
      id: "fix",
      tight: true,
      title: t("map.lastFix"),
      show: ({ live }) => <Age fixedMs={live?.fixedMs ?? null} nowMs={nowMs} />,
    },
    {
      id: "place",
      title: t("map.position"),
      show: ({ live }) => (live ? `${live.lon.toFixed(5)}, ${live.lat.toFixed(5)}` : "—"),
      numeric: true,
    },
  ];
  return (
    <Box h="100%" style={{ overflowY: "auto" }} bg="var(--day-panel)">
      <Group justify="flex-end" p="xs">
        <ExportMenu path="/api/vehicles" query={{}} />
      </Group>
      {rows.length === 0 ? (
        <Empty title={t("list.nothingMatches")} />
      ) : (
        <DataTable
          label={t("map.tableLabel")}
          rows={rows.slice(0, MOST)}
          columns={columns}
          rowKey={({ row }) => row.id}
          onOpen={({ row }) => onChoose(row.id)}
        />
      )}
    </Box>
  );
}
