// /trips: my trips, or, for those who look after others', all within their duty.
import { Button, SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderRow } from "../../api/orders";
import { spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { spanOf, wayOf } from "../../parts/orderWords";
import { PageHeader } from "../../parts/PageHeader";
import { useConfig, useRight, useSignedIn } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";

const STATES = [
  "submitted",
  "unit_approved",
  "assigned",
  "driver_accepted",
  "reassigning",
  "departed",
  "in_use",
  "returned",
  "receipted",
  "settled",
  "rejected",
  "withdrawn",
  "cancelled",
  "expired",
] as const;
const LOOK_AFTER_OTHERS = ["unit_admin", "approver", "dispatcher", "fleet_admin", "inspector", "finance"];

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const { roles } = useSignedIn();
  const { timezone } = useConfig();
  const mayBook = useRight("order.book");
  const wide = roles.some(({ role }) => LOOK_AFTER_OTHERS.includes(role));
  const state = useListState("-planned_start_at", ["state", "whose", "unit", "since", "until"]);
  const whose = state.values["whose"] ?? (wide ? "all" : "mine");
  const columns: Column<OrderRow>[] = [
    {
      id: "no",
      tight: true,
      title: t("vehicle.order"),
      show: (row) => t("order.number", { number: row.order_no }),
      sort: "order_no",
    },
    {
      id: "when",
      tight: true,
      title: t("order.when"),
      show: (row) => spanOf(row, time),
      sort: "planned_start_at",
    },
    { id: "where", title: t("order.where"), show: wayOf },
    { id: "who", title: t("order.requester"), show: (row) => row.requester_name ?? "—" },
    {
      id: "unit",
      title: t("order.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en),
      sort: "unit_name",
    },
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => showPlate(row.plate),
      sort: "plate",
    },
    { id: "state", title: t("order.state"), show: (row) => <StateCell row={row} />, sort: "state" },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.trips")}
        about={t("trips.about")}
        actions={
          mayBook && (
            <Button component={Link} to="/book">
              {t("shell.menu.book")}
            </Button>
          )
        }
      />
      <ListView<OrderRow>
        name="orders"
        path="/api/orders"
        label={t("shell.menu.trips")}
        state={{ ...state, values: withoutWhose(state.values) }}
        fixed={{
          mine: whose === "mine" ? true : null,
          ...spanOfDays(state.values["since"], state.values["until"], timezone),
        }}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/trips/${row.id}`}
        refreshMs={30_000}
        filters={
          <>
            {wide && (
              <SegmentedControl
                value={whose}
                onChange={(value) => state.set("whose", value)}
                data={[
                  { value: "all", label: t("trips.all") },
                  { value: "mine", label: t("trips.mine") },
                ]}
              />
            )}
            <ChoiceFilter
              state={state}
              name="state"
              label={t("order.state")}
              choices={STATES.map((value) => ({ value, label: wordFor(t, "orderState", value) }))}
            />
            {wide && <UnitFilter state={state} label={t("order.unit")} />}
            <DayFilter state={state} name="since" label={t("trips.since")} />
            <DayFilter state={state} name="until" label={t("trips.until")} />
          </>
        }
        empty={{ title: t("trips.none"), hint: t("trips.noneHint") }}
      />
    </>
  );
}

/** Where it stands, with its place in the line and its series. */
function StateCell({ row }: { row: OrderRow }) {
  const { t } = useTranslation();
  const more = [
    row.wait_state ? wordFor(t, "waitState", row.wait_state) : null,
    row.series_no ? t("series.title", { number: row.series_no }) : null,
  ].filter(Boolean);
  return (
    <>
      <OrderState state={row.state} />
      {more.length > 0 && <div className="cell-more">{more.join(" · ")}</div>}
    </>
  );
}

/** "Whose" is no filter of the server: it is asked as `mine`. */
function withoutWhose(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== "whose"));
}
