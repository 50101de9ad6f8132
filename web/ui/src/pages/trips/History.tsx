// Decisions and every change of an order, oldest first, as the journal has them.
import { Text, Timeline } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { useTime } from "../../app/useTime";
import { Panel } from "../../parts/Panel";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

/** Entries that say which vehicle and driver the order got or gave up. */
const GIVEN_OR_TAKEN = [
  "order.assign",
  "order.assign_retained",
  "order.start_emergency",
  "order.refuse",
  "order.unassign",
  "order.swap",
];

export function History({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  // Who decided and what he said stands in the record above, for those who see it there.
  const opinions = order.approvals.filter(
    ({ opinion }) => opinion && !order.history.some(({ reason }) => reason === opinion),
  );
  return (
    <Panel title={t("trips.history")}>
      <Timeline bulletSize={14} lineWidth={2} active={order.history.length}>
        {order.history.map((entry) => (
          <Timeline.Item
            key={entry.seq}
            title={
              <Text component="span" size="sm" fw={600}>
                {wordFor(t, "orderStep", entry.action.replace(/^order\./, ""))}
                <Text component="span" size="sm" fw={400}>
                  {" · "}
                  {entry.actor}
                </Text>
              </Text>
            }
          >
            {GIVEN_OR_TAKEN.includes(entry.action) && entry.plate && (
              <Text size="sm">
                {showPlate(entry.plate)}
                {entry.driver_name ? ` · ${entry.driver_name}` : ""}
              </Text>
            )}
            {entry.reason && <Text size="sm">{entry.reason}</Text>}
            <Text size="xs" c="dimmed">
              {time(entry.happened_at, "full")}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
      {opinions.map((approval) => (
        <Text size="sm" mt="sm" key={approval.decided_at}>
          {t("trips.approval", {
            name: approval.approver_name,
            decision: t(`trips.decision.${approval.decision}`),
            opinion: approval.opinion,
          })}
        </Text>
      ))}
    </Panel>
  );
}
