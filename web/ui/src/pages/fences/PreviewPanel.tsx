// What a draft would have raised in the last month: asked for, followed, and listed by vehicle and rule.
import { Button, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { askPreview, type Draft, type Preview, type PreviewFinding, readPreview } from "../../api/fences";
import type { ListPath } from "../../api/list";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { Tone, type ToneName } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";

const REFRESH_MS = 1_500;
const CHANGES = ["raised", "gone", "changed"] as const;
const TONES: Record<string, ToneName> = { raised: "bad", gone: "good", changed: "warn" };
const isOver = (preview: Preview) => preview.state === "done" || preview.state === "failed";

export function PreviewPanel({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const mayDraw = useRight("area.draft");
  const found = useQuery({
    queryKey: ["fence-preview", draft.id],
    queryFn: () => readPreview(draft.id),
    refetchInterval: ({ state }) => (state.data && !isOver(state.data) ? REFRESH_MS : false),
  });
  const ask = useAct({
    run: (id: string, key) => askPreview(id, key),
    touches: ["fence-preview"],
  });
  const preview = found.data;
  const running = preview ? !isOver(preview) : false;
  return (
    <Panel
      title={t("fence.preview.title")}
      aside={
        mayDraw &&
        draft.state === "draft" && (
          <Button
            variant="default"
            loading={ask.isPending}
            disabled={running}
            onClick={() => ask.mutate(draft.id)}
          >
            {t(preview ? "fence.preview.again" : "fence.preview.ask")}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("fence.preview.about")}
        </Text>
        {found.isPending && <Loading lines={2} />}
        {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
        {preview && preview.draft_version !== draft.row_version && draft.state === "draft" && (
          <Note tone="warn">{t("fence.preview.outdated")}</Note>
        )}
        {preview && running && <Running preview={preview} />}
        {preview?.state === "failed" && (
          <Note tone="bad">{t("fence.preview.failed", { trouble: preview.trouble })}</Note>
        )}
        {preview?.state === "done" && <Result preview={preview} />}
      </Stack>
    </Panel>
  );
}

function Running({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const share = preview.vehicles ? (100 * preview.vehicles_done) / preview.vehicles : 0;
  return (
    <>
      <Progress value={share} animated aria-label={t("fence.preview.progress")} />
      <Text size="sm" aria-live="polite">
        {preview.vehicles === null
          ? t("fence.preview.queued")
          : t("fence.preview.running", { done: preview.vehicles_done, of: preview.vehicles })}
      </Text>
    </>
  );
}

function Result({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-started_at", ["change"]);
  const { raised, gone, changed } = preview;
  const columns: Column<PreviewFinding>[] = [
    {
      id: "plate",
      tight: true,
      title: t("fence.preview.plate"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    {
      id: "change",
      tight: true,
      title: t("fence.preview.change"),
      show: (row) => (
        <Tone tone={TONES[row.change] ?? "neutral"}>{wordFor(t, "previewChange", row.change)}</Tone>
      ),
      sort: "change",
    },
    {
      id: "rule",
      tight: true,
      title: t("fence.preview.rule"),
      show: (row) => wordFor(t, "ruleName", row.rule),
      sort: "rule",
    },
    {
      id: "unit",
      title: t("fence.preview.unit"),
      show: (row) => (row.unit_name ? named(row.unit_name, row.unit_name_en ?? "") : "—"),
    },
    {
      id: "began",
      tight: true,
      title: t("fence.preview.began"),
      show: (row) => time(row.started_at),
      sort: "started_at",
    },
  ];
  return (
    <>
      <Text fw={600} aria-live="polite">
        {raised + gone + changed === 0
          ? t("fence.preview.nothing")
          : t("fence.preview.result", { raised, gone, changed })}
      </Text>
      {raised + gone + changed > 0 && (
        <ListView<PreviewFinding>
          name="fence-preview-findings"
          path={`/api/fence-previews/${preview.id}/findings` as ListPath}
          label={t("fence.preview.list")}
          state={state}
          columns={columns}
          rowKey={({ id }) => id}
          searchable={false}
          filters={
            <ChoiceFilter
              state={state}
              name="change"
              label={t("fence.preview.change")}
              choices={wordChoices(t, "previewChange", CHANGES)}
            />
          }
          empty={{ title: t("fence.preview.none") }}
        />
      )}
    </>
  );
}
