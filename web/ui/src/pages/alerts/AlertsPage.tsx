// /alerts: what the rules suspect, newest first. A list to work through, never a verdict.
import { useTranslation } from "react-i18next";
import type { AlertRow } from "../../api/alerts";
import { spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Judgement, Severity } from "../../parts/badges";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { OrderLink } from "../../parts/OrderLink";
import { PageHeader } from "../../parts/PageHeader";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { RULE_IDS } from "../../text/rules";

const REFRESH_MS = 15_000;

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const { timezone } = useConfig();
  const state = useListState("-started_at", [
    "rule",
    "severity",
    "state",
    "judgement",
    "unit",
    "since",
    "until",
  ]);
  const choices = (group: string, codes: readonly string[]) =>
    codes.map((value) => ({ value, label: wordFor(t, group, value) }));
  const columns: Column<AlertRow>[] = [
    {
      id: "rule",
      tight: true,
      title: t("alert.suspicion"),
      show: (row) => t("alert.title", { rule: wordFor(t, "ruleName", row.rule) }),
      sort: "rule",
    },
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => showPlate(row.plate),
      sort: "plate",
    },
    {
      id: "unit",
      title: t("alert.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en) ?? t("map.noUnit"),
      sort: "unit_name",
    },
    {
      id: "started",
      tight: true,
      title: t("alert.started"),
      show: (row) => time(row.started_at),
      sort: "started_at",
    },
    { id: "place", title: t("alert.place"), show: (row) => name(row.place, row.place_en) ?? "—" },
    {
      id: "order",
      tight: true,
      title: t("vehicle.order"),
      show: (row) =>
        row.order_id ? <OrderLink id={row.order_id} number={row.order_no} /> : t("alert.noOrder"),
    },
    {
      id: "severity",
      title: t("alert.severity"),
      show: (row) => <Severity severity={row.severity} />,
      sort: "severity",
    },
    { id: "judgement", title: t("alert.judgement"), show: (row) => <Judgement judgement={row.judgement} /> },
    { id: "state", title: t("alert.state"), show: (row) => wordFor(t, "alertState", row.state) },
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.alerts")} about={t("alert.about")} />
      <ListView<AlertRow>
        name="alerts"
        path="/api/alerts"
        label={t("shell.menu.alerts")}
        state={state}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/alerts/${row.id}`}
        refreshMs={REFRESH_MS}
        fixed={spanOfDays(state.values["since"], state.values["until"], timezone)}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="rule"
              label={t("alert.rule")}
              choices={choices("ruleName", RULE_IDS)}
            />
            <ChoiceFilter
              state={state}
              name="severity"
              label={t("alert.severity")}
              choices={choices("severity", ["R", "Y", "G"])}
            />
            <ChoiceFilter
              state={state}
              name="judgement"
              label={t("alert.judgement")}
              choices={choices("judgement", ["suspected", "undetermined", "withdrawn"])}
            />
            <ChoiceFilter
              state={state}
              name="state"
              label={t("alert.state")}
              choices={choices("alertState", ["open", "closed_episode", "auto_cleared"])}
            />
            <UnitFilter state={state} label={t("vehicle.unit")} />
            <DayFilter state={state} name="since" label={t("alert.since")} />
            <DayFilter state={state} name="until" label={t("alert.until")} />
          </>
        }
        empty={{ title: t("alert.none"), hint: t("alert.noneHint") }}
      />
    </>
  );
}
