// The trips two plans treat differently, each with both vehicles.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Comparison } from "../../api/plans";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { showPlate } from "../../text/plates";

type Different = Comparison["different"][number];

export function Differing({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation();
  const given = (each: Different["one"]) =>
    each ? `${showPlate(each.plate)} · ${each.driver_name}` : t("plans.nobody");
  const columns: Column<Different>[] = [
    {
      id: "order",
      tight: true,
      title: t("plans.order"),
      show: (row) => (
        <Link to={`/trips/${row.order_id}`} className="row-link">
          {row.order_no === null ? "—" : t("order.number", { number: row.order_no })}
        </Link>
      ),
    },
    { id: "one", title: t("plans.this"), show: (row) => given(row.one) },
    { id: "other", title: t("plans.other"), show: (row) => given(row.other) },
  ];
  const { different, same } = comparison;
  return (
    <>
      <Text size="sm">{t("plans.differing", { differing: different.length, same })}</Text>
      {different.length > 0 && (
        <DataTable
          label={t("plans.differing", { differing: different.length, same })}
          rows={different}
          columns={columns}
          rowKey={({ order_id }) => order_id}
        />
      )}
    </>
  );
}
