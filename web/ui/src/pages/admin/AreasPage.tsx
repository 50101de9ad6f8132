// /admin/areas: depots and areas on a map and as a list, in the version that holds now.
import { Box, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Area, readAreas } from "../../api/register";
import { EvidenceMap } from "../../map/EvidenceMap";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { SearchField } from "../../parts/list/SearchField";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { Empty, Failed, Loading } from "../../parts/states";
import { wordFor } from "../../text/codes";

const KINDS = ["depot", "allowed", "forbidden", "sensitive", "rural", "subsidy_zone"] as const;
const NO_FIXES: readonly never[] = [];

export function Component() {
  const { t, i18n } = useTranslation();
  const [kind, setKind] = useState("");
  const [text, setText] = useState("");
  const [chosenId, setChosenId] = useState<string | null>(null);
  const areas = useQuery({ queryKey: ["areas", kind], queryFn: () => readAreas(kind || undefined) });
  const all = areas.data ?? [];
  const nameOf = (area: Area) => (i18n.language === "en" && area.name_en ? area.name_en : area.name);
  const shown = all.filter((area) =>
    `${area.name} ${area.name_en} ${area.code}`.toLowerCase().includes(text.toLowerCase()),
  );
  const chosen = shown.filter(({ id }) => id === chosenId);
  const columns: Column<Area>[] = [
    { id: "name", title: t("area.name"), show: nameOf },
    { id: "kind", title: t("area.kind"), show: (area) => wordFor(t, "areaKind", area.kind) },
    { id: "category", title: t("area.category"), show: (area) => wordFor(t, "placeKind", area.category) },
    { id: "capacity", title: t("area.capacity"), show: (area) => area.capacity ?? "—", numeric: true },
    { id: "version", title: t("area.version"), show: (area) => area.version_no, numeric: true },
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.areas")} about={t("area.about")} />
      {areas.isPending && <Loading />}
      {areas.isError && <Failed error={areas.error} retry={() => void areas.refetch()} />}
      {areas.isSuccess && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
          <Panel flush>
            <EvidenceMap
              label={t("area.map")}
              height={520}
              fixes={NO_FIXES}
              planned={null}
              corridor={null}
              areas={chosen.length ? chosen : shown}
            />
          </Panel>
          <Box className="panel" style={{ overflow: "hidden" }}>
            <Stack gap="xs" p="sm">
              <Text size="sm" c="dimmed" aria-live="polite" className="num">
                {t("list.count", { count: shown.length })}
              </Text>
              <SearchField full value={text} onChange={setText} />
              <NativeSelect
                aria-label={t("area.kind")}
                value={kind}
                data={[
                  { value: "", label: t("list.allOf", { what: t("area.kind") }) },
                  ...KINDS.map((value) => ({ value, label: wordFor(t, "areaKind", value) })),
                ]}
                onChange={(event) => setKind(event.currentTarget.value)}
              />
            </Stack>
            <Box mah={{ base: undefined, lg: 560 }} style={{ overflowY: "auto" }}>
              {shown.length === 0 ? (
                <Empty icon="areas" title={t(all.length ? "list.nothingMatches" : "area.none")} />
              ) : (
                <DataTable
                  label={t("shell.menu.areas")}
                  rows={shown.slice(0, 200)}
                  columns={columns}
                  rowKey={({ id }) => id}
                  chosenKey={chosenId}
                  onOpen={({ id }) => setChosenId(id === chosenId ? null : id)}
                />
              )}
            </Box>
          </Box>
        </SimpleGrid>
      )}
    </>
  );
}
