// /admin/areas/events: what vehicles did at watched fences, newest first. It says where somebody was, so it is opened with
// a purpose where one is owed.
import { Anchor, Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type FenceEvent, readWatchedFences } from "../../api/fences";
import { duration } from "../../app/measure";
import { spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Tone, type ToneName } from "../../parts/Tone";
import { useConfig, useSignedIn } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { EventDialog } from "./EventDialog";
import { EVENTS } from "./watch";

const TONES: Record<string, ToneName> = { enter: "info", exit: "neutral", absent: "warn", dwell: "warn" };

export function Component() {
  const { t } = useTranslation();
  const owed = useSignedIn().purpose_required;
  return (
    <>
      <Anchor component={Link} to="/admin/areas" size="sm">
        ← {t("shell.menu.areas")}
      </Anchor>
      <PageHeader title={t("fenceEvents.title")} about={t("fenceEvents.about")} />
      <PurposeGate needed={owed} what={t("fenceEvents.title")}>
        {(purpose) => <Events purpose={purpose} />}
      </PurposeGate>
    </>
  );
}

function Events({ purpose }: { purpose: string | undefined }) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const { timezone } = useConfig();
  const [opened, setOpened] = useState<FenceEvent | null>(null);
  const state = useListState("-happened_at", ["area", "vehicle", "event", "withdrawn", "since", "until"]);
  const fences = useQuery({ queryKey: ["fences", "watched"], queryFn: readWatchedFences });
  const choices = (fences.data ?? []).map((each) => ({
    value: each.id,
    label: named(each.name, each.name_en) ?? each.code,
  }));
  const columns: Column<FenceEvent>[] = [
    {
      id: "at",
      tight: true,
      title: t("fenceEvents.happened"),
      show: (row) => time(row.happened_at),
      sort: "happened_at",
    },
    {
      id: "event",
      tight: true,
      title: t("fenceEvents.event"),
      show: (row) => (
        <Tone tone={TONES[row.event] ?? "neutral"}>
          {wordFor(t, "fenceEvent", row.event)}
          {row.withdrawn ? t("fenceEvents.withdrawnMark") : ""}
        </Tone>
      ),
      sort: "event",
    },
    { id: "fence", title: t("fenceEvents.fence"), show: (row) => named(row.name, row.name_en), sort: "name" },
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => showPlate(row.plate),
      sort: "plate",
    },
    {
      id: "unit",
      title: t("fenceEvents.unit"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("map.noUnit"),
      sort: "unit_name",
    },
    {
      id: "stayed",
      tight: true,
      title: t("fenceEvents.stayed"),
      show: (row) => (row.stayed_s === null ? "—" : duration(t, row.stayed_s)),
      numeric: true,
      sort: "stayed_s",
    },
    {
      id: "revision",
      title: t("fenceEvents.revisions"),
      show: (row) => row.revision - 1 || "—",
      numeric: true,
    },
  ];
  return (
    <>
      <ListView<FenceEvent>
        name="fence-events"
        path="/api/fence-events"
        label={t("fenceEvents.title")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        fixed={{ ...spanOfDays(state.values["since"], state.values["until"], timezone), purpose }}
        filters={
          <>
            <ChoiceFilter state={state} name="area" label={t("fenceEvents.fence")} choices={choices} />
            <ChoiceFilter
              state={state}
              name="event"
              label={t("fenceEvents.event")}
              choices={wordChoices(t, "fenceEvent", EVENTS)}
            />
            {state.values["vehicle"] && (
              <Button variant="default" onClick={() => state.set("vehicle", null)}>
                {t("fenceEvents.allVehicles")}
              </Button>
            )}
            <Checkbox
              label={t("fenceEvents.withWithdrawn")}
              checked={state.values["withdrawn"] === "true"}
              onChange={(event) => state.set("withdrawn", event.currentTarget.checked ? "true" : null)}
            />
            <DayFilter state={state} name="since" label={t("alert.since")} />
            <DayFilter state={state} name="until" label={t("alert.until")} />
          </>
        }
        empty={{ title: t("fenceEvents.none"), hint: t("fenceEvents.noneHint") }}
      />
      {opened && <EventDialog event={opened} purpose={purpose} onClose={() => setOpened(null)} />}
    </>
  );
}
