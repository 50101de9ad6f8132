// The steps a person may take on an order, each with the one question it needs: an opinion, a reason, the
// odometer, a rating. Two taps, never one by accident.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type OrderRow, type Step, type StepBody, takeStep } from "../api/orders";
import { ASKS, primaryStep } from "../pages/trips/steps";
import { type Allowances, StepDialog } from "./StepDialog";
import { useAct } from "./useAct";

interface StepButtonsProps {
  order: OrderRow;
  steps: readonly Step[];
  size?: "xs" | "sm" | "md" | "lg";
  grow?: boolean;
  /** What approving would have to allow, as far as it is known. */
  allowances?: Allowances;
}

export function StepButtons({ order, steps, size = "sm", grow = false, allowances }: StepButtonsProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Step | null>(null);
  const act = useAct({
    run: (input: { step: Step; body: Partial<StepBody> }, key) =>
      takeStep({ id: order.id, step: input.step, row_version: order.row_version, body: input.body }, key),
    touches: ["orders", "order", "approvals", "dispatch", "vehicles", "notices"],
    done: (_, { step }) => t("step.doneFor", { number: order.order_no, step: t(`orderStep.${step}`) }),
    // An open question shows the refusal itself.
    quiet: asked !== null,
    after: () => setAsked(null),
  });
  const begin = (step: Step) => {
    act.reset();
    if (ASKS[step]) setAsked(step);
    else act.mutate({ step, body: {} });
  };
  if (steps.length === 0) return null;
  const primary = primaryStep(steps);
  return (
    <>
      <Group gap="xs" grow={grow}>
        {steps.map((step) => (
          <Button
            key={step}
            size={size}
            variant={step === primary ? "filled" : "default"}
            loading={act.isPending && !asked && act.variables?.step === step}
            disabled={act.isPending && act.variables?.step !== step}
            onClick={() => begin(step)}
          >
            {t(`orderStep.${step}`)}
          </Button>
        ))}
      </Group>
      {asked && (
        <StepDialog
          step={asked}
          order={order}
          allowances={allowances ?? { offHours: false, dayOff: false }}
          busy={act.isPending}
          refusal={act.error}
          onClose={() => setAsked(null)}
          onSend={(body) => act.mutate({ step: asked, body })}
        />
      )}
    </>
  );
}
