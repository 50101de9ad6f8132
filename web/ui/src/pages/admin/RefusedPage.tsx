// /admin/devices/refused: messages that were not taken, why, and what became of them; a row opens the message.
import { Anchor, Button, Checkbox } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Refused } from "../../api/quarantine";
import type { NewRun } from "../../api/reprocess";
import { spanOfDays } from "../../app/time";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { DayFilter } from "../../parts/list/DayFilter";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { ReprocessDialog } from "../devices/ReprocessDialog";
import { RefusedDialog } from "./RefusedDialog";

const REASONS = [
  "malformed",
  "future",
  "ancient",
  "impossible",
  "unknown_device",
  "forged",
  "collision",
  "oversized",
  "unsupported",
] as const;

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const { timezone } = useConfig();
  const cache = useQueryClient();
  const state = useListState("-last_received_at", ["device", "reason", "settled", "unit", "since", "until"]);
  const [opened, setOpened] = useState<Refused | null>(null);
  const device = state.values["device"];
  const mayEdit = useRight("device.edit");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [again, setAgain] = useState<Omit<NewRun, "dry"> | null>(null);
  const span = spanOfDays(state.values["since"], state.values["until"], timezone);
  const choose = (id: string) =>
    setChosen(
      (before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]),
    );
  const picking: Column<Refused> = {
    id: "choose",
    title: t("again.choose"),
    show: (row) =>
      row.settled_at === null && (
        <Checkbox
          aria-label={t("again.chooseOne", { device: row.device })}
          checked={chosen.has(row.id)}
          onChange={() => choose(row.id)}
          onClick={(event) => event.stopPropagation()}
          onKeyDown={(event) => event.stopPropagation()}
        />
      ),
  };
  const columns: Column<Refused>[] = [
    {
      id: "device",
      tight: true,
      title: t("device.refused.device"),
      show: (row) => row.device,
      sort: "device",
    },
    {
      id: "reason",
      tight: true,
      title: t("device.refused.reason"),
      show: (row) => <Tone tone="warn">{wordFor(t, "quarantine", row.reason)}</Tone>,
      sort: "reason",
    },
    { id: "detail", title: t("device.refused.detail"), show: (row) => row.detail || "—" },
    {
      id: "times",
      title: t("device.refused.times"),
      show: (row) => row.times,
      numeric: true,
      sort: "times",
    },
    {
      id: "last",
      tight: true,
      title: t("device.refused.last"),
      show: (row) => time(row.last_received_at),
      sort: "last_received_at",
    },
    {
      id: "plate",
      tight: true,
      title: t("device.refused.plate"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    {
      id: "became",
      tight: true,
      title: t("device.refused.became"),
      show: (row) => (
        <Tone tone={row.settled_as ? "good" : "neutral"}>
          {row.settled_as ? wordFor(t, "settledAs", row.settled_as) : t("device.refused.waiting")}
        </Tone>
      ),
    },
  ];
  return (
    <>
      <Anchor component={Link} to="/admin/devices" size="sm">
        ← {t("shell.menu.devices")}
      </Anchor>
      <PageHeader
        title={device ? `${t("device.refused.title")} · ${device}` : t("device.refused.title")}
        about={t("device.refused.about")}
        actions={
          <>
            {device && (
              <Button variant="default" onClick={() => state.set("device", null)}>
                {t("device.refused.everyDevice")}
              </Button>
            )}
            <Button component={Link} to="/admin/devices/runs" variant="default">
              {t("again.runs")}
            </Button>
            {mayEdit && (
              <Button
                onClick={() =>
                  setAgain(chosen.size > 0 ? { entries: [...chosen] } : matching(state.values, span))
                }
              >
                {chosen.size > 0 ? t("again.chosen", { count: chosen.size }) : t("again.matching")}
              </Button>
            )}
          </>
        }
      />
      <ListView<Refused>
        name="quarantine"
        path="/api/quarantine"
        label={t("device.refused.title")}
        state={state}
        columns={mayEdit ? [...columns, picking] : columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        refreshMs={30_000}
        fixed={span}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="reason"
              label={t("device.refused.reason")}
              choices={REASONS.map((value) => ({ value, label: wordFor(t, "quarantine", value) }))}
            />
            <ChoiceFilter
              state={state}
              name="settled"
              label={t("device.refused.progress")}
              choices={[
                { value: "false", label: t("device.refused.waiting") },
                { value: "true", label: t("device.refused.settled") },
              ]}
            />
            <UnitFilter state={state} label={t("device.refused.unit")} />
            <DayFilter state={state} name="since" label={t("device.refused.since")} />
            <DayFilter state={state} name="until" label={t("device.refused.until")} />
          </>
        }
        empty={{ title: t("device.refused.none"), hint: t("device.refused.noneHint") }}
      />
      {again && (
        <ReprocessDialog
          wanted={again}
          onClose={() => {
            setAgain(null);
            setChosen(new Set());
            void cache.invalidateQueries({ queryKey: ["quarantine"] });
          }}
        />
      )}
      {opened && <RefusedDialog row={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

/** The filters of the list as a run takes them; what is settled is left alone anyway. */
function matching(
  values: Readonly<Record<string, string>>,
  { from, to }: { from?: string; to?: string },
): Omit<NewRun, "dry"> {
  const { q, device, reason, unit } = values;
  const set = { q, device, reason, unit, start_at: from, end_at: to };
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value)) as Omit<NewRun, "dry">;
}
