// The booking form around one draft: a new request, or the correction of one.
import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { isProblem } from "../../api/client";
import { bookOrder, correctOrder, type OrderDetail, type Wish } from "../../api/orders";
import { bookSeries, type Repeat } from "../../api/series";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { numberSentence } from "../../parts/form/troubles";
import { useFocusOnTrouble } from "../../parts/form/useFocusOnTrouble";
import { useRefusedFields } from "../../parts/form/useRefusedFields";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { BookChecks } from "./BookChecks";
import { type Draft, FIELDS, type FieldName, PASSENGERS, toWish, troublesIn } from "./draft";
import { FleetAnswer } from "./FleetAnswer";
import { MoreFields } from "./MoreFields";
import { NO_REPEAT, RepeatFields, repeatOf } from "./RepeatFields";
import { WhatFields } from "./WhatFields";
import { WhenFields } from "./WhenFields";
import { WhereFields } from "./WhereFields";
import "./book.css";

interface BookFormProps {
  start: Draft;
  corrects?: OrderDetail;
  onReload?: () => void;
}

export function BookForm({ start, corrects, onReload }: BookFormProps) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const navigate = useNavigate();
  const form = useId();
  const [draft, setDraft] = useState(start);
  const [repeating, setRepeating] = useState(NO_REPEAT);
  const [tried, setTried] = useState(0);
  const send = useAct({
    run: (wish: Wish, key) =>
      corrects ? correctOrder(corrects.id, corrects.row_version, wish, key) : bookOrder(wish, key),
    touches: ["orders", "order", "approvals", "notices"],
    done: t(corrects ? "book.corrected" : "book.sent"),
    quiet: true,
    after: ({ id }) => void navigate(`/trips/${id}`),
  });
  const sendSeries = useAct({
    run: ({ wish, repeat }: { wish: Wish; repeat: Repeat }, key) => bookSeries(wish, repeat, key),
    touches: ["orders", "order", "approvals", "notices", "order-series"],
    done: ({ days }) => t("series.booked", { count: days.length }),
    quiet: true,
    after: ({ days }) => void navigate(days[0] ? `/trips/${days[0].order_id}` : "/trips"),
  });
  const refusal = send.error ?? sendSeries.error;
  const repeat = repeatOf(repeating);
  const own = useOwnTroubles(draft);
  const { refused, settle } = useRefusedFields(FIELDS, refusal);
  const troubles = { ...refused, ...(tried ? own : {}) };
  useFocusOnTrouble(form, FIELDS, troubles, refusal, tried);
  const change = (changes: Partial<Draft>) => {
    for (const field of Object.keys(changes)) settle(CHANGED[field] ?? field);
    setDraft((before) => ({ ...before, ...changes }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried((times) => times + 1);
    const wish = toWish(draft, timezone);
    if (Object.keys(own).length > 0 || !wish) return;
    if (repeating.kind === "once") send.mutate(wish);
    else if (repeat) sendSeries.mutate({ wish, repeat });
  };
  const parts = { draft, troubles, idOf: (field: FieldName) => `${form}-${field}`, onChange: change };
  const stale = isProblem(send.error) && send.error.code === "stale";

  return (
    <form noValidate onSubmit={submit}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Stack gap="md">
          <RefusalNote id={`${form}-refusal`} refusal={refusal} stale={t("book.stale")} />
          <Panel title={t("book.where")}>
            <WhereFields {...parts} />
          </Panel>
          <Panel title={t("book.when")}>
            <WhenFields {...parts} />
            {!corrects && (
              <RepeatFields
                value={repeating}
                wish={toWish(draft, timezone)}
                firstDay={draft.startWall.slice(0, 10)}
                missing={tried > 0}
                onChange={setRepeating}
              />
            )}
          </Panel>
          <Panel title={t("book.what")}>
            <WhatFields {...parts} />
            <MoreFields {...parts} />
          </Panel>
          <Group>
            <Button type="submit" size="md" loading={send.isPending || sendSeries.isPending}>
              {t(corrects ? "book.saveCorrection" : "book.submit")}
            </Button>
            {stale && onReload && (
              <Button variant="default" size="md" onClick={onReload}>
                {t("book.reload")}
              </Button>
            )}
            {Object.keys(troubles).length > 0 && (
              <Text size="sm" c="var(--mantine-color-error)" role="alert">
                {t("book.incomplete")}
              </Text>
            )}
          </Group>
        </Stack>
        <div className="book-checks">
          <Stack gap="md">
            <BookChecks draft={draft} />
            <FleetAnswer draft={draft} asks={!corrects} />
          </Stack>
        </div>
      </SimpleGrid>
    </form>
  );
}

/** Draft fields that the server knows by another name. */
const CHANGED: Readonly<Record<string, FieldName>> = {
  startWall: "planned_start_at",
  durationMin: "planned_end_at",
  purposeText: "purpose_text",
  selfDrive: "self_drive",
  contactPhone: "contact_phone",
};

/** What the form itself sees, in words. */
function useOwnTroubles(draft: Draft): Partial<Record<FieldName, string>> {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const found = troublesIn(draft, Date.now(), timezone);
  const sentences = Object.entries(found).map(([field, trouble]) => [
    field,
    (trouble === "passengers" && numberSentence(t, draft.passengers, PASSENGERS)) ||
      t(`book.missing.${trouble}`),
  ]);
  return Object.fromEntries(sentences);
}
