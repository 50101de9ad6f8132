// One version, profile or mute: what it says, the change it came from, and the way to end it.
import { Anchor, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { draftRules, submitRules } from "../../api/rulebook";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { Dialog } from "../../parts/Dialog";
import { type Fact, Facts } from "../../parts/Facts";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { TOUCHES } from "./words";

interface VersionDialogProps {
  title: string;
  /** parameters, profile, mute */
  of: string;
  row: {
    id: string;
    standing: string;
    reason: string;
    from_at: string | null;
    to_at: string | null;
    change_id: string | null;
    change_no: number | null;
    ended_by_change_no?: number | null;
  };
  facts: readonly Fact[];
  onClose: () => void;
}

export function VersionDialog({ title, of, row, facts, onClose }: VersionDialogProps) {
  const { t } = useTranslation();
  const time = useTime();
  const may = useRight("rule.draft");
  const end = useAct({
    run: async (_: null, key) => {
      const body = { of, id: row.id };
      const { id, row_version } = await draftRules(
        { what: "end", body, reason: t("rulebook.endReason") },
        key,
      );
      return submitRules(id, row_version, `${key}-submit`);
    },
    touches: TOUCHES,
    done: t("rulebook.endProposed"),
    quiet: true,
    after: onClose,
  });
  return (
    <Dialog title={title} size="lg" onClose={onClose}>
      <Stack gap="md">
        <RefusalNote id="version-refusal" refusal={end.error} />
        <Facts
          facts={[
            ...facts,
            [t("common.from"), row.from_at ? time(row.from_at) : t("rulebook.always")],
            [t("common.to"), row.to_at ? time(row.to_at) : t("rulebook.open")],
            [t("rulebook.reason"), row.reason || "—"],
            row.change_id
              ? [
                  t("rulebook.changeNo"),
                  <Anchor key="change" component={Link} to={`/admin/rules/changes/${row.change_id}`}>
                    {t("rulebook.title", { number: row.change_no })}
                  </Anchor>,
                ]
              : null,
            row.ended_by_change_no
              ? [t("rulebook.ends"), t("rulebook.title", { number: row.ended_by_change_no })]
              : null,
          ]}
        />
        {may && row.standing !== "over" && (
          <Ask
            label={t("rulebook.end")}
            consequence={`${t("rulebook.endMeans")} ${t("rulebook.submitMeans")}`}
            busy={end.isPending}
            onConfirm={() => end.mutate(null)}
          />
        )}
      </Stack>
    </Dialog>
  );
}
