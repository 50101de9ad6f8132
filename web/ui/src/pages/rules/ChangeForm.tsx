// What a change wants: whom, from when, why, and the values of one rule or several, a profile or a mute.
import { Button, Group, MultiSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeRules,
  draftRules,
  type RuleBody,
  type RuleChange,
  type RuleSet,
  type RuleWanted,
  readInForce,
} from "../../api/rulebook";
import { wallToInstant } from "../../app/time";
import { FieldInput } from "../../parts/form/FieldInput";
import { clean, type Field, type FieldValue, type Values } from "../../parts/form/fields";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { troublesOf } from "../../parts/form/troubles";
import { useFocusOnTrouble } from "../../parts/form/useFocusOnTrouble";
import { useRefusedFields } from "../../parts/form/useRefusedFields";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { RULE_IDS } from "../../text/rules";
import { useUnitChoices, useVehicles, VEHICLE_CLASSES, vehicleChoices, wordChoices } from "../admin/choices";
import { fieldsOfRule, RuleFields, ruleSet, startOfRule } from "./RuleFields";
import { PROFILES, TOUCHES } from "./words";

export interface Start {
  readonly what: "parameters" | "profile" | "mute" | "end";
  readonly values: Values;
  /** Of the rules that are changed, what the draft says; null = as it holds now. */
  readonly rules: Readonly<Record<string, RuleSet | null>>;
}

interface ChangeFormProps {
  change: RuleChange | null;
  start: Start;
  onSaved: (id: string) => void;
  onDirty?: (dirty: boolean) => void;
}

