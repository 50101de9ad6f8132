// Accepting what was proposed: what has changed meanwhile is refused one by one, and said so.
import { notifications } from "@mantine/notifications";
import type { Dispatch, SetStateAction } from "react";
import { useTranslation } from "react-i18next";
import { acceptPlan, type Plan } from "../../api/dispatch";
import { useAct } from "../../parts/useAct";
import { sentence } from "../../text/codes";

export function useAcceptance(plan: Plan | null, setPlan: Dispatch<SetStateAction<Plan | null>>) {
  const { t } = useTranslation();
  return useAct({
    run: (orderIds: string[], key) => acceptPlan(plan?.plan_id ?? "", orderIds, key),
    touches: ["dispatch", "orders", "order", "vehicles"],
    after: ({ refused }, orderIds) => {
      if (refused.length === 0) notifications.show({ message: t("dispatch.accepted"), color: "green" });
      else {
        const why = refused.map((each) => sentence(t, "error", each)).join(t("punctuation.comma"));
        const message = t("dispatch.refusedSome", { count: refused.length, why });
        notifications.show({ message, color: "orange", autoClose: false });
      }
      setPlan((before) => {
        if (!before) return null;
        const assignments = before.assignments.filter(({ order_id }) => !orderIds.includes(order_id));
        return { ...before, assignments };
      });
    },
  });
}
