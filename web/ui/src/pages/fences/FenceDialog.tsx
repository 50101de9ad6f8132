// One fence: its shape on a map, every version with its dates, and the way to its next one.
import { Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Fence, type FenceVersion, readVersions } from "../../api/fences";
import { useTime } from "../../app/useTime";
import { EvidenceMap } from "../../map/EvidenceMap";
import { Dialog } from "../../parts/Dialog";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { Failed, Loading } from "../../parts/states";
import { useRight } from "../../session/useSession";
import { useName } from "../../text/names";
import { EndDialog } from "./EndDialog";

const NO_FIXES: readonly never[] = [];

export function FenceDialog({ fence, onClose }: { fence: Fence; onClose: () => void }) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const mayDraw = useRight("area.draft");
  const [chosenId, setChosenId] = useState<string | null>(null);
  const versions = useQuery({ queryKey: ["fences", "one", fence.id], queryFn: () => readVersions(fence.id) });
  const shown =
    versions.data?.find(({ id }) => id === chosenId) ??
    versions.data?.find(({ version_no }) => version_no === fence.version_no);
  const newest = versions.data?.[0];
  const [ending, setEnding] = useState(false);
  const columns: Column<FenceVersion>[] = [
    { id: "no", tight: true, title: t("fence.version"), show: (row) => row.version_no },
    { id: "name", title: t("fence.name"), show: (row) => named(row.name, row.name_en) },
    {
      id: "since",
      tight: true,
      title: t("fence.since"),
      show: (row) => (row.since ? time(row.since) : t("fence.always")),
    },
    { id: "until", tight: true, title: t("fence.until"), show: (row) => (row.until ? time(row.until) : "—") },
    { id: "capacity", title: t("fence.capacity"), show: (row) => row.capacity ?? "—", numeric: true },
    { id: "limit", title: t("fence.limit"), show: (row) => row.speed_limit_kmh ?? "—", numeric: true },
    {
      id: "by",
      tight: true,
      title: t("fence.by"),
      show: (row) => row.created_by_name ?? t("fence.byMachine"),
    },
  ];
  if (ending && newest) return <EndDialog version={newest} onClose={() => setEnding(false)} />;
  return (
    <Dialog size="xl" title={named(fence.name, fence.name_en)} onClose={onClose}>
      {versions.isPending && <Loading lines={4} />}
      {versions.isError && <Failed error={versions.error} retry={() => void versions.refetch()} />}
      {versions.isSuccess && (
        <Stack gap="md">
          {shown && (
            <EvidenceMap
              key={shown.id}
              label={t("area.map")}
              height={320}
              fixes={NO_FIXES}
              planned={null}
              corridor={null}
              areas={[{ kind: fence.kind, geometry: shown.geometry }]}
            />
          )}
          <DataTable
            label={t("fence.versions")}
            rows={versions.data}
            columns={columns}
            rowKey={({ id }) => id}
            chosenKey={shown?.id ?? null}
            onOpen={({ id }) => setChosenId(id)}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {t("common.close")}
            </Button>
            <Button component={Link} to={`/admin/areas/events?area=${fence.id}`} variant="default">
              {t("fenceEvents.title")}
            </Button>
            {mayDraw && newest && newest.until === null && (
              <Button variant="default" onClick={() => setEnding(true)}>
                {t("fence.end")}
              </Button>
            )}
            {mayDraw && (
              <Button component={Link} to={`/admin/areas/drafts/new?area=${fence.id}`}>
                {t("fence.change")}
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}
