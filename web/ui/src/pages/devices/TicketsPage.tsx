// /admin/tickets and /admin/tickets/:id: repair tickets, the most urgent first; one opens over the list.
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams } from "react-router";
import type { TicketRow } from "../../api/health";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone, type ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { wordChoices } from "../admin/choices";
import { KindFilters } from "./KindFilters";
import { TicketDialog } from "./TicketDialog";
import { FAULTS } from "./words";

const STATES = ["unsolved", "overdue", "open", "acknowledged", "repaired", "false_alarm", "closed"];
const TONES: Record<string, ToneName> = { open: "warn", acknowledged: "info", repaired: "good" };

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const { id } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const state = useListState("due_at", ["state", "fault", "unit", "model", "installer"]);
  const columns: Column<TicketRow>[] = [
    {
      id: "number",
      tight: true,
      title: t("ticket.number"),
      show: (row) => t("health.ticketNo", { number: row.ticket_no }),
      sort: "ticket_no",
    },
    {
      id: "fault",
      tight: true,
      title: t("health.filterFault"),
      show: (row) => wordFor(t, "deviceFault", row.fault),
    },
    {
      id: "state",
      tight: true,
      title: t("ticket.state"),
      show: (row) => (
        <Tone tone={row.overdue ? "bad" : (TONES[row.state] ?? "neutral")}>
          {wordFor(t, "ticketState", row.state)}
          {row.overdue && ` · ${t("ticket.overdue")}`}
        </Tone>
      ),
    },
    { id: "due", tight: true, title: t("ticket.due"), show: (row) => time(row.due_at), sort: "due_at" },
    { id: "code", tight: true, title: t("device.code"), show: (row) => row.code, sort: "code" },
    {
      id: "plate",
      tight: true,
      title: t("device.vehicle"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    { id: "unit", title: t("vehicle.unit"), show: (row) => name(row.unit_name, row.unit_name_en) ?? "—" },
    { id: "installer", title: t("device.installer"), show: (row) => row.installer || "—" },
    {
      id: "opened",
      tight: true,
      title: t("ticket.opened"),
      show: (row) => time(row.opened_at),
      sort: "opened_at",
    },
  ];
  return (
    <>
      <PageHeader title={t("shell.menu.tickets")} about={t("ticket.about")} />
      <ListView<TicketRow>
        name="device-tickets"
        path="/api/device-tickets"
        label={t("shell.menu.tickets")}
        state={state}
        columns={columns}
        rowKey={(row) => row.id}
        href={(row) => `/admin/tickets/${row.id}${search}`}
        refreshMs={30_000}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="state"
              label={t("ticket.state")}
              choices={wordChoices(t, "ticketState", STATES)}
            />
            <ChoiceFilter
              state={state}
              name="fault"
              label={t("health.filterFault")}
              choices={wordChoices(t, "deviceFault", FAULTS)}
            />
            <KindFilters state={state} />
          </>
        }
        empty={{ title: t("ticket.none") }}
      />
      {id && <TicketDialog key={id} id={id} onClose={() => void navigate(`/admin/tickets${search}`)} />}
    </>
  );
}
