// Where a draft stands: what looks wrong, and the steps that settle it.
import { Group, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Draft, discardDraft, publishDraft } from "../../api/fences";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { type CodeWithParams, sentence, wordFor } from "../../text/codes";

const TOUCHES = ["fence-drafts", "fences", "areas"];

export function DraftSteps({ draft, dirty }: { draft: Draft; dirty: boolean }) {
  const { t } = useTranslation();
  const time = useTime();
  const navigate = useNavigate();
  const mayDraw = useRight("area.draft");
  const mayPublish = useRight("area.publish");
  const publish = useAct({
    run: (of: Draft, key) => publishDraft(of.id, of.row_version, key),
    touches: TOUCHES,
    done: t("fence.published"),
  });
  const discard = useAct({
    run: (of: Draft, key) => discardDraft(of.id, of.row_version, key),
    touches: TOUCHES,
    done: t("fence.discarded"),
    after: () => void navigate("/admin/areas/drafts"),
  });
  const open = draft.state === "draft";
  const from = draft.effective_at ? time(draft.effective_at) : t("fence.atOnce");
  return (
    <Panel>
      <Stack gap="sm">
        <Text size="sm">
          {t("fence.stands", {
            state: wordFor(t, "draftState", draft.state),
            kind: wordFor(t, "areaKind", draft.kind),
            code: draft.code,
            from,
            by: draft.updated_by_name ?? t("fence.byMachine"),
            at: time(draft.updated_at),
          })}
        </Text>
        {draft.ends && <Note tone="warn">{t("fence.endsMeans", { from })}</Note>}
        {draft.warnings.length > 0 && (
          <Note tone="warn" title={t("fence.warnings")}>
            <List size="sm">
              {draft.warnings.map((warning) => (
                <List.Item key={JSON.stringify(warning)}>
                  {sentence(t, "fenceWarning", warning as unknown as CodeWithParams)}
                </List.Item>
              ))}
            </List>
          </Note>
        )}
        {open && mayPublish && draft.mine && <Note tone="info">{t("fence.secondPerson")}</Note>}
        {open && (
          <Group gap="sm">
            {mayPublish && !draft.mine && (
              <Ask
                label={t("fence.publish")}
                consequence={t(dirty ? "fence.publishDirty" : "fence.publishMeans", { from })}
                busy={publish.isPending}
                onConfirm={() => publish.mutate(draft)}
              />
            )}
            {mayDraw && (
              <Ask
                label={t("fence.discard")}
                consequence={t("fence.discardMeans")}
                busy={discard.isPending}
                onConfirm={() => discard.mutate(draft)}
              />
            )}
          </Group>
        )}
      </Stack>
    </Panel>
  );
}
