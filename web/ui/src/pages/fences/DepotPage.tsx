// /admin/areas/depots/:id: one depot: who stands there now, the peak of each day against the places in force then. Every
// number opens the vehicles it counts.
import { Anchor, Button, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type DepotDay, type DepotStay, readDepot } from "../../api/depots";
import type { ListPath } from "../../api/list";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { type ListState, useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { useSignedIn } from "../../session/useSession";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { Fullness } from "./Fullness";

interface Counted {
  /** Null: now. */
  readonly at: string | null;
  readonly words: string;
}

export function Component() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const { id = "" } = useParams();
  const [counted, setCounted] = useState<Counted | null>(null);
  const state = useListState("-day", ["from", "to"]);
  const depot = useQuery({
    queryKey: ["depots", "one", id],
    queryFn: () => readDepot(id),
    refetchInterval: 60_000,
  });
  const columns: Column<DepotDay>[] = [
    { id: "day", tight: true, title: t("depot.day"), show: (row) => row.day, sort: "day" },
    {
      id: "peak",
      title: t("depot.peak"),
      show: (row) => <Fullness vehicles={row.vehicles} capacity={row.capacity} over={row.over} />,
      numeric: true,
      sort: "vehicles",
    },
    { id: "at", tight: true, title: t("depot.peakAt"), show: (row) => (row.at ? time(row.at) : "—") },
    {
      id: "who",
      tight: true,
      title: t("depot.vehicles"),
      show: (row) =>
        row.at ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("depot.whoOn", { day: row.day })}
            onClick={() => setCounted({ at: row.at, words: time(row.at ?? "") })}
          >
            {t("depot.who", { count: row.vehicles })}
          </Button>
        ) : (
          "—"
        ),
    },
  ];
  const row = depot.data;
  return (
    <>
      <Anchor component={Link} to="/admin/areas/depots" size="sm">
        ← {t("depot.title")}
      </Anchor>
      <PageHeader
        title={row ? (named(row.name, row.name_en) ?? row.code) : t("depot.title")}
        about={t("depot.about")}
      />
      {depot.isPending && <Loading lines={3} />}
      {depot.isError && <Failed error={depot.error} retry={() => void depot.refetch()} />}
      {row && (
        <Stack gap="md">
          <Panel
            title={t("depot.standing")}
            aside={
              <Button
                size="xs"
                variant="default"
                onClick={() => setCounted({ at: null, words: t("depot.now") })}
              >
                {t("depot.who", { count: row.standing })}
              </Button>
            }
          >
            <Fullness vehicles={row.standing} capacity={row.capacity} over={row.over} />
          </Panel>
          <ListView<DepotDay>
            name="depot-days"
            path={`/api/depots/${id}/days` as ListPath}
            label={t("depot.days")}
            state={state}
            columns={columns}
            rowKey={({ day }) => day}
            searchable={false}
            filters={
              <>
                <DayFilter state={state} name="from" label={t("alert.since")} />
                <DayFilter state={state} name="to" label={t("alert.until")} />
              </>
            }
            empty={{ title: t("depot.noDays") }}
          />
        </Stack>
      )}
      {counted && <WhoDialog id={id} counted={counted} onClose={() => setCounted(null)} />}
    </>
  );
}

const NOTHING_SET: ListState = {
  values: {},
  sort: "",
  set: () => undefined,
  toggleSort: () => undefined,
  clear: () => undefined,
};

function WhoDialog({ id, counted, onClose }: { id: string; counted: Counted; onClose: () => void }) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const owed = useSignedIn().purpose_required;
  const [sort, setSort] = useState("plate");
  const columns: Column<DepotStay>[] = [
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => (
        <Anchor component={Link} size="sm" to={`/map?vehicle=${row.vehicle_id}`}>
          {showPlate(row.plate)}
        </Anchor>
      ),
      sort: "plate",
    },
    {
      id: "unit",
      title: t("fenceEvents.unit"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("map.noUnit"),
      sort: "unit_name",
    },
    {
      id: "arrived",
      tight: true,
      title: t("depot.arrived"),
      show: (row) => time(row.arrived_at),
      sort: "arrived_at",
    },
    {
      id: "left",
      tight: true,
      title: t("depot.left"),
      show: (row) => (row.left_at ? time(row.left_at) : t("depot.stillThere")),
      sort: "left_at",
    },
  ];
  const state: ListState = {
    ...NOTHING_SET,
    sort,
    toggleSort: (column) => setSort(sort === column ? `-${column}` : column),
  };
  return (
    <Dialog size="xl" title={t("depot.whoTitle", { at: counted.words })} onClose={onClose}>
      <PurposeGate needed={owed} what={t("depot.whoTitle", { at: counted.words })}>
        {(purpose) => (
          <ListView<DepotStay>
            name="depot-vehicles"
            path={`/api/depots/${id}/vehicles` as ListPath}
            label={t("depot.vehicles")}
            state={state}
            columns={columns}
            rowKey={(row) => row.id}
            searchable={false}
            fixed={{ at: counted.at, purpose }}
            empty={{ title: t("depot.nobody") }}
          />
        )}
      </PurposeGate>
    </Dialog>
  );
}
