// /admin/vendors: who hires vehicles out and for how much, and the lump sums of public transport.
import { Button, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { money } from "../../app/measure";
import { useTime } from "../../app/useTime";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { LumpSumDialog, PriceDialog, VendorDialog } from "./VendorDialogs";

type Vendor = Schemas["VendorRow"];
type Price = Schemas["VendorPriceRow"];
type Lump = Schemas["LumpSumRow"];

export function Component() {
  const { t } = useTranslation();
  const mayEdit = useRight("vendor.edit");
  const [adding, setAdding] = useState<"vendor" | "lump" | null>(null);
  const [pricing, setPricing] = useState<Vendor | null>(null);
  return (
    <Stack gap="lg">
      <PageHeader
        title={t("shell.menu.vendors")}
        about={t("vendor.about")}
        actions={
          mayEdit && (
            <>
              <Button onClick={() => setAdding("vendor")}>{t("vendor.add")}</Button>
              <Button variant="default" onClick={() => setAdding("lump")}>
                {t("vendor.lump")}
              </Button>
            </>
          )
        }
      />
      <Vendors price={mayEdit ? setPricing : null} />
      <Prices />
      <LumpSums />
      {adding === "vendor" && <VendorDialog onClose={() => setAdding(null)} />}
      {adding === "lump" && <LumpSumDialog onClose={() => setAdding(null)} />}
      {pricing && <PriceDialog vendor={pricing} onClose={() => setPricing(null)} />}
    </Stack>
  );
}

function Vendors({ price }: { price: ((row: Vendor) => void) | null }) {
  const { t } = useTranslation();
  const state = useListState("name", []);
  const columns: Column<Vendor>[] = [
    { id: "name", title: t("vendor.name"), show: (row) => row.name, sort: "name" },
    { id: "phone", title: t("vendor.phone"), tight: true, show: (row) => row.phone || "—" },
    { id: "prices", title: t("vendor.prices"), numeric: true, show: (row) => row.prices, sort: "prices" },
    {
      id: "do",
      title: t("tariff.decision"),
      show: (row): ReactNode =>
        price && (
          <Button size="compact-sm" variant="default" onClick={() => price(row)}>
            {t("vendor.price")}
          </Button>
        ),
    },
  ];
  return (
    <ListView<Vendor>
      name="vendors"
      path="/api/vendors"
      label={t("vendor.name")}
      state={state}
      columns={columns}
      rowKey={({ id }) => id}
      searchable={false}
      empty={{ title: t("vendor.none") }}
    />
  );
}

/** What a dated amount shows of its span. */
function useDated<Row extends { since: string; until: string | null; holds_now: boolean }>(): Column<Row>[] {
  const { t } = useTranslation();
  const time = useTime();
  return [
    {
      id: "since",
      title: t("vendor.since"),
      tight: true,
      show: (row) => <Tone tone={row.holds_now ? "good" : "neutral"}>{time(row.since)}</Tone>,
      sort: "since",
    },
    {
      id: "until",
      title: t("vendor.until"),
      tight: true,
      show: (row) => (row.until ? time(row.until) : "—"),
    },
  ];
}

function Prices() {
  const { t, i18n } = useTranslation();
  const state = useListState("vendor_name", []);
  const dated = useDated<Price>();
  const yuan = (cents: number) => (cents ? money(cents, i18n.language) : "—");
  const columns: Column<Price>[] = [
    { id: "vendor", title: t("vendor.name"), show: (row) => row.vendor_name, sort: "vendor_name" },
    { id: "seats", title: t("vendor.seats"), numeric: true, show: (row) => row.seats, sort: "seats" },
    { id: "day", title: t("vendor.perDay"), numeric: true, show: (row) => yuan(row.cents_per_day) },
    { id: "km", title: t("vendor.perKm"), numeric: true, show: (row) => yuan(row.cents_per_km) },
    { id: "minimum", title: t("vendor.minimum"), numeric: true, show: (row) => yuan(row.minimum_cents) },
    ...dated,
  ];
  return (
    <ListView<Price>
      name="vendor-prices"
      path="/api/vendor-prices"
      label={t("vendor.prices")}
      state={state}
      columns={columns}
      rowKey={({ id }) => id}
      searchable={false}
      empty={{ title: t("vendor.noPrice") }}
    />
  );
}

function LumpSums() {
  const { t, i18n } = useTranslation();
  const state = useListState("mode", []);
  const dated = useDated<Lump>();
  const columns: Column<Lump>[] = [
    { id: "mode", title: t("vendor.mode"), show: (row) => wordFor(t, "travelMode", row.mode), sort: "mode" },
    {
      id: "level",
      title: t("vendor.level"),
      show: (row) => row.level || t("vendor.everyLevel"),
      sort: "level",
    },
    { id: "upTo", title: t("vendor.upTo"), numeric: true, show: (row) => row.up_to_km, sort: "up_to_km" },
    {
      id: "amount",
      title: t("vendor.perPerson"),
      numeric: true,
      show: (row) => money(row.cents_per_person, i18n.language),
    },
    ...dated,
  ];
  return (
    <ListView<Lump>
      name="lump-sums"
      path="/api/lump-sums"
      label={t("vendor.lumps")}
      state={state}
      columns={columns}
      rowKey={({ id }) => id}
      searchable={false}
      empty={{ title: t("vendor.noLump") }}
    />
  );
}
