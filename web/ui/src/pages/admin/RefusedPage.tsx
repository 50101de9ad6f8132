// /admin/devices/refused: messages that were not taken, why, and what became of them; a row opens the message.
import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Refused } from "../../api/quarantine";
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
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
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
  const state = useListState("-last_received_at", ["device", "reason", "settled", "unit", "since", "until"]);
  const [opened, setOpened] = useState<Refused | null>(null);
  const device = state.values["device"];
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
          device && (
            <Button variant="default" onClick={() => state.set("device", null)}>
              {t("device.refused.everyDevice")}
            </Button>
          )
        }
      />
      <ListView<Refused>
        name="quarantine"
        path="/api/quarantine"
        label={t("device.refused.title")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={setOpened}
        refreshMs={30_000}
        fixed={spanOfDays(state.values["since"], state.values["until"], timezone)}
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
      {opened && <RefusedDialog row={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
