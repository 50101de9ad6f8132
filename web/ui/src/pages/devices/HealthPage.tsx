// /admin/health: what is wrong with which locator and on which numbers; each number above the list leads to its rows.
import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { HealthRow } from "../../api/health";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { Coverage } from "./Coverage";
import { KindFilters, useSummary } from "./KindFilters";
import { NewCommandDialog } from "./NewCommandDialog";
import { evidenceLine, FAULTS } from "./words";

const LINE_TONES = { online: "good", offline: "warn", unknown: "neutral" } as const;

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const state = useListState("-fault_count", ["fault", "line", "unit", "model", "installer"]);
  const maySend = useRight("device.command");
  const [telling, setTelling] = useState<HealthRow | null>(null);
  const columns: Column<HealthRow>[] = [
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code, sort: "code" },
    {
      id: "plate",
      tight: true,
      title: t("device.vehicle"),
      show: (row) => (row.plate ? showPlate(row.plate) : t("device.unbound")),
      sort: "plate",
    },
    {
      id: "unit",
      title: t("vehicle.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en) ?? "—",
      sort: "unit_name",
    },
    { id: "faults", title: t("health.faults"), show: (row) => <Faults row={row} />, sort: "fault_count" },
    {
      id: "line",
      tight: true,
      title: t("device.line"),
      show: (row) => (
        <Tone tone={LINE_TONES[row.line as keyof typeof LINE_TONES] ?? "neutral"}>
          {wordFor(t, "deviceLine", row.line)}
        </Tone>
      ),
    },
    {
      id: "heard",
      tight: true,
      title: t("device.heard"),
      show: (row) => time(row.heard_at),
      sort: "heard_at",
    },
    {
      id: "since",
      tight: true,
      title: t("health.since"),
      show: (row) => time(row.faulty_since),
      sort: "faulty_since",
    },
    {
      id: "ticket",
      tight: true,
      title: t("health.ticket"),
      show: (row) =>
        row.ticket_id ? (
          <Anchor component={Link} to={`/admin/tickets/${row.ticket_id}`} size="sm">
            {t("health.ticketNo", { number: row.ticket_no })}
          </Anchor>
        ) : (
          "—"
        ),
    },
    { id: "model", title: t("device.model"), show: (row) => row.model || "—" },
    { id: "installer", title: t("device.installer"), show: (row) => row.installer || "—" },
    ...(maySend
      ? [
          {
            id: "command",
            tight: true,
            title: t("command.kind"),
            show: (row: HealthRow) => (
              <Button size="compact-sm" variant="default" onClick={() => setTelling(row)}>
                {t("command.send")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.health")} about={t("health.about")} />
      <Stack gap="md">
        <Numbers chosen={state.values["fault"]} onChoose={(fault) => state.set("fault", fault)} />
        <ListView<HealthRow>
          name="device-health"
          path="/api/device-health"
          label={t("shell.menu.health")}
          state={state}
          columns={columns}
          rowKey={({ id }) => id}
          refreshMs={30_000}
          filters={
            <>
              <ChoiceFilter
                state={state}
                name="fault"
                label={t("health.filterFault")}
                choices={wordChoices(t, "deviceFault", ["any", "none", ...FAULTS])}
              />
              <ChoiceFilter
                state={state}
                name="line"
                label={t("device.line")}
                choices={wordChoices(t, "deviceLine", Object.keys(LINE_TONES))}
              />
              <KindFilters state={state} />
            </>
          }
          empty={{ title: t("health.none") }}
        />
        <Coverage />
      </Stack>
      {telling && <NewCommandDialog to={telling} onClose={() => setTelling(null)} />}
    </>
  );
}

function Numbers({
  chosen,
  onChoose,
}: {
  chosen: string | undefined;
  onChoose: (fault: string | null) => void;
}) {
  const { t } = useTranslation();
  const counts = useSummary().data?.counts;
  if (!counts) return null;
  return (
    <Group gap="xs" role="group" aria-label={t("health.numbers")}>
      {(["any", ...FAULTS] as const).map((fault) => (
        <Button
          key={fault}
          size="xs"
          variant={chosen === fault ? "filled" : "default"}
          aria-pressed={chosen === fault}
          onClick={() => onChoose(chosen === fault ? null : fault)}
        >
          {t("health.count", {
            name: wordFor(t, "deviceFault", fault),
            count: counts[`fault.${fault}`] ?? 0,
          })}
        </Button>
      ))}
      {(["unsolved", "overdue"] as const).map((state) => (
        <Button key={state} size="xs" variant="default" component={Link} to={`/admin/tickets?state=${state}`}>
          {t("health.count", {
            name: `${t("health.ticket")} · ${wordFor(t, "ticketState", state)}`,
            count: counts[`ticket.${state}`] ?? 0,
          })}
        </Button>
      ))}
    </Group>
  );
}

function Faults({ row }: { row: HealthRow }) {
  const { t } = useTranslation();
  if (!row.expected && row.checked_at) return <Tone tone="neutral">{t("health.notExpected")}</Tone>;
  if (row.faults.length === 0) {
    const blind = !row.checked_at || row.unknown.length === FAULTS.length;
    return <Tone tone={blind ? "neutral" : "good"}>{blind ? t("health.allUnknown") : t("health.fine")}</Tone>;
  }
  return (
    <Stack gap={4}>
      {row.faults.map((fault) => (
        <div key={fault}>
          <Tone tone="bad">{wordFor(t, "deviceFault", fault)}</Tone>
          <Text size="xs" c="dimmed">
            {evidenceLine(t, row.evidence[fault])}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
