// The rule in words, with the values it was judged by and the versions of everything it looked at.
import { Anchor, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AlertDetail } from "../../api/alerts";
import { measured } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";

export function RuleText({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const values = Object.fromEntries(
    Object.entries(alert.parameters).map(([name, value]) => [name, measured(t, name, value)]),
  );
  return (
    <Panel title={t("alert.ruleTitle", { id: alert.rule, name: wordFor(t, "ruleName", alert.rule) })}>
      <Stack gap="sm">
        <Text size="sm">{t(`ruleText.${alert.rule}`, { ...values, defaultValue: alert.rule_name })}</Text>
        <Facts
          facts={[
            ...Object.entries(values).map(
              ([name, value]) => [t(`parameter.${name}`, { defaultValue: name }), value] as const,
            ),
            [
              t("alert.versions.rule"),
              <Anchor key="rule" component={Link} size="sm" to={`/admin/rules/versions?rule=${alert.rule}`}>
                {alert.rule_version_no ?? t("alert.versions.default")}
              </Anchor>,
            ],
            alert.muted
              ? [
                  t("alert.muted"),
                  t("alert.mutedUntil", { until: time(alert.muted.until), reason: alert.muted.reason }),
                ]
              : null,
            [t("alert.versions.calendar"), alert.calendar_version_no ?? t("alert.versions.default")],
            alert.engine_version ? [t("alert.versions.engine"), alert.engine_version] : null,
            alert.fixes_sha256 ? [t("alert.versions.fixes"), alert.fixes_sha256.slice(0, 16)] : null,
          ]}
        />
      </Stack>
    </Panel>
  );
}
