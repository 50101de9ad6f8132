// /admin/statements: what each unit's trips of a month cost, and what is not settled yet. Each unit opens its trips.
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { distance, money } from "../../app/measure";
import { dayOf } from "../../app/time";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { type ListState, useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { useConfig } from "../../session/useSession";
import { useName } from "../../text/names";
import { monthOf, monthsBefore } from "../mileage/months";

type Row = Schemas["UnitMonthRow"];

export function Component() {
  const { t, i18n } = useTranslation();
  const name = useName();
  const state = useListState("unit_name", ["month", "unit"]);
  const month = useMonth(state);
  const columns: Column<Row>[] = [
    {
      id: "unit",
      title: t("statement.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en),
      sort: "unit_name",
    },
    { id: "month", tight: true, title: t("statement.month"), show: (row) => monthOf(row.month) },
    { id: "trips", title: t("statement.trips"), numeric: true, show: (row) => row.trips, sort: "trips" },
    {
      id: "distance",
      title: t("statement.distance"),
      numeric: true,
      tight: true,
      show: (row) => distance(t, row.distance_m),
      sort: "distance_m",
    },
    {
      id: "cost",
      title: t("statement.cost"),
      numeric: true,
      tight: true,
      show: (row) => money(row.cost_cents, i18n.language),
      sort: "cost_cents",
    },
    {
      id: "waiting",
      title: t("statement.waiting"),
      numeric: true,
      show: (row) => row.waiting,
      sort: "waiting",
    },
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.statements")} about={t("statement.about")} />
      <ListView<Row>
        name="statements"
        path="/api/statements"
        label={t("shell.menu.statements")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        href={(row) => `/admin/statements/${row.id}?month=${monthOf(row.month)}`}
        fixed={{ month: month.chosen }}
        filters={
          <>
            <MonthField {...month} />
            <UnitFilter state={state} label={t("statement.unit")} />
          </>
        }
        empty={{ title: t("statement.none"), hint: t("statement.noneHint") }}
      />
    </>
  );
}

export interface MonthChoice {
  readonly chosen: string;
  readonly months: readonly string[];
  readonly choose: (month: string) => void;
}

/** The month in the address, else the running one; the last two years can be chosen. */
export function useMonth(state: ListState): MonthChoice {
  const { timezone } = useConfig();
  const [months] = useState(() => monthsBefore(dayOf(Date.now(), timezone), 24));
  const chosen = state.values["month"] ?? months[0] ?? "";
  return { chosen, months, choose: (month) => state.set("month", month) };
}

export function MonthField({ chosen, months, choose }: MonthChoice) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      aria-label={t("statement.month")}
      value={chosen}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[...months]}
    />
  );
}
