// The line of versions: what each rule and profile said, for whom and from when; one in force or planned can be ended.
import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RuleLine } from "../../api/rulebook";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { RULE_IDS } from "../../text/rules";
import { wordChoices } from "../admin/choices";
import { VersionDialog } from "./VersionDialog";
import { STANDING_TONES, STANDINGS, valuesSaid, whom } from "./words";

export function RuleVersions() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const mayRead = useRight("rule.changes");
  const state = useListState("-created_at", ["what", "rule", "unit", "standing"]);
  const [opened, setOpened] = useState<RuleLine | null>(null);
  const columns: Column<RuleLine>[] = [
    {
      id: "rule",
      title: t("rulebook.rule"),
      show: (row) => (row.rule ? `${row.rule} ${wordFor(t, "ruleName", row.rule)}` : t("rulebook.profile")),
      sort: "rule",
    },
    {
      id: "no",
      tight: true,
      title: t("rulebook.versionNo"),
      show: (row) => row.version_no,
      sort: "version_no",
    },
    {
      id: "standing",
      tight: true,
      title: t("rulebook.standing"),
      show: (row) => (
        <Tone tone={STANDING_TONES[row.standing] ?? "neutral"}>
          {wordFor(t, "ruleStanding", row.standing)}
        </Tone>
      ),
    },
    {
      id: "whom",
      title: t("rulebook.whom"),
      show: (row) =>
        whom(t, { unit: named(row.unit_name, row.unit_name_en) ?? null, vehicle_class: row.vehicle_class }),
      sort: "unit_name",
    },
    { id: "values", title: t("rulebook.values"), show: (row) => <Said row={row} /> },
    {
      id: "from",
      tight: true,
      title: t("common.from"),
      show: (row) => (row.from_at ? time(row.from_at) : t("rulebook.always")),
      sort: "from_at",
    },
    {
      id: "to",
      tight: true,
      title: t("common.to"),
      show: (row) => (row.to_at ? time(row.to_at) : t("rulebook.open")),
    },
    { id: "reason", title: t("rulebook.reason"), show: (row) => row.reason || "—" },
    {
      id: "by",
      title: t("rulebook.publishedBy"),
      show: (row) => row.created_by_name ?? t("rulebook.atMachine"),
    },
  ];
  return (
    <>
      <ListView<RuleLine>
        name="rule-versions"
        path="/api/rulebook/versions"
        label={t("rulebook.part.versions")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayRead ? { onOpen: setOpened } : {})}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="rule"
              label={t("rulebook.rule")}
              choices={RULE_IDS.map((id) => ({ value: id, label: `${id} ${wordFor(t, "ruleName", id)}` }))}
            />
            <ChoiceFilter
              state={state}
              name="what"
              label={t("rulebook.what")}
              choices={wordChoices(t, "ruleWhat", ["parameters", "profile"])}
            />
            <ChoiceFilter
              state={state}
              name="standing"
              label={t("rulebook.standing")}
              choices={wordChoices(t, "ruleStanding", STANDINGS)}
            />
            <UnitFilter state={state} label={t("rulebook.unit")} />
          </>
        }
        empty={{ title: t("rulebook.noVersionYet") }}
      />
      {opened && (
        <VersionDialog
          title={
            opened.rule
              ? `${opened.rule} ${wordFor(t, "ruleName", opened.rule)} · ${t("rulebook.version", { number: opened.version_no })}`
              : `${t("rulebook.profile")} · ${t("rulebook.version", { number: opened.version_no })}`
          }
          of={opened.what}
          row={opened}
          facts={[
            [
              t("rulebook.whom"),
              whom(t, {
                unit: named(opened.unit_name, opened.unit_name_en) ?? null,
                vehicle_class: opened.vehicle_class,
              }),
            ],
            [t("rulebook.values"), <Said key="said" row={opened} />],
            [t("rulebook.published"), time(opened.created_at)],
          ]}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

function Said({ row }: { row: RuleLine }) {
  const { t } = useTranslation();
  if (row.what === "profile") return <>{wordFor(t, "ruleProfile", row.profile)}</>;
  return (
    <Text size="sm" component="span">
      {row.enabled === false ? `${t("rulebook.turnedOff")} · ` : ""}
      {valuesSaid(t, row.parameters)}
    </Text>
  );
}
