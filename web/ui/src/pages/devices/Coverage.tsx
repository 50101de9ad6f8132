// What the locators were worth in a period, per unit, model or installer: vehicles with a working one, hours reported.
import { Group, NativeSelect, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type CoverageRow, type Grouping, readCoverage } from "../../api/health";
import { showInstant } from "../../app/time";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Panel } from "../../parts/Panel";
import { Empty, Failed, Loading } from "../../parts/states";
import { useConfig } from "../../session/useSession";
import { useName } from "../../text/names";

const DAY_MS = 24 * 3_600_000;
const percent = (share: number | null) => (share === null ? "—" : `${(share * 100).toFixed(1)} %`);

export function Coverage() {
  const { t } = useTranslation();
  const name = useName();
  const { timezone } = useConfig();
  const day = (back: number) =>
    showInstant(Date.now() - back * DAY_MS, timezone, "zh-CN", "date").slice(0, 10);
  const [by, setBy] = useState<Grouping>("unit");
  const [from, setFrom] = useState(() => day(6));
  const [to, setTo] = useState(() => day(0));
  const coverage = useQuery({
    queryKey: ["device-coverage", by, from, to],
    queryFn: () => readCoverage(by, from, to),
  });
  const columns: Column<CoverageRow>[] = [
    {
      id: "name",
      title: t("health.group"),
      show: (row) => name(row.name, row.name_en) || t("health.unnamed"),
    },
    { id: "vehicles", title: t("health.vehicles"), show: (row) => row.vehicles, numeric: true },
    { id: "with", title: t("health.withLocator"), show: (row) => row.with_locator, numeric: true },
    { id: "working", title: t("health.working"), show: (row) => row.working, numeric: true },
    { id: "unknown", title: t("health.allUnknown"), show: (row) => row.unknown, numeric: true },
    { id: "rate", title: t("health.rate"), show: (row) => percent(row.coverage), numeric: true },
    {
      id: "availability",
      title: t("health.availability"),
      show: (row) => percent(row.availability),
      numeric: true,
    },
  ];
  return (
    <Panel title={t("health.coverage")} flush>
      <Group px="md" pb="sm" gap="sm" align="flex-end">
        <NativeSelect
          label={t("health.by")}
          value={by}
          onChange={(event) => setBy(event.currentTarget.value as Grouping)}
          data={[
            { value: "unit", label: t("health.byUnit") },
            { value: "model", label: t("health.byModel") },
            { value: "installer", label: t("health.byInstaller") },
          ]}
        />
        <DateInput
          label={t("health.from")}
          valueFormat="YYYY-MM-DD"
          value={from}
          maxDate={to}
          onChange={(value) => value && setFrom(value)}
          w={150}
        />
        <DateInput
          label={t("health.to")}
          valueFormat="YYYY-MM-DD"
          value={to}
          minDate={from}
          onChange={(value) => value && setTo(value)}
          w={150}
        />
      </Group>
      <Text size="sm" c="dimmed" px="md" pb="sm">
        {t("health.coverageHint")}
      </Text>
      {coverage.isPending && <Loading lines={4} />}
      {coverage.isError && <Failed error={coverage.error} retry={() => void coverage.refetch()} />}
      {coverage.isSuccess && coverage.data.length === 0 && <Empty title={t("health.noCoverage")} />}
      {coverage.isSuccess && coverage.data.length > 0 && (
        <DataTable
          label={t("health.coverage")}
          rows={coverage.data}
          columns={columns}
          rowKey={({ key }) => key || "-"}
        />
      )}
    </Panel>
  );
}
