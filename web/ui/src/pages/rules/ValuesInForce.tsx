// The values that hold for a unit and a class at a time, each with where it comes from; a rule says itself in words.
import { Anchor, Group, Select, Stack, Table, Text } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { type RulesInForce, type RuleValues, readInForce } from "../../api/rulebook";
import { measured } from "../../app/measure";
import { instantToWall, wallToInstant } from "../../app/time";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useUnitChoices, VEHICLE_CLASSES, wordChoices } from "../admin/choices";
import { parameterName, rangeSaid } from "./words";

export function ValuesInForce() {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const units = useUnitChoices();
  const [params, setParams] = useSearchParams();
  const [unit, cls, at] = ["unit", "class", "at"].map((name) => params.get(name));
  const found = useQuery({
    queryKey: ["rulebook", unit, cls, at],
    queryFn: () => readInForce(unit ?? null, cls ?? null, at ?? null),
  });
  const set = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const clear = { clearable: true, clearButtonProps: { "aria-label": t("common.clear") } };
  const unitName = (id: string | null) => units.find(({ value }) => value === id)?.label ?? null;
  return (
    <Stack gap="md">
      <Group gap="sm" align="end">
        <Select
          {...clear}
          searchable
          w={280}
          label={t("rulebook.unit")}
          placeholder={t("rulebook.everybody")}
          data={units.map(({ value, label }) => ({ value, label }))}
          value={unit ?? null}
          onChange={(next) => set("unit", next)}
        />
        <Select
          {...clear}
          w={200}
          label={t("rulebook.vehicleClass")}
          placeholder={t("rulebook.allClasses")}
          data={wordChoices(t, "vehicleClass", VEHICLE_CLASSES).map(({ value, label }) => ({ value, label }))}
          value={cls ?? null}
          onChange={(next) => set("class", next)}
        />
        <DateTimePicker
          {...clear}
          w={220}
          label={t("rulebook.at")}
          placeholder={t("rulebook.now")}
          valueFormat="YYYY-MM-DD HH:mm"
          value={at ? instantToWall(at, timezone) : null}
          onChange={(next) => set("at", next ? wallToInstant(next, timezone) : null)}
        />
      </Group>
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <>
          <ProfileNote of={found.data} unitName={unitName} />
          {found.data.rules.map((rule) => (
            <Rule key={rule.rule} rule={rule} unit={unit ?? null} cls={cls ?? null} unitName={unitName} />
          ))}
        </>
      )}
    </Stack>
  );
}

type UnitName = (id: string | null) => string | null;

function ProfileNote({ of, unitName }: { of: RulesInForce; unitName: UnitName }) {
  const { t } = useTranslation();
  const whose = of.profile_unit_id ? unitName(of.profile_unit_id) : t("rulebook.everybody");
  return (
    <Note tone="info">
      {t("rulebook.profileOf", { profile: wordFor(t, "ruleProfile", of.profile) })} ·{" "}
      {of.profile_no === null
        ? t("rulebook.profileDefault")
        : `${whose ?? ""} ${t("rulebook.profileNo", { number: of.profile_no })}`}
    </Note>
  );
}

interface RuleProps {
  rule: RuleValues;
  unit: string | null;
  cls: string | null;
  unitName: UnitName;
}

function Rule({ rule, unit, cls, unitName }: RuleProps) {
  const { t } = useTranslation();
  const mayDraft = useRight("rule.draft");
  const said = Object.fromEntries(rule.values.map(({ name, value }) => [name, measured(t, name, value)]));
  const own = rule.unit_id
    ? t("rulebook.ofUnit", { unit: unitName(rule.unit_id) ?? "" })
    : t("rulebook.ofEverybody");
  const query = new URLSearchParams({ what: "parameters", rule: rule.rule });
  if (unit) query.set("unit", unit);
  if (cls) query.set("class", cls);
  return (
    <Panel
      title={t("alert.ruleTitle", { id: rule.rule, name: wordFor(t, "ruleName", rule.rule) })}
      aside={
        <Group gap="sm">
          <Text size="sm" c="dimmed">
            {rule.version_no === null
              ? t("rulebook.noVersion")
              : `${t("rulebook.version", { number: rule.version_no })} · ${own}`}
          </Text>
          <Tone tone={rule.enabled ? "good" : "neutral"}>
            {t(rule.enabled ? "rulebook.on" : "rulebook.off")}
          </Tone>
          <Anchor size="sm" component={Link} to={`/admin/rules/versions?rule=${rule.rule}`}>
            {t("rulebook.lineOf")}
          </Anchor>
          {mayDraft && (
            <Anchor size="sm" component={Link} to={`/admin/rules/changes/new?${query}`}>
              {t("rulebook.change")}
            </Anchor>
          )}
        </Group>
      }
    >
      <Stack gap="sm">
        <Text size="sm">{t(`ruleText.${rule.rule}`, { ...said, defaultValue: rule.rule })}</Text>
        <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="group" aria-label={rule.rule}>
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("rulebook.parameter")}</Table.Th>
                <Table.Th>{t("rulebook.value")}</Table.Th>
                <Table.Th>{t("rulebook.from")}</Table.Th>
                <Table.Th visibleFrom="sm">{t("rulebook.range")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rule.values.map((each) => (
                <Table.Tr key={each.name}>
                  <Table.Td>{parameterName(t, each.name)}</Table.Td>
                  <Table.Td className="num">{said[each.name]}</Table.Td>
                  <Table.Td>
                    <Tone
                      tone={
                        each.source === "default" ? "neutral" : each.source === "profile" ? "info" : "warn"
                      }
                    >
                      {wordFor(t, "ruleSource", each.source)}
                    </Tone>
                  </Table.Td>
                  <Table.Td visibleFrom="sm">{rangeSaid(t, each)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Stack>
    </Panel>
  );
}
