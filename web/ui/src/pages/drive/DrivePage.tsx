// /drive: the driver's tasks, the next one first, with one big button for what comes now.
import { Box, SegmentedControl, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { readPage } from "../../api/list";
import type { OrderRow } from "../../api/orders";
import { PageHeader } from "../../parts/PageHeader";
import { Empty, Failed, Loading } from "../../parts/states";
import { TaskCard } from "./TaskCard";

const OPEN = ["assigned", "driver_accepted", "departed", "in_use", "extended", "emergency_started"];
const DONE = ["returned", "receipted", "settled", "archived"];
const REFRESH_MS = 10_000;

export function Component() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const which = params.get("tab") === "done" ? "done" : "open";
  const tasks = useQuery({
    queryKey: ["orders", "driving", which],
    queryFn: ({ signal }) =>
      readPage<OrderRow>(
        "/api/orders",
        {
          driving: true,
          state: which === "open" ? OPEN : DONE,
          sort: which === "open" ? "planned_start_at" : "-planned_start_at",
          limit: 50,
        },
        signal,
      ),
    refetchInterval: REFRESH_MS,
  });
  const items = tasks.data?.items ?? [];
  return (
    <Box maw={640} mx="auto">
      <PageHeader title={t("shell.menu.drive")} about={t("drive.about")} />
      <SegmentedControl
        fullWidth
        mb="md"
        value={which}
        onChange={(value) => setParams(value === "done" ? { tab: "done" } : {}, { replace: true })}
        data={[
          { value: "open", label: t("drive.open") },
          { value: "done", label: t("drive.done") },
        ]}
      />
      {tasks.isPending && <Loading />}
      {tasks.isError && <Failed error={tasks.error} retry={() => void tasks.refetch()} />}
      {tasks.isSuccess && items.length === 0 && (
        <Box className="panel">
          <Empty icon="drive" title={t(`drive.none.${which}`)} />
        </Box>
      )}
      <Stack gap="md">
        {items.map((order, index) => (
          <TaskCard key={order.id} order={order} next={which === "open" && index === 0} />
        ))}
      </Stack>
    </Box>
  );
}
