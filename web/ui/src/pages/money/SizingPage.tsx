// /admin/sizing: how evenly work is spread, what stood idle, what was not met and how many vehicles would have been
// enough, from stored days. Every figure is a sum over the rows of the list chosen below it.
import { NativeSelect, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered, api, type Schemas } from "../../api/client";
import type { ListPath } from "../../api/list";
import { distance } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { lastDayOf } from "../mileage/months";
import { MonthField, useMonth } from "./StatementsPage";

type Day = Schemas["SizingDayRow"];
type Vehicle = Schemas["SizingVehicleRow"];
type Driver = Schemas["SizingDriverRow"];
type Unit = Schemas["SizingUnitRow"];
type Row = Day | Vehicle | Driver | Unit;
const PARTS = ["days", "vehicles", "drivers", "units"] as const;
type Part = (typeof PARTS)[number];

const share = (value: number | null): string => (value === null ? "—" : `${(value * 100).toFixed(1)}%`);
const rounded = (value: number | null, digits = 1): string => (value === null ? "—" : value.toFixed(digits));

export function Component() {
  const { t } = useTranslation();
  const state = useListState("", ["month", "part"]);
  const month = useMonth(state);
  const [part, setPart] = useState<Part>("days");
  const span = { from: `${month.chosen}-01`, to: lastDayOf(`${month.chosen}-01`) };
  const columns = useColumns();
  const summary = useQuery({
    queryKey: ["sizing", span.from],
    queryFn: () => answered<Schemas["SizingSummary"]>(api.GET("/api/sizing", { params: { query: span } })),
    staleTime: 60_000,
  });
  return (
    <>
      <PageHeader
        title={t("shell.menu.sizing")}
        about={t("sizing.about")}
        actions={<MonthField {...month} />}
      />
      <Stack gap="md">
        <Panel title={t("sizing.figures")}>
          {summary.isPending && <Loading lines={4} />}
          {summary.isError && <Failed error={summary.error} retry={() => void summary.refetch()} />}
          {summary.data && <Summary found={summary.data} />}
        </Panel>
        <ListView<Row>
          key={part}
          name={`sizing-${part}`}
          path={`/api/sizing/${part}` as ListPath}
          label={t(`sizing.part.${part}`)}
          state={{ ...state, values: {}, sort: "" }}
          columns={columns[part] as Column<Row>[]}
          rowKey={(row) => ("id" in row ? row.id : row.day)}
          fixed={span}
          searchable={false}
          filters={
            <NativeSelect
              aria-label={t("sizing.rows")}
              value={part}
              onChange={(event) => setPart(event.currentTarget.value as Part)}
              data={PARTS.map((value) => ({ value, label: t(`sizing.part.${value}`) }))}
            />
          }
          {...(part === "days" || part === "drivers"
            ? {}
            : { href: (row: Row) => ordersOf(part, row, span) })}
          empty={{ title: t("sizing.none") }}
        />
      </Stack>
    </>
  );
}

const ordersOf = (part: Part, row: Row, span: { from: string; to: string }): string =>
  `/trips?${part === "units" ? "unit" : "vehicle"}=${"id" in row ? row.id : ""}&from=${span.from}&to=${span.to}`;

function Summary({ found }: { found: Schemas["SizingSummary"] }) {
  const { t } = useTranslation();
  return (
    <Facts
      facts={[
        [t("sizing.asked"), t("sizing.servedOf", { asked: found.asked, served: found.served })],
        [t("sizing.unmet"), found.unmet],
        [t("sizing.onTime"), share(found.on_time_share)],
        [t("sizing.response"), t("sizing.minutes", { value: rounded(found.response_min) })],
        [t("sizing.utilisation"), share(found.utilisation)],
        [t("sizing.empty"), share(found.empty_share)],
        [t("sizing.idle"), found.idle_vehicles],
        [
          t("sizing.peak"),
          `${found.peak} / ${found.in_service}${found.peak_day ? ` · ${found.peak_day}` : ""}`,
        ],
        [t("sizing.saturation"), share(found.saturation)],
        [
          t("sizing.enough"),
          <strong key="enough">{`${found.enough}${found.enough_day ? ` · ${found.enough_day}` : ""}`}</strong>,
        ],
        [t("sizing.driverSpread"), rounded(found.driver_spread, 2)],
        [t("sizing.unitSpread"), rounded(found.unit_spread, 2)],
      ]}
    />
  );
}

function useColumns(): Record<Part, unknown> {
  const { t } = useTranslation();
  const name = useName();
  const time = useTime();
  const number = <R,>(id: string, show: (row: R) => number | string): Column<R> => ({
    id,
    title: t(`sizing.${id}`),
    numeric: true,
    show,
  });
  const days: Column<Day>[] = [
    { id: "day", tight: true, title: t("sizing.day"), show: (row) => row.day },
    number("asked", (row) => row.asked),
    number("served", (row) => row.served),
    number("unmet", (row) => row.unmet),
    number("inService", (row) => row.in_service),
    number("used", (row) => row.used),
    number("peak", (row) => row.peak),
    { id: "at", tight: true, title: t("sizing.at"), show: (row) => (row.peak_at ? time(row.peak_at) : "—") },
    number("enough", (row) => row.enough),
  ];
  const vehicles: Column<Vehicle>[] = [
    { id: "plate", tight: true, title: t("vehicle.plate"), show: (row) => showPlate(row.plate) },
    number("daysInService", (row) => row.days_in_service),
    number("daysUsed", (row) => row.days_used),
    number("utilisation", (row) => share(row.utilisation)),
    number("trips", (row) => row.trips),
    number("hours", (row) => rounded(row.hours)),
    number("distance", (row) => distance(t, row.distance_m)),
    number("empty", (row) => distance(t, row.empty_m)),
  ];
  const drivers: Column<Driver>[] = [
    { id: "name", title: t("sizing.driver"), show: (row) => row.name },
    number("daysUsed", (row) => row.days),
    number("trips", (row) => row.trips),
    number("hours", (row) => rounded(row.hours)),
    number("distance", (row) => distance(t, row.distance_m)),
  ];
  const units: Column<Unit>[] = [
    { id: "unit", title: t("statement.unit"), show: (row) => name(row.unit_name, row.unit_name_en) },
    number("asked", (row) => row.asked),
    number("served", (row) => row.served),
    number("unmet", (row) => row.unmet),
    number("onTime", (row) => `${row.on_time} / ${row.measured}`),
    number("response", (row) => rounded(row.response_min)),
  ];
  return { days, vehicles, drivers, units };
}
