// The approval of one trip: read with the order, and again whenever it changes.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readOrderApproval } from "../../api/approval";
import type { OrderDetail } from "../../api/orders";
import { ApprovalLevels } from "../../parts/ApprovalLevels";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";

export function ApprovalPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const approval = useQuery({
    queryKey: ["order", order.id, "approval", order.row_version],
    queryFn: () => readOrderApproval(order.id),
    placeholderData: (before) => before,
  });
  if (approval.data && approval.data.rounds.length === 0) return null;
  return (
    <Panel title={t("approval.title")}>
      {approval.isPending && <Loading lines={3} />}
      {approval.isError && <Failed error={approval.error} retry={() => void approval.refetch()} />}
      {approval.data && <ApprovalLevels approval={approval.data} />}
    </Panel>
  );
}
