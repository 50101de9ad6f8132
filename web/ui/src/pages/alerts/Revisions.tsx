// Every revision of a suspicion stays visible: what changed, when and why it was judged again.
import { Text, Timeline } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Revision } from "../../api/alerts";
import { measured } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";

export function Revisions({ revisions }: { revisions: Revision[] }) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <Panel title={t("alert.revisions")}>
      <Timeline bulletSize={14} lineWidth={2} active={revisions.length}>
        {revisions.map((revision) => (
          <Timeline.Item
            key={revision.revision}
            title={
              <Text component="span" size="sm" fw={600}>
                {t("alert.revision", {
                  number: revision.revision,
                  why: wordFor(t, "revisionWhy", revision.why),
                })}
              </Text>
            }
          >
            <Text size="sm">
              {wordFor(t, "judgement", revision.judgement)} · {wordFor(t, "severity", revision.severity)} ·{" "}
              {time(revision.started_at)} – {revision.ended_at ? time(revision.ended_at) : t("alert.goingOn")}
            </Text>
            <Text size="sm" c="dimmed">
              {Object.entries(revision.metrics)
                .map(
                  ([name, value]) =>
                    `${t(`metric.${name}`, { defaultValue: name })} ${measured(t, name, value)}`,
                )
                .join(t("punctuation.comma"))}
            </Text>
            <Text size="xs" c="dimmed">
              {time(revision.created_at, "full")}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Panel>
  );
}
