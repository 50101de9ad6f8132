// What is proposed and what became of it; the second person looks at it here and lets it hold, or turns it down.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CalendarChange } from "../../api/calendar";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { Tone, type ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { wordChoices } from "../admin/choices";
import { ChangeDialog } from "./ChangeDialog";

export const KINDS_OF_CHANGE = ["days", "local", "hours", "sealing"] as const;
const STATES = ["proposed", "in_force", "withdrawn"] as const;
const TONES: Record<string, ToneName> = { proposed: "warn", in_force: "good", withdrawn: "neutral" };

export function CalendarChanges() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state = useListState("-change_no", ["what", "state"]);
  const [opened, setOpened] = useState<string | null>(null);
  const columns: Column<CalendarChange>[] = [
    { id: "no", tight: true, title: t("calendar.changeNo"), show: (row) => row.change_no, sort: "change_no" },
    {
      id: "what",
      title: t("calendar.what"),
      show: (row) => wordFor(t, "calendarWhat", row.what),
      sort: "what",
    },
    {
      id: "state",
      tight: true,
      title: t("calendar.state"),
      show: (row) => <Tone tone={TONES[row.state] ?? "neutral"}>{wordFor(t, "changeState", row.state)}</Tone>,
      sort: "state",
    },
    {
      id: "unit",
      title: t("calendar.whose"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("calendar.everybody"),
    },
    { id: "source", title: t("calendar.source"), show: (row) => row.source },
    { id: "by", title: t("calendar.proposedBy"), show: (row) => row.proposed_by_name },
    {
      id: "at",
      tight: true,
      title: t("calendar.proposedAt"),
      show: (row) => time(row.proposed_at),
      sort: "proposed_at",
    },
    { id: "settled", title: t("calendar.settledBy"), show: (row) => row.settled_by_name ?? "—" },
    { id: "version", title: t("calendar.version"), show: (row) => row.version_no ?? "—", numeric: true },
  ];
  return (
    <>
      <ListView<CalendarChange>
        name="calendar-changes"
        path="/api/calendar/changes"
        label={t("calendar.part.changes")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => setOpened(id)}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="what"
              label={t("calendar.what")}
              choices={wordChoices(t, "calendarWhat", KINDS_OF_CHANGE)}
            />
            <ChoiceFilter
              state={state}
              name="state"
              label={t("calendar.state")}
              choices={wordChoices(t, "changeState", STATES)}
            />
          </>
        }
        empty={{ title: t("calendar.noChange"), hint: t("calendar.noChangeHint") }}
      />
      {opened && <ChangeDialog id={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
