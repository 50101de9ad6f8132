// Mutes: of which rule, whom, until when and why, and how many suspicions nobody was told of.
import { Anchor } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RuleMute } from "../../api/rulebook";
import { dayOf } from "../../app/time";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { Tone } from "../../parts/Tone";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { RULE_IDS } from "../../text/rules";
import { wordChoices } from "../admin/choices";
import { VersionDialog } from "./VersionDialog";
import { STANDING_TONES, STANDINGS, whom } from "./words";

export function RuleMutes() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-from_at", ["rule", "unit", "standing"]);
  const [opened, setOpened] = useState<RuleMute | null>(null);
  const of = (row: RuleMute) =>
    whom(t, { unit: named(row.unit_name, row.unit_name_en) ?? null, plate: row.plate });
  const columns: Column<RuleMute>[] = [
    {
      id: "rule",
      title: t("rulebook.rule"),
      show: (row) => `${row.rule} ${wordFor(t, "ruleName", row.rule)}`,
      sort: "rule",
    },
    { id: "whom", title: t("rulebook.muteFor"), show: of },
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
      id: "from",
      tight: true,
      title: t("common.from"),
      show: (row) => (row.from_at ? time(row.from_at) : "—"),
      sort: "from_at",
    },
    {
      id: "to",
      tight: true,
      title: t("common.to"),
      show: (row) => (row.to_at ? time(row.to_at) : "—"),
      sort: "to_at",
    },
    { id: "reason", title: t("rulebook.reason"), show: (row) => row.reason },
    { id: "muted", title: t("rulebook.muted"), numeric: true, show: (row) => <Muted row={row} /> },
    {
      id: "by",
      title: t("rulebook.publishedBy"),
      show: (row) => row.created_by_name ?? t("rulebook.atMachine"),
    },
  ];
  return (
    <>
      <ListView<RuleMute>
        name="rule-mutes"
        path="/api/rulebook/mutes"
        label={t("rulebook.part.mutes")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
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
              name="standing"
              label={t("rulebook.standing")}
              choices={wordChoices(t, "ruleStanding", STANDINGS)}
            />
            <UnitFilter state={state} label={t("rulebook.unit")} />
          </>
        }
        empty={{ title: t("rulebook.noMute"), hint: t("rulebook.noMuteHint") }}
      />
      {opened && (
        <VersionDialog
          title={`${t("ruleWhat.mute")} · ${opened.rule} ${wordFor(t, "ruleName", opened.rule)}`}
          of="mute"
          row={opened}
          facts={[
            [t("rulebook.muteFor"), of(opened)],
            [t("rulebook.muted"), <Muted key="muted" row={opened} />],
          ]}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

/** The number leads to the suspicions. */
function Muted({ row }: { row: RuleMute }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  if (row.muted === 0) return <>0</>;
  const query = new URLSearchParams({ rule: row.rule, severity: "Y" });
  if (row.plate) query.set("q", row.plate);
  if (row.unit_id) query.set("unit", row.unit_id);
  if (row.from_at) query.set("since", dayOf(row.from_at, timezone));
  if (row.to_at) query.set("until", dayOf(row.to_at, timezone));
  return (
    <Anchor
      component={Link}
      to={`/alerts?${query}`}
      aria-label={`${row.muted} ${t("rulebook.mutedOpen")}`}
      onClick={(event) => event.stopPropagation()}
    >
      {row.muted}
    </Anchor>
  );
}
