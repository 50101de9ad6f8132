// /admin/commands and /admin/commands/:id: what locators were told and how far each command came; one opens over the list.
import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams } from "react-router";
import type { CommandRow } from "../../api/commands";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { CommandDialog } from "./CommandDialog";
import { askedLine, KINDS, progressLine, STATE_TONES, STATES } from "./commandWords";
import { NewCommandDialog } from "./NewCommandDialog";
import { StrayAnswers } from "./StrayAnswers";

const REFRESH_MS = 3_000;

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const { id } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const maySend = useRight("device.command");
  const [asking, setAsking] = useState(false);
  const state = useListState("-asked_at", ["state", "kind", "unit"]);
  const columns: Column<CommandRow>[] = [
    {
      id: "number",
      tight: true,
      title: t("command.number"),
      show: (row) => t("command.numberOf", { number: row.command_no }),
      sort: "command_no",
    },
    {
      id: "state",
      title: t("command.state"),
      show: (row) => <Progress row={row} />,
    },
    {
      id: "kind",
      title: t("command.kind"),
      show: (row) => (
        <>
          {wordFor(t, "commandKind", row.kind)}
          <Text size="xs" c="dimmed" lineClamp={2} style={{ overflowWrap: "anywhere" }}>
            {askedLine(t, row)}
          </Text>
        </>
      ),
    },
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code, sort: "code" },
    {
      id: "plate",
      tight: true,
      title: t("device.vehicle"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    {
      id: "asked",
      tight: true,
      title: t("command.asked"),
      show: (row) => time(row.asked_at),
      sort: "asked_at",
    },
    { id: "by", title: t("command.by"), show: (row) => row.asked_as },
    {
      id: "until",
      tight: true,
      title: t("command.until"),
      show: (row) => time(row.expires_at),
      sort: "expires_at",
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.commands")}
        about={t("command.about")}
        actions={maySend && <Button onClick={() => setAsking(true)}>{t("command.send")}</Button>}
      />
      <ListView<CommandRow>
        name="device-commands"
        path="/api/device-commands"
        label={t("shell.menu.commands")}
        state={state}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/admin/commands/${row.id}${search}`}
        refreshMs={REFRESH_MS}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="state"
              label={t("command.state")}
              choices={wordChoices(t, "commandState", STATES)}
            />
            <ChoiceFilter
              state={state}
              name="kind"
              label={t("command.kind")}
              choices={wordChoices(t, "commandKind", KINDS)}
            />
            <UnitFilter state={state} label={t("vehicle.unit")} />
          </>
        }
        empty={{ title: t("command.none"), hint: t("command.noneHint") }}
      />
      <StrayAnswers />
      {asking && <NewCommandDialog onClose={() => setAsking(false)} />}
      {id && <CommandDialog key={id} id={id} onClose={() => void navigate(`/admin/commands${search}`)} />}
    </>
  );
}

function Progress({ row }: { row: CommandRow }) {
  const { t } = useTranslation();
  return (
    <>
      <Tone tone={STATE_TONES[row.state] ?? "neutral"}>{wordFor(t, "commandState", row.state)}</Tone>
      <Text size="xs" c="dimmed">
        {progressLine(t, row)}
      </Text>
    </>
  );
}
