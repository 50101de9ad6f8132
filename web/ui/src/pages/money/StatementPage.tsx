// /admin/statements/:id: the trips of one unit's month and how each amount is made up; each opens its order.
import { Anchor, Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Schemas } from "../../api/client";
import type { ListPath } from "../../api/list";
import { distance, money } from "../../app/measure";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { showPlate } from "../../text/plates";
import { MonthField, useMonth } from "./StatementsPage";

type Line = Schemas["StatementLine"];

export function Component() {
  const { t, i18n } = useTranslation();
  const time = useTime();
  const { id = "" } = useParams();
  const state = useListState("started_at", ["month"]);
  const month = useMonth(state);
  const yuan = (cents: number) => money(cents, i18n.language);
  const amount = (name: string, title: string, cents: (row: Line) => number): Column<Line> => ({
    id: name,
    title,
    numeric: true,
    tight: true,
    show: (row) => yuan(cents(row)),
  });
  const columns: Column<Line>[] = [
    {
      id: "order",
      tight: true,
      title: t("statement.order"),
      show: (row) => t("order.number", { number: row.order_no }),
      sort: "order_no",
    },
    {
      id: "started",
      tight: true,
      title: t("statement.started"),
      show: (row) => time(row.started_at),
      sort: "started_at",
    },
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    { id: "who", title: t("statement.who"), show: (row) => row.requester_name ?? "—" },
    {
      id: "distance",
      title: t("statement.distance"),
      numeric: true,
      tight: true,
      show: (row) => (row.distance_m === null ? "—" : distance(t, row.distance_m)),
      sort: "distance_m",
    },
    amount("by", t("statement.by"), (row) => row.distance_cents),
    amount("time", t("statement.time"), (row) => row.time_cents),
    amount("allowance", t("statement.allowance"), (row) => row.allowance_cents),
    amount("vouchers", t("statement.vouchers"), (row) => row.voucher_cents),
    amount("more", t("statement.more"), (row) => row.minimum_cents + row.shared_cents + row.means_cents),
    { ...amount("cost", t("statement.cost"), (row) => row.cost_cents), sort: "cost_cents" },
  ];
  const lang = i18n.language === "en" ? "en" : "zh";
  return (
    <>
      <Anchor component={Link} to={`/admin/statements?month=${month.chosen}`} size="sm">
        ← {t("shell.menu.statements")}
      </Anchor>
      <PageHeader
        title={`${t("shell.menu.statements")} ${month.chosen}`}
        about={t("statement.linesAbout")}
        actions={
          <Button
            component="a"
            href={`/api/statements/${id}/paper?month=${month.chosen}&lang=${lang}`}
            target="_blank"
            variant="default"
          >
            {t("paper.statement")}
          </Button>
        }
      />
      <ListView<Line>
        name="statement-lines"
        path={`/api/statements/${id}/lines` as ListPath}
        label={t("shell.menu.statements")}
        state={state}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/trips/${row.id}`}
        fixed={{ month: month.chosen }}
        filters={<MonthField {...month} />}
        empty={{ title: t("statement.none"), hint: t("statement.noneHint") }}
      />
    </>
  );
}
