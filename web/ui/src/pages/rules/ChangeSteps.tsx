// What a change says, where it stands, and the steps that settle it.
import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { publishRules, type RuleChange, submitRules, withdrawRules } from "../../api/rulebook";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { type Fact, Facts } from "../../parts/Facts";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { STATE_TONES, TOUCHES, valuesSaid, whom } from "./words";

interface ChangeStepsProps {
  change: RuleChange;
  dirty: boolean;
  reload: () => Promise<unknown>;
}

export function ChangeSteps({ change, dirty, reload }: ChangeStepsProps) {
  const { t } = useTranslation();
  const time = useTime();
  const named = useName();
  const mayPublish = useRight("rule.publish");
  const options = { touches: TOUCHES, quiet: true, reload };
  const submit = useAct({
    run: (of: RuleChange, key) => submitRules(of.id, of.row_version, key),
    done: t("rulebook.submitted"),
    ...options,
  });
  const publish = useAct({
    run: (of: RuleChange, key) => publishRules(of.id, of.row_version, key),
    done: t("rulebook.done"),
    ...options,
  });
  const withdraw = useAct({
    run: (of: RuleChange, key) => withdrawRules(of.id, of.row_version, key),
    done: t("rulebook.withdrawn"),
    ...options,
  });
  const { state, mine } = change;
  const from = change.from_at
    ? t("rulebook.fromThen", { from: time(change.from_at) })
    : t("rulebook.fromNow");
  const open = state === "draft" || state === "proposed";
  return (
    <Panel>
      <Stack gap="sm">
        <RefusalNote id="change-refusal" refusal={submit.error ?? publish.error ?? withdraw.error} />
        <Facts
          facts={[
            [
              t("rulebook.state"),
              <Tone key="state" tone={STATE_TONES[state] ?? "neutral"}>
                {wordFor(t, "ruleChangeState", state)}
              </Tone>,
            ],
            [
              t("rulebook.whom"),
              whom(t, {
                unit: named(change.unit_name, change.unit_name_en) ?? null,
                vehicle_class: change.vehicle_class,
                plate: change.plate,
              }),
            ],
            ...useSaid(change),
            change.began_at
              ? [t("rulebook.began"), time(change.began_at)]
              : [t("rulebook.fromAt"), change.from_at ? time(change.from_at) : t("rulebook.fromPublication")],
            change.what === "end"
              ? null
              : [t("rulebook.toAt"), change.to_at ? time(change.to_at) : t("rulebook.open")],
            [t("rulebook.reason"), change.reason],
            [
              t("rulebook.by"),
              `${change.created_by_name ?? t("rulebook.atMachine")} · ${time(change.created_at)}`,
            ],
            change.settled_at
              ? [
                  t("rulebook.settled"),
                  `${change.settled_by_name ?? t("rulebook.atMachine")} · ${time(change.settled_at)}`,
                ]
              : null,
          ]}
        />
        {state === "proposed" && mine && <Note tone="info">{t("rulebook.secondPerson")}</Note>}
        {open && (
          <Group gap="sm" align="flex-start">
            {state === "draft" && mine && (
              <Ask
                label={t("rulebook.submit")}
                consequence={t("rulebook.submitMeans")}
                busy={submit.isPending}
                disabled={dirty}
                onConfirm={() => submit.mutate(change)}
              />
            )}
            {state === "proposed" && mayPublish && !mine && (
              <Ask
                label={t("rulebook.publish")}
                consequence={t("rulebook.publishMeans", { from })}
                busy={publish.isPending}
                onConfirm={() => publish.mutate(change)}
              />
            )}
            {(mine || (mayPublish && state === "proposed")) && (
              <Ask
                label={t(mine ? "rulebook.withdraw" : "rulebook.turnDown")}
                consequence={t("rulebook.withdrawMeans")}
                busy={withdraw.isPending}
                onConfirm={() => withdraw.mutate(change)}
              />
            )}
          </Group>
        )}
      </Stack>
    </Panel>
  );
}

/** What a change says, by its kind. */
function useSaid({ what, body, rules }: RuleChange): Fact[] {
  const { t } = useTranslation();
  if (what === "profile") return [[t("rulebook.profile"), wordFor(t, "ruleProfile", body.profile)]];
  if (what === "mute") return [[t("rulebook.rule"), `${body.rule} ${wordFor(t, "ruleName", body.rule)}`]];
  if (what === "end") {
    const named = rules.map((id) => `${id} ${wordFor(t, "ruleName", id)}`).join(t("punctuation.comma"));
    return [[t("rulebook.endsWhat"), `${wordFor(t, "ruleWhat", body.of)}${named ? ` · ${named}` : ""}`]];
  }
  return Object.entries(body.rules ?? {}).map(([id, { enabled, parameters }]) => [
    `${id} ${wordFor(t, "ruleName", id)}`,
    <Text key={id} size="sm" component="span">
      {enabled ? "" : `${t("rulebook.turnedOff")} · `}
      {valuesSaid(t, parameters)}
    </Text>,
  ]);
}
