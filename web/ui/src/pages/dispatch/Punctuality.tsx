// How right expected arrivals were, by hour, and how long drives really take beside what the router says.
import { Box, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ArrivalError, readArrivalErrors, readTravelFactors, type TravelFactor } from "../../api/plans";
import { duration } from "../../app/measure";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";

const hourOf = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

export function Punctuality() {
  const { t } = useTranslation();
  const errors = useQuery({ queryKey: ["plans", "arrival-errors"], queryFn: readArrivalErrors });
  const factors = useQuery({ queryKey: ["plans", "travel-factors"], queryFn: readTravelFactors });
  const whatOf = (what: string) => t(what === "origin" ? "tripTimes.atOrigin" : "tripTimes.atEnd");
  const wrong: Column<ArrivalError>[] = [
    { id: "hour", tight: true, title: t("punctuality.hour"), show: (row) => hourOf(row.hour) },
    { id: "what", title: t("punctuality.what"), show: (row) => whatOf(row.what) },
    { id: "guesses", title: t("punctuality.guesses"), show: (row) => row.guesses, numeric: true },
    { id: "off", title: t("punctuality.off"), show: (row) => duration(t, row.median_off_s), numeric: true },
    { id: "p90", title: t("punctuality.p90"), show: (row) => duration(t, row.p90_off_s), numeric: true },
  ];
  const paces: Column<TravelFactor>[] = [
    { id: "hour", tight: true, title: t("punctuality.hour"), show: (row) => hourOf(row.hour) },
    {
      id: "day",
      title: t("punctuality.day"),
      show: (row) => t(row.off ? "punctuality.dayOff" : "punctuality.workday"),
    },
    { id: "factor", title: t("punctuality.factor"), show: (row) => row.factor.toFixed(2), numeric: true },
    { id: "drives", title: t("punctuality.drives"), show: (row) => row.drives, numeric: true },
    {
      id: "used",
      title: t("punctuality.used"),
      show: (row) => t(row.used ? "common.yes" : "common.no"),
    },
  ];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" mt="md">
      <Box component="section" className="panel" p="md">
        <Title order={2} size="h5" mb="sm">
          {t("punctuality.errors")}
        </Title>
        {errors.data && errors.data.length > 0 ? (
          <DataTable
            label={t("punctuality.errors")}
            rows={errors.data}
            columns={wrong}
            rowKey={(row) => `${row.hour} ${row.what}`}
          />
        ) : (
          <Text size="sm">{t("punctuality.noErrors")}</Text>
        )}
      </Box>
      <Box component="section" className="panel" p="md">
        <Title order={2} size="h5" mb="sm">
          {t("punctuality.factors")}
        </Title>
        {factors.data && factors.data.length > 0 ? (
          <DataTable
            label={t("punctuality.factors")}
            rows={factors.data}
            columns={paces}
            rowKey={(row) => `${row.off} ${row.hour}`}
          />
        ) : (
          <Text size="sm">{t("punctuality.noFactors")}</Text>
        )}
      </Box>
    </SimpleGrid>
  );
}
