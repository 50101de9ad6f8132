// The question of one step, asked before it is taken: what it means, and what it needs.
import { Checkbox, Rating, Stack, Text, Textarea } from "@mantine/core";
import { useId } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderRow, Step, StepBody } from "../api/orders";
import { ASKS, EXPLAINED } from "../pages/trips/steps";
import { Dialog } from "./Dialog";
import { FormEnd } from "./form/FormEnd";
import { NumberField } from "./form/NumberField";
import type { Typed } from "./form/numbers";
import { RefusalNote } from "./form/RefusalNote";
import { numberSentence, type Troubles } from "./form/troubles";
import { useFocusOnTrouble } from "./form/useFocusOnTrouble";
import { useRefusedFields } from "./form/useRefusedFields";
import { SettlementPreview } from "./SettlementPreview";

export interface Allowances {
  readonly offHours: boolean;
  readonly dayOff: boolean;
}

interface StepDialogProps {
  step: Step;
  order: OrderRow;
  allowances: Allowances;
  busy: boolean;
  refusal: unknown;
  onClose: () => void;
  onSend: (body: Partial<StepBody>) => void;
}

/** No vehicle lives longer; the same bound as dispatch/guards.py. */
const ODOMETER = { min: 0, max: 2_000_000 };
const NAMES = ["odometer_km", "reason"] as const;

export function StepDialog({ step, order, allowances, busy, refusal, onClose, onSend }: StepDialogProps) {
  const { t } = useTranslation();
  const form = useId();
  const asks = ASKS[step] ?? [];
  const needsText = asks.includes("reason");
  const [text, setText] = useState("");
  const [odometer, setOdometer] = useState<Typed>(null);
  const [rating, setRating] = useState(0);
  const [offHours, setOffHours] = useState(allowances.offHours);
  const [dayOff, setDayOff] = useState(allowances.dayOff);
  const [payable, setPayable] = useState(!asks.includes("settlement"));
  const [tried, setTried] = useState(0);
  const own: Troubles = {
    ...(needsText && !text.trim() ? { reason: t("form.required") } : {}),
    ...sentenceOf("odometer_km", numberSentence(t, odometer, ODOMETER)),
  };
  const { refused, settle } = useRefusedFields(NAMES, refusal);
  const shown: Troubles = { ...refused, ...(tried ? own : {}) };
  useFocusOnTrouble(form, NAMES, shown, refusal, tried);

  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried((times) => times + 1);
    if (Object.keys(own).length > 0 || !payable) return;
    onSend({
      reason: text.trim(),
      // An impossible reading was refused above; what is left is a number or nothing.
      ...(asks.includes("odometer") && typeof odometer === "number" ? { odometer_km: odometer } : {}),
      ...(asks.includes("rating") && rating > 0 ? { rating } : {}),
      ...(asks.includes("allowances") ? { off_hours_approved: offHours, holiday_approved: dayOff } : {}),
    });
  };
  const textLabel = needsText ? "step.reason" : asks.includes("rating") ? "step.note" : "step.opinion";

  return (
    <Dialog
      onClose={onClose}
      title={t("step.title", { step: t(`orderStep.${step}`), number: order.order_no })}
    >
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          <RefusalNote id={`${form}-refusal`} refusal={refusal} />
          {EXPLAINED.includes(step) && <Text size="sm">{t(`step.means.${step}`)}</Text>}
          {asks.includes("settlement") && <SettlementPreview orderId={order.id} onPayable={setPayable} />}
          {asks.includes("allowances") && allowances.offHours && (
            <Checkbox
              label={t("step.allowOffHours")}
              checked={offHours}
              onChange={(event) => setOffHours(event.currentTarget.checked)}
            />
          )}
          {asks.includes("allowances") && allowances.dayOff && (
            <Checkbox
              label={t("step.allowDayOff")}
              checked={dayOff}
              onChange={(event) => setDayOff(event.currentTarget.checked)}
            />
          )}
          {asks.includes("odometer") && (
            <NumberField
              id={`${form}-odometer_km`}
              label={t("step.odometer")}
              description={t("step.odometerHint")}
              placeholder={t("common.optional")}
              rightSection={<Text size="sm">km</Text>}
              size="md"
              data-autofocus
              error={shown["odometer_km"]}
              value={odometer}
              onChange={(value) => {
                settle("odometer_km");
                setOdometer(value);
              }}
            />
          )}
          {asks.includes("rating") && <Stars value={rating} onChange={setRating} />}
          {(needsText || asks.includes("opinion")) && (
            <Textarea
              id={`${form}-reason`}
              label={t(textLabel)}
              required={needsText}
              placeholder={needsText ? undefined : t("common.optional")}
              autosize
              minRows={2}
              maxLength={300}
              data-autofocus={asks.includes("odometer") ? undefined : true}
              error={shown["reason"]}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <FormEnd busy={busy} submit={t(`orderStep.${step}`)} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}

const sentenceOf = (name: string, sentence: string | null): Troubles =>
  sentence ? { [name]: sentence } : {};

function Stars({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} id={id}>
        {t("step.rating")}
      </Text>
      <Rating
        value={value}
        onChange={onChange}
        size="lg"
        aria-labelledby={id}
        getSymbolLabel={(stars) => t("step.stars", { count: stars })}
      />
    </Stack>
  );
}
