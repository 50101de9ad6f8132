// /dispatch/plans: every plan that was made, with its figures; one opens with its comparison. A scenario is made here.
import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type PlanRow, tryScenario } from "../../api/plans";
import { duration } from "../../app/measure";
import { spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone, type ToneName } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";
import { PlanDialog } from "./PlanDialog";
import { Punctuality } from "./Punctuality";

const KINDS = ["proposal", "replan", "better", "what_if"];
const STATES = ["proposed", "accepted", "partly_accepted", "discarded", "superseded"];
const TONES: Record<string, ToneName> = { proposed: "info", accepted: "good", partly_accepted: "good" };
const known = (value: number | null, shown: (value: number) => string): string =>
  value === null ? "—" : shown(value);

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const { timezone } = useConfig();
  const [opened, setOpened] = useState<PlanRow | null>(null);
  const state = useListState("-created_at", ["plan_kind", "plan_state", "since", "until"]);
  const scenario = useAct({
    run: (_: null, key) => tryScenario(key),
    touches: ["plans"],
    done: t("plans.whatIfDone"),
  });
  const columns: Column<PlanRow>[] = [
    {
      id: "at",
      tight: true,
      title: t("plans.made"),
      show: (row) => time(row.created_at),
      sort: "created_at",
    },
    {
      id: "kind",
      tight: true,
      title: t("plans.kind"),
      show: (row) =>
        row.trigger && row.trigger !== row.kind
          ? `${wordFor(t, "planKind", row.kind)} · ${wordFor(t, "disruption", row.trigger)}`
          : wordFor(t, "planKind", row.kind),
      sort: "kind",
    },
    {
      id: "state",
      tight: true,
      title: t("plans.state"),
      show: (row) => <Tone tone={TONES[row.state] ?? "neutral"}>{wordFor(t, "planState", row.state)}</Tone>,
      sort: "state",
    },
    { id: "served", title: t("plans.served"), show: (row) => row.served ?? "—", numeric: true },
    { id: "unmet", title: t("plans.unmet"), show: (row) => row.unmet ?? "—", numeric: true, sort: "unmet" },
    {
      id: "cost",
      title: t("plans.cost"),
      show: (row) => known(row.cost_s, (value) => duration(t, value)),
      numeric: true,
      sort: "cost_s",
    },
    {
      id: "km",
      title: t("plans.km"),
      show: (row) => known(row.km, (value) => value.toFixed(1)),
      numeric: true,
      sort: "km",
    },
    {
      id: "empty",
      title: t("plans.emptyKm"),
      show: (row) => known(row.empty_km, (value) => value.toFixed(1)),
      numeric: true,
      sort: "empty_km",
    },
    {
      id: "late",
      title: t("plans.late"),
      show: (row) => known(row.late_s, (value) => (value ? duration(t, value) : "—")),
      numeric: true,
      sort: "late_s",
    },
    {
      id: "fairness",
      title: t("plans.fairness"),
      show: (row) => known(row.fairness, (value) => value.toFixed(2)),
      numeric: true,
      sort: "fairness",
    },
  ];
  return (
    <>
      <Anchor component={Link} to="/dispatch" size="sm">
        ← {t("plans.back")}
      </Anchor>
      <PageHeader
        title={t("plans.title")}
        about={t("plans.about")}
        actions={
          <Button variant="default" loading={scenario.isPending} onClick={() => scenario.mutate(null)}>
            {t("plans.whatIf")}
          </Button>
        }
      />
      <ListView<PlanRow>
        name="plans"
        path="/api/dispatch/plans"
        label={t("plans.title")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        searchable={false}
        fixed={spanOfDays(state.values["since"], state.values["until"], timezone)}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="plan_kind"
              label={t("plans.kind")}
              choices={wordChoices(t, "planKind", KINDS)}
            />
            <ChoiceFilter
              state={state}
              name="plan_state"
              label={t("plans.state")}
              choices={wordChoices(t, "planState", STATES)}
            />
            <DayFilter state={state} name="since" label={t("alert.since")} />
            <DayFilter state={state} name="until" label={t("alert.until")} />
          </>
        }
        empty={{ title: t("plans.none"), hint: t("plans.noneHint") }}
      />
      <Punctuality />
      {opened && <PlanDialog row={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
