// /admin/areas/drafts/new and /admin/areas/drafts/:id: a fence is drawn, looked at, and published by somebody else.
import { Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { type Draft, type FenceVersion, readDraft, readVersions } from "../../api/fences";
import { EMPTY, sketchOf } from "../../map/draw/sketch";
import { PageHeader } from "../../parts/PageHeader";
import { Failed, Loading } from "../../parts/states";
import { useRight } from "../../session/useSession";
import { DraftSteps } from "./DraftSteps";
import { FenceEditor, type Start } from "./FenceEditor";
import { PreviewPanel } from "./PreviewPanel";
import { NO_WATCH, watchOf } from "./watch";

export function Component() {
  const { t } = useTranslation();
  const { id = "new" } = useParams();
  const [params] = useSearchParams();
  const area = params.get("area");
  return (
    <>
      <Anchor component={Link} to="/admin/areas/drafts" size="sm">
        ← {t("fence.draftList")}
      </Anchor>
      {id !== "new" ? (
        <Existing key={id} id={id} />
      ) : area ? (
        <NextVersion area={area} />
      ) : (
        <New start={NOTHING} />
      )}
    </>
  );
}

const NOTHING: Start = {
  values: { code: null, kind: null, name: null, name_en: null },
  sketch: EMPTY,
  watch: NO_WATCH,
  ends: false,
};

const startOf = (row: Draft | FenceVersion): Start => ({
  values: {
    code: row.code,
    kind: row.kind,
    name: row.name,
    name_en: row.name_en,
    category: row.category,
    capacity: row.capacity,
    speed_limit_kmh: row.speed_limit_kmh,
    effective_at: "effective_at" in row ? row.effective_at : null,
  },
  sketch: sketchOf(row.drawn, row.geometry),
  watch: watchOf(row.watch),
  ends: "ends" in row && row.ends,
});

function New({ start, known = false }: { start: Start; known?: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title={t(known ? "fence.changeTitle" : "fence.addTitle")} about={t("fence.editorAbout")} />
      <FenceEditor
        draft={null}
        start={start}
        known={known}
        locked={false}
        onDirty={() => undefined}
        onSaved={(id) => navigate(`/admin/areas/drafts/${id}`, { replace: true })}
      />
    </>
  );
}

function NextVersion({ area }: { area: string }) {
  const versions = useQuery({ queryKey: ["fences", "one", area], queryFn: () => readVersions(area) });
  const newest = versions.data?.[0];
  if (versions.isError) return <Failed error={versions.error} retry={() => void versions.refetch()} />;
  return newest ? <New start={startOf(newest)} known /> : <Loading />;
}

function Existing({ id }: { id: string }) {
  const mayDraw = useRight("area.draft");
  const [dirty, setDirty] = useState(false);
  const found = useQuery({ queryKey: ["fence-drafts", "one", id], queryFn: () => readDraft(id) });
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const draft = found.data;
  if (!draft) return <Loading />;
  return (
    <>
      <PageHeader title={draft.name} />
      <Stack gap="md">
        <DraftSteps draft={draft} dirty={dirty} />
        <PreviewPanel draft={draft} />
        <FenceEditor
          key={draft.row_version}
          draft={draft}
          start={startOf(draft)}
          known={draft.area_id !== null}
          locked={!mayDraw || draft.state !== "draft"}
          onDirty={setDirty}
          onSaved={() => void found.refetch()}
        />
      </Stack>
    </>
  );
}
