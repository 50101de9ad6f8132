// /admin/tariffs: prices by class in versions. One person drafts, another puts in force; nothing reaches back.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { settleTariff } from "../../api/money";
import { money } from "../../app/measure";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { SettleDraft } from "../../parts/SettleDraft";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { TariffDialog } from "./TariffDialog";

type Row = Schemas["TariffRow"];

export function Component() {
  const { t, i18n } = useTranslation();
  const time = useTime();
  const mayDraft = useRight("tariff.draft");
  const mayPublish = useRight("tariff.publish");
  const [drafting, setDrafting] = useState(false);
  const state = useListState("-created_at", []);
  const yuan = (cents: number) => (cents ? money(cents, i18n.language) : "—");
  const rate = (name: string, title: string, cents: (row: Row) => number): Column<Row> => ({
    id: name,
    title,
    numeric: true,
    tight: true,
    show: (row) => yuan(cents(row)),
  });
  const columns: Column<Row>[] = [
    {
      id: "class",
      title: t("tariff.class"),
      show: (row) => (row.vehicle_class ? wordFor(t, "vehicleClass", row.vehicle_class) : t("tariff.every")),
      sort: "vehicle_class",
    },
    {
      id: "version",
      title: t("tariff.version"),
      numeric: true,
      show: (row) => row.version_no,
      sort: "version_no",
    },
    {
      id: "state",
      title: t("order.state"),
      show: (row) => (
        <Tone tone={row.holds_now ? "good" : "neutral"}>{wordFor(t, "tariffState", row.state)}</Tone>
      ),
    },
    {
      id: "since",
      tight: true,
      title: t("tariff.since"),
      show: (row) => (row.since ? time(row.since) : "—"),
      sort: "since",
    },
    rate("km", t("tariff.perKm"), (row) => row.cents_per_km),
    rate("hour", t("tariff.perHour"), (row) => row.cents_per_hour),
    rate("wait", t("tariff.perWait"), (row) => row.cents_per_waiting_hour),
    rate("day", t("tariff.perDay"), (row) => row.allowance_cents_per_day),
    rate("minimum", t("tariff.minimum"), (row) => row.minimum_cents),
    { id: "by", title: t("tariff.by"), show: (row) => row.created_by_name ?? "—" },
    {
      id: "do",
      title: t("tariff.decision"),
      show: (row) => (mayPublish && row.state === "draft" ? <Settle row={row} /> : ""),
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.tariffs")}
        about={t("tariff.about")}
        actions={mayDraft && <Button onClick={() => setDrafting(true)}>{t("tariff.draft")}</Button>}
      />
      <ListView<Row>
        name="tariffs"
        path="/api/tariffs"
        label={t("shell.menu.tariffs")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        searchable={false}
        empty={{ title: t("tariff.none") }}
      />
      {drafting && <TariffDialog onClose={() => setDrafting(false)} />}
    </>
  );
}

function Settle({ row }: { row: Row }) {
  const { t } = useTranslation();
  return (
    <SettleDraft
      id={row.id}
      own={row.own}
      settle={settleTariff}
      touches={{ publish: ["tariffs"], withdraw: ["tariffs"] }}
      words={{
        publish: t("tariff.publish"),
        published: t("tariff.published"),
        withdraw: t("tariff.withdraw"),
        withdrawn: t("tariff.withdrawn"),
      }}
    />
  );
}
