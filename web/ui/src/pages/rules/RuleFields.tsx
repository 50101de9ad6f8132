// The values of one rule in a change: each parameter either has a value of its own or takes the profile's.
import { Checkbox, Fieldset, Group, Stack, Switch, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ParameterValue, RuleSet, RuleValues } from "../../api/rulebook";
import { measured } from "../../app/measure";
import { FieldInput } from "../../parts/form/FieldInput";
import type { Field, FieldValue, Values } from "../../parts/form/fields";
import type { Troubles } from "../../parts/form/troubles";
import { wordFor } from "../../text/codes";
import { nameWithUnit, parameterName, rangeSaid } from "./words";

/** As the server names it when it refuses it. */
const nameOf = (rule: string, parameter: string) => `rules.${rule}.${parameter}`;
const ownOf = (rule: string, parameter: string) => `own.${rule}.${parameter}`;
const onOf = (rule: string) => `on.${rule}`;

/** A rule's part of the form: what the draft says of it, else what holds now. */
export function startOfRule(rule: RuleValues, said: RuleSet | null): Values {
  const entries = rule.values.flatMap(({ name, value, source }): [string, FieldValue][] => {
    const own = said ? name in said.parameters : source === "version";
    const shown = said?.parameters[name] ?? (value as FieldValue);
    return [
      [ownOf(rule.rule, name), own],
      [nameOf(rule.rule, name), shown],
    ];
  });
  return Object.fromEntries([...entries, [onOf(rule.rule), said ? said.enabled : rule.enabled]]);
}

function fieldOf(t: TFunction, rule: string, each: ParameterValue): Field {
  const number = each.kind === "number";
  return {
    name: nameOf(rule, each.name),
    label: nameWithUnit(t, each.name),
    kind: each.kind === "boolean" ? "switch" : number ? "number" : "text",
    required: each.kind !== "boolean",
    ...(number && each.at_least !== null && each.at_most !== null
      ? { min: each.at_least, max: each.at_most }
      : {}),
  };
}

/** The inputs that count: of parameters with a value of their own. */
export const fieldsOfRule = (t: TFunction, rule: RuleValues, values: Values): Field[] =>
  rule.values
    .filter(({ name }) => values[ownOf(rule.rule, name)] === true)
    .map((each) => fieldOf(t, rule.rule, each));

export function ruleSet(rule: RuleValues, values: Values): RuleSet {
  const own = rule.values.filter(({ name }) => values[ownOf(rule.rule, name)] === true);
  const said = own.map(({ name }) => [name, values[nameOf(rule.rule, name)]] as const);
  return {
    enabled: values[onOf(rule.rule)] === true,
    parameters: Object.fromEntries(said) as RuleSet["parameters"],
  };
}

interface RuleFieldsProps {
  form: string;
  rule: RuleValues;
  values: Values;
  errors: Troubles;
  onChange: (name: string, value: FieldValue) => void;
}

export function RuleFields({ form, rule, values, errors, onChange }: RuleFieldsProps) {
  const { t } = useTranslation();
  const said = Object.fromEntries(rule.values.map(({ name, value }) => [name, measured(t, name, value)]));
  return (
    <Fieldset legend={t("alert.ruleTitle", { id: rule.rule, name: wordFor(t, "ruleName", rule.rule) })}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t(`ruleText.${rule.rule}`, { ...said, defaultValue: rule.rule })}
        </Text>
        <Switch
          label={t("rulebook.ruleOn")}
          checked={values[onOf(rule.rule)] === true}
          onChange={(event) => onChange(onOf(rule.rule), event.currentTarget.checked)}
        />
        {rule.values.map((each) => {
          const own = values[ownOf(rule.rule, each.name)] === true;
          const name = nameOf(rule.rule, each.name);
          const usual = t("rulebook.ownHint", { value: measured(t, each.name, each.of_profile) });
          const range = each.kind === "number" ? ` · ${rangeSaid(t, each)}` : "";
          return (
            <Group key={each.name} gap="md" align="flex-start">
              <Checkbox
                w={260}
                pt={own ? 26 : 0}
                label={own ? t("rulebook.own") : parameterName(t, each.name)}
                aria-label={`${parameterName(t, each.name)}：${t("rulebook.own")}`}
                description={own ? undefined : usual}
                checked={own}
                onChange={(event) => onChange(ownOf(rule.rule, each.name), event.currentTarget.checked)}
              />
              {own && (
                <FieldInput
                  id={`${form}-${name}`}
                  field={{ ...fieldOf(t, rule.rule, each), hint: `${usual}${range}` }}
                  value={values[name] ?? null}
                  error={errors[name]}
                  onChange={onChange}
                />
              )}
            </Group>
          );
        })}
      </Stack>
    </Fieldset>
  );
}