export function ChangeForm({ change, start, onSaved, onDirty }: ChangeFormProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const form = useId();
  const [values, setValues] = useState<Values>(start.values);
  const [chosen, setChosen] = useState<readonly string[]>(Object.keys(start.rules));
  const [typed, setTyped] = useState<Values>({});
  const [tried, setTried] = useState(0);
  const [unit, cls] = [values["unit_id"], values["vehicle_class"]].map((each) =>
    each ? String(each) : null,
  );
  const held = useQuery({
    queryKey: ["rulebook", unit, cls, null],
    queryFn: () => readInForce(unit ?? null, cls ?? null, null),
    enabled: start.what === "parameters",
  });
  const rules = (held.data?.rules ?? []).filter(({ rule }) => chosen.includes(rule));
  const ofRules: Values = Object.assign(
    {},
    ...rules.map((rule) => startOfRule(rule, start.rules[rule.rule] ?? null)),
    typed,
  );
  const fields = [...useFields(start.what), ...rules.flatMap((rule) => fieldsOfRule(t, rule, ofRules))];
  const all = { ...values, ...ofRules };
  const names = [...fields.map(({ name }) => name), "rules", "body"];
  const save = useAct({
    run: async (body: RuleWanted, key) =>
      change
        ? changeRules(change.id, change.row_version, body, key).then(() => change.id)
        : draftRules(body, key).then(({ id }) => id),
    touches: TOUCHES,
    done: t("rulebook.drafted"),
    quiet: true,
    after: onSaved,
  });
  const own = troublesOf(t, fields, all);
  const { refused, settle } = useRefusedFields(names, save.error);
  const shown = { ...refused, ...(tried ? own : {}) };
  useFocusOnTrouble(form, names, shown, save.error, tried);
  const touch = (name: string) => {
    settle(name);
    onDirty?.(true);
  };
  const set = (name: string, value: FieldValue) => {
    touch(name);
    setValues((before) => ({ ...before, [name]: value }));
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried((times) => times + 1);
    if (Object.keys(own).length > 0) return;
    if (start.what === "parameters" && chosen.length === 0) return;
    const said = clean(useful(fields), all);
    const instant = (name: string) => {
      const value = said[name];
      return typeof value === "string" ? wallToInstant(value, timezone) : null;
    };
    const text = (name: string) => (typeof said[name] === "string" && said[name] ? String(said[name]) : null);
    const body: RuleBody =
      start.what === "parameters"
        ? { rules: Object.fromEntries(rules.map((rule) => [rule.rule, ruleSet(rule, ofRules)])) }
        : start.what === "profile"
          ? { profile: text("profile") ?? "" }
          : { rule: text("rule") ?? "" };
    save.mutate({
      what: start.what,
      body: body as RuleWanted["body"],
      unit_id: text("unit_id"),
      vehicle_class: text("vehicle_class"),
      vehicle_id: text("vehicle_id"),
      from_at: instant("from_at"),
      to_at: instant("to_at"),
      reason: text("reason") ?? "",
    });
  };
  const input = (field: Field) => (
    <FieldInput
      key={field.name}
      id={`${form}-${field.name}`}
      field={field}
      value={all[field.name] ?? null}
      error={shown[field.name]}
      onChange={set}
    />
  );
  return (
    <Panel>
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          <RefusalNote id={`${form}-refusal`} refusal={save.error} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>{useful(fields).map(input)}</SimpleGrid>
          {start.what === "parameters" && (
            <>
              <MultiSelect
                id={`${form}-rules`}
                label={t("rulebook.ruleChoice")}
                description={t("rulebook.ruleChoiceHint")}
                required
                searchable
                error={shown["rules"] ?? (tried && chosen.length === 0 ? t("form.choose") : undefined)}
                data={RULE_IDS.map((id) => ({ value: id, label: `${id} ${wordFor(t, "ruleName", id)}` }))}
                value={[...chosen]}
                onChange={(next) => {
                  touch("rules");
                  setChosen(next);
                }}
              />
              {rules.length > 0 && (
                <Text size="sm" c="dimmed">
                  {t("rulebook.whole")}
                </Text>
              )}
              {rules.map((rule) => (
                <RuleFields
                  key={rule.rule}
                  form={form}
                  rule={rule}
                  values={ofRules}
                  errors={shown}
                  onChange={(name, value) => {
                    touch(name);
                    setTyped((before) => ({ ...before, [name]: value }));
                  }}
                />
              ))}
            </>
          )}
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={save.isPending}
              disabled={start.what === "parameters" && held.isPending}
            >
              {t("rulebook.saveDraft")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

/** Those above the rules. */
const useful = (fields: readonly Field[]) => fields.filter(({ name }) => !name.startsWith("rules."));

function useFields(what: Start["what"]): readonly Field[] {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const vehicles = useVehicles();
  const mute = what === "mute";
  const rules = RULE_IDS.map((id) => ({ value: id, label: `${id} ${wordFor(t, "ruleName", id)}` }));
  const classes = wordChoices(t, "vehicleClass", VEHICLE_CLASSES);
  const unit = { name: "unit_id", label: t("rulebook.unit"), kind: "choice", choices: units } as const;
  return [
    ...(mute
      ? [{ name: "rule", label: t("rulebook.rule"), kind: "choice", required: true, choices: rules } as const]
      : []),
    ...(what === "profile"
      ? [
          {
            name: "profile",
            label: t("rulebook.profile"),
            kind: "choice",
            required: true,
            choices: wordChoices(t, "ruleProfile", PROFILES),
          } as const,
        ]
      : []),
    mute ? unit : { ...unit, hint: t("rulebook.unitHint") },
    mute
      ? ({
          name: "vehicle_id",
          label: t("rulebook.vehicle"),
          kind: "choice",
          choices: vehicleChoices(vehicles),
        } as const)
      : ({
          name: "vehicle_class",
          label: t("rulebook.vehicleClass"),
          hint: t("rulebook.classHint"),
          kind: "choice",
          choices: classes,
        } as const),
    { name: "from_at", label: t("rulebook.fromAt"), kind: "moment", hint: t("rulebook.fromAtHint") },
    {
      name: "to_at",
      label: t("rulebook.toAt"),
      kind: "moment",
      hint: t(mute ? "rulebook.muteToHint" : "rulebook.toAtHint"),
      required: mute,
    },
    {
      name: "reason",
      label: t("rulebook.reason"),
      kind: "text",
      required: true,
      hint: t("rulebook.reasonHint"),
    },
  ];
}
