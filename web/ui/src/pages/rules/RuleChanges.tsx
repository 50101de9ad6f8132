// Drafts, submitted changes and what became of them.
import { useTranslation } from "react-i18next";
import type { RuleChangeRow } from "../../api/rulebook";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { RULE_IDS } from "../../text/rules";
import { wordChoices } from "../admin/choices";
import { STATE_TONES, whom } from "./words";

const KINDS = ["parameters", "profile", "mute", "end"] as const;
const STATES = ["draft", "proposed", "in_force", "withdrawn"] as const;

export function RuleChanges() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-change_no", ["what", "state", "rule"]);
  const columns: Column<RuleChangeRow>[] = [
    { id: "no", tight: true, title: t("rulebook.number"), show: (row) => row.change_no, sort: "change_no" },
    { id: "what", title: t("rulebook.what"), show: (row) => wordFor(t, "ruleWhat", row.what), sort: "what" },
    {
      id: "rules",
      title: t("rulebook.rule"),
      show: (row) =>
        row.rules.map((id) => `${id} ${wordFor(t, "ruleName", id)}`).join(t("punctuation.comma")) || "—",
    },
    {
      id: "state",
      tight: true,
      title: t("rulebook.state"),
      show: (row) => (
        <Tone tone={STATE_TONES[row.state] ?? "neutral"}>{wordFor(t, "ruleChangeState", row.state)}</Tone>
      ),
      sort: "state",
    },
    {
      id: "whom",
      title: t("rulebook.whom"),
      show: (row) =>
        whom(t, {
          unit: named(row.unit_name, row.unit_name_en) ?? null,
          vehicle_class: row.vehicle_class,
          plate: row.plate,
        }),
    },
    { id: "reason", title: t("rulebook.reason"), show: (row) => row.reason },
    { id: "by", title: t("rulebook.by"), show: (row) => row.created_by_name ?? t("rulebook.atMachine") },
    {
      id: "at",
      tight: true,
      title: t("rulebook.createdAt"),
      show: (row) => time(row.created_at),
      sort: "created_at",
    },
    { id: "settled", title: t("rulebook.settledBy"), show: (row) => row.settled_by_name ?? "—" },
  ];
  return (
    <ListView<RuleChangeRow>
      name="rule-changes"
      path="/api/rulebook/changes"
      label={t("rulebook.part.changes")}
      state={state}
      columns={columns}
      rowKey={({ id }) => id}
      href={({ id }) => `/admin/rules/changes/${id}`}
      filters={
        <>
          <ChoiceFilter
            state={state}
            name="what"
            label={t("rulebook.what")}
            choices={wordChoices(t, "ruleWhat", KINDS)}
          />
          <ChoiceFilter
            state={state}
            name="state"
            label={t("rulebook.state")}
            choices={wordChoices(t, "ruleChangeState", STATES)}
          />
          <ChoiceFilter
            state={state}
            name="rule"
            label={t("rulebook.rule")}
            choices={RULE_IDS.map((id) => ({ value: id, label: `${id} ${wordFor(t, "ruleName", id)}` }))}
          />
        </>
      }
      empty={{ title: t("rulebook.noChange"), hint: t("rulebook.noChangeHint") }}
    />
  );
}
