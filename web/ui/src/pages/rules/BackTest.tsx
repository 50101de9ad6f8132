// What a change would have found in stored months: asked for, followed, counted by rule and unit; each number leads to
// the findings that differ.
import { Anchor, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  askBackTest,
  type Period,
  type RuleChange,
  type RulePreview,
  readBackTest,
} from "../../api/rulebook";
import { dayOf, spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { Counts } from "./Counts";

const REFRESH_MS = 1_500;
const USUAL_DAYS = 31;
const A_DAY_MS = 86_400_000;
const isOver = (preview: RulePreview) => preview.state === "done" || preview.state === "failed";

export function BackTest({ change, dirty }: { change: RuleChange; dirty: boolean }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const mayPublish = useRight("rule.publish");
  const today = dayOf(Date.now(), timezone);
  const [from, setFrom] = useState<string | null>(dayOf(Date.now() - USUAL_DAYS * A_DAY_MS, timezone));
  const [to, setTo] = useState<string | null>(today);
  const found = useQuery({
    queryKey: ["rule-back-test", change.id],
    queryFn: () => readBackTest(change.id),
    refetchInterval: ({ state }) => (state.data && !isOver(state.data) ? REFRESH_MS : false),
  });
  const ask = useAct({
    run: (period: Period, key) => askBackTest(change.id, period, key),
    touches: ["rule-back-test"],
  });
  const preview = found.data;
  const running = preview ? !isOver(preview) : false;
  const open = change.state === "draft" || change.state === "proposed";
  const span = spanOfDays(from ?? undefined, to ?? undefined, timezone);
  const outdated =
    preview && open && preview.change_version !== change.row_version && change.state === "draft";
  return (
    <Panel title={t("rulebook.preview.title")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("rulebook.preview.about")}
        </Text>
        {open && (change.mine || mayPublish) && (
          <Group gap="sm" align="end">
            <DateInput
              label={t("rulebook.preview.fromDay")}
              valueFormat="YYYY-MM-DD"
              maxDate={today}
              w={170}
              value={from}
              onChange={setFrom}
            />
            <DateInput
              label={t("rulebook.preview.toDay")}
              valueFormat="YYYY-MM-DD"
              maxDate={today}
              w={170}
              value={to}
              onChange={setTo}
            />
            <Button
              loading={ask.isPending}
              disabled={running || dirty || !from || !to}
              onClick={() => ask.mutate({ from_at: span.from ?? null, to_at: span.to ?? null })}
            >
              {t(preview ? "rulebook.preview.again" : "rulebook.preview.ask")}
            </Button>
          </Group>
        )}
        {found.isPending && <Loading lines={2} />}
        {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
        {outdated && <Note tone="warn">{t("rulebook.preview.outdated")}</Note>}
        {preview && running && <Running preview={preview} />}
        {preview?.state === "failed" && (
          <Note tone="bad">{t("rulebook.preview.failed", { trouble: preview.trouble })}</Note>
        )}
        {preview?.state === "done" && <Result preview={preview} />}
      </Stack>
    </Panel>
  );
}

function Running({ preview }: { preview: RulePreview }) {
  const { t } = useTranslation();
  const share = preview.vehicles ? (100 * preview.vehicles_done) / preview.vehicles : 0;
  return (
    <>
      <Progress value={share} animated aria-label={t("rulebook.preview.progress")} />
      <Text size="sm" aria-live="polite">
        {preview.vehicles === null
          ? t("rulebook.preview.queued")
          : t("rulebook.preview.running", { done: preview.vehicles_done, of: preview.vehicles })}
      </Text>
    </>
  );
}

function Result({ preview }: { preview: RulePreview }) {
  const { t } = useTranslation();
  const time = useTime();
  const { raised, gone, changed } = preview;
  const differ = raised + gone + changed > 0;
  return (
    <>
      <Text fw={600} aria-live="polite">
        {differ ? t("rulebook.preview.result", { raised, gone, changed }) : t("rulebook.preview.nothing")}
        {differ && (
          <Anchor href="#differences" ml="sm" size="sm">
            {t("rulebook.preview.open")}
          </Anchor>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {t("rulebook.preview.span", {
          from: time(preview.from_at),
          to: time(preview.to_at),
          vehicles: preview.vehicles_done,
          fixes: preview.fixes,
        })}
      </Text>
      <Counts preview={preview} />
    </>
  );
}
