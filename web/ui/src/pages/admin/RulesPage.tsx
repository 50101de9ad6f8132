// /admin/rules: the rules in force, in words with their values: what the system may suspect and when.
import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type RuleInForce, readRules } from "../../api/register";
import { measured } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { Empty, Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";

export function Component() {
  const { t } = useTranslation();
  const rules = useQuery({ queryKey: ["rules"], queryFn: readRules });
  return (
    <>
      <PageHeader title={t("shell.menu.rules")} about={t("rule.about")} />
      {rules.isPending && <Loading />}
      {rules.isError && <Failed error={rules.error} retry={() => void rules.refetch()} />}
      {rules.isSuccess && rules.data.length === 0 && <Empty icon="rules" title={t("rule.none")} />}
      <Stack gap="md" maw={900}>
        {rules.data?.map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </Stack>
    </>
  );
}

function Rule({ rule }: { rule: RuleInForce }) {
  const { t } = useTranslation();
  const time = useTime();
  const values = Object.fromEntries(
    Object.entries({ ...rule.defaults, ...rule.parameters }).map(([name, value]) => [
      name,
      measured(t, name, value),
    ]),
  );
  return (
    <Panel
      title={t("alert.ruleTitle", { id: rule.rule, name: wordFor(t, "ruleName", rule.rule) })}
      aside={
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t("rule.version", { number: rule.version_no })}
          </Text>
          <Tone tone={rule.enabled ? "good" : "neutral"}>{t(rule.enabled ? "rule.on" : "rule.off")}</Tone>
        </Group>
      }
    >
      <Stack gap="sm">
        <Text size="sm">{t(`ruleText.${rule.rule}`, { ...values, defaultValue: rule.rule })}</Text>
        <Facts
          facts={[
            ...Object.entries(values).map(
              ([name, value]) => [t(`parameter.${name}`, { defaultValue: name }), value] as const,
            ),
            [t("rule.since"), rule.start_at ? time(rule.start_at, "date") : t("rule.always")],
          ]}
        />
      </Stack>
    </Panel>
  );
}
