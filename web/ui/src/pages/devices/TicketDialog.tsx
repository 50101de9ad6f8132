// One repair ticket: the fault with its numbers, what was done, and the steps that are possible now.
import { Button, Group, NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  readTicket,
  stepTicket,
  type TicketAnswer,
  type TicketItem,
  type TicketStep,
} from "../../api/health";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Note } from "../../parts/Note";
import { Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { CAUSES, evidenceLine } from "./words";

export function TicketDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["device-tickets", "one", id], queryFn: () => readTicket(id) });
  const number = found.data?.ticket.ticket_no;
  return (
    <Dialog
      size="lg"
      onClose={onClose}
      title={number === undefined ? t("shell.menu.tickets") : t("ticket.one", { number })}
    >
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && <Opened item={found.data} />}
    </Dialog>
  );
}

function Opened({ item }: { item: TicketItem }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const mayAct = useRight("device.edit");
  const { ticket } = item;
  const when = (instant: string | null | undefined) => (instant ? time(instant, "full") : null);
  return (
    <Stack gap="md">
      <Facts
        facts={[
          [
            t("health.filterFault"),
            <Group key="fault" gap="xs">
              <Tone tone={ticket.still_there ? "bad" : "good"}>
                {wordFor(t, "deviceFault", ticket.fault)}
              </Tone>
              <Text size="sm">{ticket.still_there ? t("ticket.stillThere") : t("ticket.gone")}</Text>
            </Group>,
          ],
          [t("health.evidence"), evidenceLine(t, ticket.evidence)],
          [t("health.since"), when(ticket.episode_at)],
          [t("device.code"), ticket.code],
          [t("device.vehicle"), ticket.plate ? showPlate(ticket.plate) : "—"],
          [t("vehicle.unit"), name(ticket.unit_name, ticket.unit_name_en) ?? "—"],
          [t("device.model"), ticket.model || "—"],
          [t("device.installer"), ticket.installer || "—"],
          [t("ticket.state"), wordFor(t, "ticketState", ticket.state)],
          [t("ticket.opened"), when(ticket.opened_at)],
          [t("ticket.due"), `${when(ticket.due_at)}${ticket.overdue ? ` · ${t("ticket.overdue")}` : ""}`],
          ticket.reopened > 0 ? [t("ticket.reopened"), ticket.reopened] : null,
          ticket.acknowledged_at
            ? [t("ticket.by"), `${ticket.acknowledged_by_name ?? "—"} · ${when(ticket.acknowledged_at)}`]
            : null,
          ticket.resolved_at ? [t("ticketState.repaired"), when(ticket.resolved_at)] : null,
          ticket.closed_at ? [t("ticketState.closed"), when(ticket.closed_at)] : null,
          ticket.cause ? [t("ticket.cause"), wordFor(t, "ticketCause", ticket.cause)] : null,
          ticket.note ? [t("ticket.note"), ticket.note] : null,
        ]}
      />
      {mayAct && item.steps.length > 0 && <Steps item={item} />}
    </Stack>
  );
}

function Steps({ item: { ticket, steps } }: { item: TicketItem }) {
  const { t } = useTranslation();
  const [cause, setCause] = useState<TicketAnswer["cause"]>(null);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct({
    run: ({ step, body }: { step: TicketStep; body: TicketAnswer }, key) =>
      stepTicket(ticket.id, step, ticket.row_version, body, key),
    touches: ["device-tickets", "device-health"],
    done: t("ticket.done"),
    quiet: true,
    after: () => {
      setNote("");
      setTried(false);
    },
  });
  const asks = steps.includes("repair");
  const waits = ticket.state === "repaired" && ticket.still_there;
  const send = (step: TicketStep) => {
    setTried(true);
    if (asks && !cause) return;
    act.mutate({ step, body: { cause: asks ? (cause ?? null) : null, note: note.trim() } });
  };
  return (
    <Stack gap="sm">
      <RefusalNote id={`ticket-${ticket.id}-refusal`} refusal={act.error} />
      {asks && (
        <NativeSelect
          label={t("ticket.cause")}
          required
          value={cause ?? ""}
          error={tried && !cause ? t("ticket.causeNeeded") : null}
          onChange={(event) => setCause((event.currentTarget.value || null) as TicketAnswer["cause"])}
          data={[
            { value: "", label: t("ticket.causeNeeded") },
            ...CAUSES.map((value) => ({ value, label: wordFor(t, "ticketCause", value) })),
          ]}
        />
      )}
      <Textarea
        label={t("ticket.note")}
        placeholder={t("common.optional")}
        autosize
        minRows={2}
        maxLength={300}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {steps.includes("close") && (
        <Note tone={waits ? "warn" : "info"}>{t(waits ? "ticket.waitGone" : "ticket.closeMeans")}</Note>
      )}
      <Group gap="sm" justify="flex-end">
        {steps.map((step) => (
          <Button
            key={step}
            variant={step === "false_alarm" ? "default" : "filled"}
            loading={act.isPending}
            disabled={step === "close" && waits}
            onClick={() => send(step)}
          >
            {wordFor(t, "ticketStep", step)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
