// The servers that speak for locators of this tenant; nothing where there is none, which is usual.
import { useTranslation } from "react-i18next";
import type { Forwarder } from "../../api/foreignNames";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { DataTable } from "../../parts/list/DataTable";
import { ExportMenu } from "../../parts/list/ExportMenu";
import { useRows } from "../../parts/list/useRows";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";

export function Forwarders() {
  const { t } = useTranslation();
  const time = useTime();
  const { items } = useRows<Forwarder>("forwarders", "/api/forwarders", { sort: "name" });
  if (items.length === 0) return null;
  const columns: Column<Forwarder>[] = [
    { id: "name", tight: true, title: t("foreign.server"), show: (row) => row.name },
    { id: "source", title: t("foreign.source"), show: (row) => wordFor(t, "foreignForm", row.source) },
    { id: "created", tight: true, title: t("foreign.since"), show: (row) => time(row.created_at) },
  ];
  return (
    <Panel
      title={t("foreign.servers")}
      flush
      aside={<ExportMenu path="/api/forwarders" query={{ sort: "name" }} />}
    >
      <DataTable label={t("foreign.servers")} rows={items} columns={columns} rowKey={({ id }) => id} />
    </Panel>
  );
}
