// The end of a trip: the look back into the vehicle, things left behind, what those who rode say.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  CHECK_ITEMS,
  closeLost,
  type Ending,
  type LostEnd,
  rateTrip,
  readEnding,
  reportLost,
  sendChecklist,
} from "../../api/ending";
import type { OrderDetail } from "../../api/orders";
import { useTime } from "../../app/useTime";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";

type Open = "check" | "lost" | "rate" | { close: string };
const ENDS = ["given_back", "not_found", "handed_in"] as const;

export function EndPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open | null>(null);
  const ending = useQuery({
    queryKey: ["order", order.id, "ending", order.row_version],
    queryFn: () => readEnding(order.id),
    enabled: order.departed_at !== null,
  });
  const said = ending.data;
  if (!said) return null;
  const { check, report, rate } = said.allowed;
  if (!check && !report && !rate && !said.checklist && !said.lost.length && !said.ratings.length) return null;
  const close = () => setOpen(null);
  return (
    <Panel title={t("ending.title")}>
      <Stack gap="xs">
        <Looked said={said} />
        <Left said={said} onClose={(id) => setOpen({ close: id })} />
        {said.ratings.map((row) => (
          <Text key={row.rated_at} size="sm">
            {t(row.complaint ? "ending.complained" : "ending.rated", {
              name: row.person_name,
              stars: row.stars,
            })}
            {row.words && ` ${row.words}`}
          </Text>
        ))}
        <Group gap="xs">
          {check && <Ask words={t("ending.check")} onClick={() => setOpen("check")} />}
          {report && <Ask words={t(`ending.${report}`)} onClick={() => setOpen("lost")} />}
          {rate && <Ask words={t("ending.rate")} onClick={() => setOpen("rate")} />}
        </Group>
      </Stack>
      {open === "check" && <CheckDialog id={order.id} onClose={close} />}
      {open === "lost" && (
        <LostDialog id={order.id} title={t(`ending.${report ?? "missed"}`)} onClose={close} />
      )}
      {open === "rate" && <RateDialog id={order.id} onClose={close} />}
      {open !== null && typeof open === "object" && (
        <CloseDialog id={order.id} lost={open.close} onClose={close} />
      )}
    </Panel>
  );
}

function Ask({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <Button size="xs" variant="default" onClick={onClick}>
      {words}
    </Button>
  );
}

function Looked({ said }: { said: Ending }) {
  const { t } = useTranslation();
  const time = useTime();
  const { checklist } = said;
  if (!checklist) return null;
  const wrong = CHECK_ITEMS.filter((item) => checklist.items[item] === false);
  return (
    <Text size="sm">
      {wrong.length === 0
        ? t("ending.allInOrder")
        : t("ending.notInOrder", {
            what: wrong.map((item) => wordFor(t, "checkItem", item)).join(t("punctuation.comma")),
          })}
      {checklist.fuel_pct !== null && ` · ${t("ending.fuel")} ${checklist.fuel_pct}%`}
      {checklist.note && ` · ${checklist.note}`} · {checklist.checked_by_name} {time(checklist.checked_at)}
    </Text>
  );
}

function Left({ said, onClose }: { said: Ending; onClose: (id: string) => void }) {
  const { t } = useTranslation();
  return said.lost.map((row) => (
    <Group key={row.id} justify="space-between" gap="xs">
      <Text size="sm">
        {wordFor(t, "lostKind", row.kind)} {row.what}
        {row.place && `（${row.place}）`} · {row.reported_by_name} · {wordFor(t, "lostState", row.state)}
        {row.closing_note && ` · ${row.closing_note}`}
      </Text>
      {said.allowed.close && row.state === "open" && (
        <Button size="compact-xs" variant="default" onClick={() => onClose(row.id)}>
          {t("ending.close")}
        </Button>
      )}
    </Group>
  ));
}

interface AskProps {
  title: string;
  fields: readonly Field[];
  start: Values;
  send: (values: Record<string, unknown>, key: string) => Promise<unknown>;
  onClose: () => void;
}

function AskDialog({ title, fields, start, send, onClose }: AskProps) {
  const { t } = useTranslation();
  const act = useAct({
    run: (values: Record<string, unknown>, key) => send(values, key),
    touches: ["order"],
    done: t("ending.done"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={title}
      fields={fields}
      start={start}
      busy={act.isPending}
      refusal={act.error}
      submit={title}
      onClose={onClose}
      onSend={(values) => act.mutate(clean(fields, values))}
    />
  );
}

function CheckDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    ...CHECK_ITEMS.map(
      (item): Field => ({ name: item, label: wordFor(t, "checkItem", item), kind: "switch" }),
    ),
    { name: "fuel_pct", label: t("ending.fuelPct"), kind: "number", min: 0, max: 100, whole: true },
    { name: "note", label: t("voucher.note"), kind: "text" },
  ];
  return (
    <AskDialog
      title={t("ending.check")}
      fields={fields}
      start={{}}
      onClose={onClose}
      send={({ fuel_pct, note, ...items }, key) =>
        sendChecklist(
          id,
          {
            items: items as Record<string, boolean>,
            fuel_pct: fuel_pct as number | null,
            note: String(note ?? ""),
          },
          key,
        )
      }
    />
  );
}

function LostDialog({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "what", label: t("ending.what"), kind: "text", required: true },
    { name: "place", label: t("ending.place"), kind: "text" },
  ];
  return (
    <AskDialog
      title={title}
      fields={fields}
      start={{}}
      onClose={onClose}
      send={({ what, place }, key) => reportLost(id, { what: String(what), place: String(place ?? "") }, key)}
    />
  );
}

function CloseDialog({ id, lost, onClose }: { id: string; lost: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    {
      name: "end",
      label: t("ending.how"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "lostState", ENDS),
    },
    { name: "note", label: t("voucher.note"), kind: "text" },
  ];
  return (
    <AskDialog
      title={t("ending.close")}
      fields={fields}
      start={{ end: "given_back" }}
      onClose={onClose}
      send={({ end, note }, key) =>
        closeLost(id, lost, { end: end as LostEnd, note: String(note ?? "") }, key)
      }
    />
  );
}

function RateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "stars", label: t("ending.stars"), kind: "number", required: true, min: 1, max: 5, whole: true },
    { name: "words", label: t("ending.words"), kind: "text" },
    { name: "complaint", label: t("ending.complaint"), kind: "switch" },
  ];
  return (
    <AskDialog
      title={t("ending.rate")}
      fields={fields}
      start={{ stars: 5 }}
      onClose={onClose}
      send={({ stars, words, complaint }, key) =>
        rateTrip(id, { stars: Number(stars), words: String(words ?? ""), complaint: complaint === true }, key)
      }
    />
  );
}
