// The driving rules in force, those to come, and a new version.
import { Button, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { type DrivingRules, keepDrivingRules, readDrivingRules } from "../../api/drivers";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { VEHICLE_CLASSES } from "../admin/choices";

type Version = DrivingRules["now"];

export const TRAININGS = ["safety", "confidential", "wheelchair", "large_event"] as const;
const NUMBERS = [
  "drive_min",
  "rest_min",
  "lunch_min",
  "shift_min",
  "overtime_min",
  "overtime_weight",
  "accept_min",
  "accept_before_min",
  "accept_tries",
] as const;

export function RulesPanel() {
  const { t } = useTranslation();
  const time = useTime();
  const mayEdit = useRight("driving_rules.edit");
  const [changing, setChanging] = useState(false);
  const rules = useQuery({ queryKey: ["driving-rules"], queryFn: readDrivingRules });
  return (
    <Panel title={t("drivers.part.rules")}>
      {rules.isPending && <Loading lines={4} />}
      {rules.isError && <Failed error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data && (
        <>
          {rules.data.now.version_no === 0 && <Note tone="info">{t("drivers.builtIn")}</Note>}
          <RuleValues rules={rules.data.now} />
          {rules.data.coming.length > 0 && (
            <List size="sm" mt="sm">
              {rules.data.coming.map((each) => (
                <List.Item key={each.version_no}>
                  {t("drivers.coming", { no: each.version_no, at: each.from_at ? time(each.from_at) : "" })}
                </List.Item>
              ))}
            </List>
          )}
          {mayEdit && (
            <Button mt="md" onClick={() => setChanging(true)}>
              {t("drivers.changeRules")}
            </Button>
          )}
          {changing && <RulesDialog rules={rules.data} onClose={() => setChanging(false)} />}
        </>
      )}
    </Panel>
  );
}

function RuleValues({ rules }: { rules: Version }) {
  const { t } = useTranslation();
  const words = (group: string, names: readonly string[]) =>
    names.length
      ? names.map((name) => wordFor(t, group, name)).join(t("punctuation.comma"))
      : t("drivers.nothing");
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t("drivers.version", { no: rules.version_no })}
      </Text>
      <Facts
        facts={[
          ...NUMBERS.map((name): [string, string] => [t(`drivers.rule.${name}`), String(rules[name])]),
          [
            t("drivers.rule.lunch"),
            `${(rules.lunch_from ?? "").slice(0, 5)}–${(rules.lunch_to ?? "").slice(0, 5)}`,
          ],
          [t("drivers.rule.classes"), words("vehicleClass", rules.classes ?? [])],
          [t("drivers.rule.trainings"), words("training", rules.trainings ?? [])],
        ]}
      />
    </>
  );
}

function RulesDialog({ rules, onClose }: { rules: DrivingRules; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const base = rules.coming.at(-1) ?? rules.now;
  const clock = { like: /^([01]\d|2[0-3]):[0-5]\d$/, otherwise: t("drivers.notATime") };
  const fields: readonly Field[] = [
    { name: "from_at", label: t("drivers.fromAt"), kind: "moment", hint: t("drivers.fromAtHint") },
    ...NUMBERS.map(
      (name): Field => ({
        name,
        label: t(`drivers.rule.${name}`),
        kind: "number",
        required: true,
        min: 0,
        max: 1440,
        whole: name !== "overtime_weight",
      }),
    ),
    { name: "lunch_from", label: t("drivers.rule.lunchFrom"), kind: "text", required: true, pattern: clock },
    { name: "lunch_to", label: t("drivers.rule.lunchTo"), kind: "text", required: true, pattern: clock },
    ...VEHICLE_CLASSES.map(
      (name): Field => ({
        name: `class:${name}`,
        label: t("drivers.asksClass", { what: wordFor(t, "vehicleClass", name) }),
        kind: "switch",
      }),
    ),
    ...TRAININGS.map(
      (name): Field => ({
        name: `training:${name}`,
        label: t("drivers.asksTraining", { what: wordFor(t, "training", name) }),
        kind: "switch",
      }),
    ),
    { name: "reason", label: t("drivers.reason"), kind: "text", required: true },
  ];
  const start: Values = {
    ...Object.fromEntries(NUMBERS.map((name) => [name, base[name] ?? 0])),
    ...Object.fromEntries((base.classes ?? []).map((name) => [`class:${name}`, true])),
    ...Object.fromEntries((base.trainings ?? []).map((name) => [`training:${name}`, true])),
    lunch_from: (base.lunch_from ?? "11:00").slice(0, 5),
    lunch_to: (base.lunch_to ?? "13:30").slice(0, 5),
    from_at:
      base.from_at && Date.parse(base.from_at) > Date.now()
        ? instantToWall(Date.parse(base.from_at), timezone)
        : "",
  };
  const send = useAct({
    run: (body: Schemas["NewRules"], key) => keepDrivingRules(body, rules.newest_no, key),
    touches: ["driving-rules"],
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("drivers.changeRules")}
      fields={fields}
      start={start}
      busy={send.isPending}
      refusal={send.error}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          ...Object.fromEntries(NUMBERS.map((name) => [name, Number(said[name])])),
          lunch_from: String(said["lunch_from"]),
          lunch_to: String(said["lunch_to"]),
          classes: VEHICLE_CLASSES.filter((name) => said[`class:${name}`] === true),
          trainings: TRAININGS.filter((name) => said[`training:${name}`] === true),
          from_at: said["from_at"] ? wallToInstant(String(said["from_at"]), timezone) : null,
          reason: String(said["reason"]),
        } as Schemas["NewRules"]);
      }}
    />
  );
}
