// /admin/mileage: what track, roads and dashboard say of a vehicle's month, and why they differ. What nobody said is
// called unknown.
import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { distance } from "../../app/measure";
import { dayOf } from "../../app/time";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { lastDayOf, monthOf, monthsBefore } from "./months";

type MonthRow = Schemas["MileageMonthRow"];
const COMPARED = ["differs", "unknown", "agrees"] as const;
const REASONS = [
  "no_odometer",
  "not_matched",
  "gap",
  "wheel_factor",
  "drift",
  "way_around",
  "backwards",
  "unexplained",
] as const;
const TONES = { agrees: "good", differs: "bad", unknown: "neutral" } as const;

export function Component() {
  const { t } = useTranslation();
  const name = useName();
  const { timezone } = useConfig();
  const maySeeDrives = useRight("track.view");
  const state = useListState("-month", ["month", "unit", "compared", "why"]);
  const [months] = useState(() => monthsBefore(dayOf(Date.now(), timezone), 13));
  const length = (metres: number | null) => (metres === null ? t("mileage.unknown") : distance(t, metres));
  const columns: Column<MonthRow>[] = [
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => showPlate(row.plate),
      sort: "plate",
    },
    { id: "month", tight: true, title: t("mileage.month"), show: (row) => monthOf(row.month), sort: "month" },
    {
      id: "unit",
      title: t("mileage.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en) ?? "—",
      sort: "unit_name",
    },
    { id: "compared", title: t("mileage.compared"), show: (row) => <Verdict row={row} /> },
    {
      id: "gps",
      title: t("mileage.gps"),
      numeric: true,
      tight: true,
      show: (row) => distance(t, row.gps_m),
      sort: "gps_m",
    },
    {
      id: "matched",
      title: t("mileage.matched"),
      numeric: true,
      tight: true,
      show: (row) => <Length told={length(row.matched_m)} of={row.matched} all={row.drives} />,
      sort: "matched_m",
    },
    {
      id: "dashboard",
      title: t("mileage.dashboard"),
      numeric: true,
      tight: true,
      show: (row) =>
        row.dashboard_by === "entered" ? (
          <Length told={length(row.dashboard_m)} by={t("mileage.by.entered")} />
        ) : (
          <Length told={length(row.dashboard_m)} of={row.odometers} all={row.drives} />
        ),
      sort: "dashboard_m",
    },
    {
      id: "difference",
      title: t("mileage.difference"),
      numeric: true,
      tight: true,
      show: (row) =>
        row.difference_m === null ? "—" : signed(row.difference_m, distance(t, Math.abs(row.difference_m))),
      sort: "off_m",
    },
    { id: "drives", title: t("mileage.drives"), numeric: true, show: (row) => row.drives, sort: "drives" },
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.mileage")} about={t("mileage.about")} />
      <ListView<MonthRow>
        name="mileage"
        path="/api/mileage"
        label={t("shell.menu.mileage")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(maySeeDrives ? { href: drivesOf } : {})}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="month"
              label={t("mileage.month")}
              choices={months.map((value) => ({ value, label: value }))}
            />
            <ChoiceFilter
              state={state}
              name="compared"
              label={t("mileage.compared")}
              choices={wordChoices(t, "mileageCompared", COMPARED)}
            />
            <ChoiceFilter
              state={state}
              name="why"
              label={t("mileage.why")}
              choices={wordChoices(t, "mileageReason", REASONS)}
            />
            <UnitFilter state={state} label={t("mileage.unit")} />
          </>
        }
        empty={{ title: t("mileage.none"), hint: t("mileage.noneHint") }}
      />
    </>
  );
}

const drivesOf = (row: MonthRow): string =>
  `/vehicles/${row.vehicle_id}/drives?from=${row.month}&to=${lastDayOf(row.month)}`;

const signed = (value: number, told: string): string =>
  value > 0 ? `+${told}` : value < 0 ? `−${told}` : told;

/** A length with how many of the drives it speaks of. */
function Length({ told, of, all, by }: { told: string; of?: number; all?: number; by?: string }) {
  const { t } = useTranslation();
  const partly = of !== undefined && all !== undefined && of > 0 && of < all;
  const note = by ?? (partly ? t("mileage.ofDrives", { of, all }) : null);
  return (
    <>
      {told}
      {note && (
        <Text span display="block" size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </>
  );
}

function Verdict({ row }: { row: MonthRow }) {
  const { t } = useTranslation();
  const notes = row.reasons.map((reason) =>
    reason === "wheel_factor" && row.wheel_ratio !== null
      ? t("mileage.wheel", { ratio: row.wheel_ratio.toFixed(2) })
      : wordFor(t, "mileageReason", reason),
  );
  if (row.waiting > 0 && row.matched > 0) notes.push(t("mileage.waiting", { count: row.waiting }));
  return (
    <Stack gap={4} align="flex-start">
      <Tone tone={TONES[row.compared as keyof typeof TONES] ?? "neutral"}>
        {wordFor(t, "mileageCompared", row.compared)}
      </Tone>
      {notes.length > 0 && (
        <Text size="xs" c="dimmed">
          {notes.join(t("punctuation.comma"))}
        </Text>
      )}
    </Stack>
  );
}
