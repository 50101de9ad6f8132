// /admin/areas: fences in force, planned and ended, on a map and as a list; drafts and import lead on from here.
import { Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Fence } from "../../api/fences";
import { readAreas } from "../../api/register";
import { useTime } from "../../app/useTime";
import { EvidenceMap } from "../../map/EvidenceMap";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { Tone, type ToneName } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { wordChoices } from "../admin/choices";
import { FenceDialog } from "./FenceDialog";
import { ImportDialog } from "./ImportDialog";
import { KINDS, LEVELS, PLACES } from "./words";

const NO_FIXES: readonly never[] = [];
const STATES = ["in_force", "planned", "ended"] as const;
const TONES: Record<string, ToneName> = { in_force: "good", planned: "info", ended: "neutral" };

export function Component() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const mayDraw = useRight("area.draft");
  const state = useListState("name", ["area_kind", "category", "fence_state"]);
  const [opened, setOpened] = useState<Fence | null>(null);
  const [importing, setImporting] = useState(false);
  const kind = state.values["area_kind"];
  const areas = useQuery({ queryKey: ["areas", kind ?? ""], queryFn: () => readAreas(kind) });
  const columns: Column<Fence>[] = [
    { id: "name", title: t("fence.name"), show: (row) => named(row.name, row.name_en), sort: "name" },
    {
      id: "kind",
      tight: true,
      title: t("fence.kind"),
      show: (row) => wordFor(t, "areaKind", row.kind),
      sort: "kind",
    },
    {
      id: "category",
      tight: true,
      title: t("fence.category"),
      show: (row) => wordFor(t, "placeKind", row.category),
      sort: "category",
    },
    { id: "shape", tight: true, title: t("fence.shape"), show: (row) => wordFor(t, "fenceShape", row.shape) },
    {
      id: "capacity",
      title: t("fence.capacity"),
      show: (row) => row.capacity ?? "—",
      numeric: true,
      sort: "capacity",
    },
    {
      id: "limit",
      title: t("fence.limit"),
      show: (row) => row.speed_limit_kmh ?? "—",
      numeric: true,
      sort: "speed_limit_kmh",
    },
    {
      id: "state",
      tight: true,
      title: t("fence.state"),
      show: (row) => <Tone tone={TONES[row.state] ?? "neutral"}>{wordFor(t, "fenceState", row.state)}</Tone>,
    },
    {
      id: "changes",
      tight: true,
      title: t("fence.changes"),
      show: (row) => (row.changes_at ? time(row.changes_at) : "—"),
      sort: "changes_at",
    },
    { id: "version", title: t("fence.version"), show: (row) => row.version_no, numeric: true },
    {
      id: "drafts",
      title: t("fence.drafts"),
      show: (row) => row.drafts || "—",
      numeric: true,
      sort: "drafts",
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.areas")}
        about={t("fence.about")}
        actions={
          <Group gap="xs">
            <Button component={Link} to="/admin/areas/depots" variant="default">
              {t("depot.title")}
            </Button>
            <Button component={Link} to="/admin/areas/events" variant="default">
              {t("fenceEvents.title")}
            </Button>
            <Button component={Link} to="/admin/areas/drafts" variant="default">
              {t("fence.draftList")}
            </Button>
            {mayDraw && (
              <>
                <Button variant="default" onClick={() => setImporting(true)}>
                  {t("fence.import")}
                </Button>
                <Button component={Link} to="/admin/areas/drafts/new">
                  {t("fence.add")}
                </Button>
              </>
            )}
          </Group>
        }
      />
      <Stack gap="md">
        <Panel flush>
          <EvidenceMap
            label={t("area.map")}
            height="min(42dvh, 420px)"
            fixes={NO_FIXES}
            planned={null}
            corridor={null}
            areas={areas.data ?? []}
          />
        </Panel>
        <ListView<Fence>
          name="fences"
          path="/api/fences"
          label={t("shell.menu.areas")}
          state={state}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={setOpened}
          filters={
            <>
              <ChoiceFilter
                state={state}
                name="area_kind"
                label={t("fence.kind")}
                choices={wordChoices(t, "areaKind", KINDS)}
              />
              <ChoiceFilter
                state={state}
                name="category"
                label={t("fence.category")}
                choices={wordChoices(t, "placeKind", [...PLACES, ...LEVELS])}
              />
              <ChoiceFilter
                state={state}
                name="fence_state"
                label={t("fence.state")}
                choices={wordChoices(t, "fenceState", STATES)}
              />
            </>
          }
          empty={{ title: t("area.none"), hint: t("fence.noneHint") }}
        />
      </Stack>
      {opened && <FenceDialog fence={opened} onClose={() => setOpened(null)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}
