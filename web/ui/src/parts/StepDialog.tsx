// The question of one step, asked before it is taken.
import { Button, Checkbox, Group, Modal, NumberInput, Rating, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderRow, Step, StepBody } from "../api/orders";
import { ASKS } from "../pages/trips/steps";

export interface Allowances {
  readonly offHours: boolean;
  readonly dayOff: boolean;
}

interface StepDialogProps {
  step: Step;
  order: OrderRow;
  allowances: Allowances;
  busy: boolean;
  onClose: () => void;
  onSend: (body: Partial<StepBody>) => void;
}

export function StepDialog({ step, order, allowances, busy, onClose, onSend }: StepDialogProps) {
  const { t } = useTranslation();
  const asks = ASKS[step] ?? [];
  const needsText = asks.includes("reason");
  const [text, setText] = useState("");
  const [odometer, setOdometer] = useState<number | string>("");
  const [rating, setRating] = useState(5);
  const [offHours, setOffHours] = useState(allowances.offHours);
  const [dayOff, setDayOff] = useState(allowances.dayOff);
  const ready = !needsText || text.trim().length > 0;

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    onSend({
      reason: text.trim(),
      ...(asks.includes("odometer") && odometer !== "" ? { odometer_km: Number(odometer) } : {}),
      ...(asks.includes("rating") ? { rating } : {}),
      ...(asks.includes("allowances") ? { off_hours_approved: offHours, holiday_approved: dayOff } : {}),
    });
  };
  const textLabel = needsText ? "step.reason" : asks.includes("rating") ? "step.note" : "step.opinion";

  return (
    <Modal
      opened
      onClose={onClose}
      title={t("step.title", { step: t(`orderStep.${step}`), number: order.order_no })}
    >
      <form onSubmit={send}>
        <Stack gap="md">
          {asks.includes("allowances") && (allowances.offHours || allowances.dayOff) && (
            <Stack gap="xs">
              {allowances.offHours && (
                <Checkbox
                  label={t("step.allowOffHours")}
                  checked={offHours}
                  onChange={(event) => setOffHours(event.currentTarget.checked)}
                />
              )}
              {allowances.dayOff && (
                <Checkbox
                  label={t("step.allowDayOff")}
                  checked={dayOff}
                  onChange={(event) => setDayOff(event.currentTarget.checked)}
                />
              )}
            </Stack>
          )}
          {asks.includes("odometer") && (
            <NumberInput
              label={t("step.odometer")}
              description={t("step.odometerHint")}
              placeholder={t("common.optional")}
              suffix=" km"
              min={0}
              max={2_000_000}
              decimalScale={1}
              size="md"
              inputMode="decimal"
              hideControls
              data-autofocus
              value={odometer}
              onChange={setOdometer}
            />
          )}
          {asks.includes("rating") && (
            <Stack gap={4}>
              <Text size="sm" fw={500} id="rating-label">
                {t("step.rating")}
              </Text>
              <Rating
                value={rating}
                onChange={setRating}
                size="lg"
                aria-labelledby="rating-label"
                getSymbolLabel={(value) => t("step.stars", { count: value })}
              />
            </Stack>
          )}
          {(needsText || asks.includes("opinion")) && (
            <Textarea
              label={t(textLabel)}
              required={needsText}
              placeholder={needsText ? undefined : t("common.optional")}
              autosize
              minRows={2}
              maxLength={300}
              data-autofocus={asks.includes("odometer") ? undefined : true}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={busy} disabled={!ready}>
              {t(`orderStep.${step}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
