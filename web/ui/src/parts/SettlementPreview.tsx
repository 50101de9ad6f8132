// What settling would write: distance, where it comes from, cost. Settling is final, so it is shown first.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { readSettlement } from "../api/orders";
import { distance } from "../app/measure";
import { wordFor } from "../text/codes";
import { ChargeLines } from "./ChargeLines";
import { Facts } from "./Facts";
import { Note } from "./Note";
import { Failed, Loading } from "./states";

interface SettlementPreviewProps {
  orderId: string;
  /** Whether there is something to settle. */
  onPayable: (payable: boolean) => void;
}

export function SettlementPreview({ orderId, onPayable }: SettlementPreviewProps) {
  const { t } = useTranslation();
  const preview = useQuery({
    // Not below "order": once settled there is no preview any more, and none is asked for.
    queryKey: ["settlement", orderId],
    queryFn: () => readSettlement(orderId),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const ready = preview.isSuccess;
  useEffect(() => onPayable(ready), [ready, onPayable]);
  if (preview.isPending) return <Loading lines={3} />;
  if (preview.isError) return <Failed error={preview.error} retry={() => void preview.refetch()} />;
  const { distance_m, distance_source, tariff, cost_cents, lines } = preview.data;
  return (
    <>
      <Facts
        facts={[
          [t("order.distance"), distance_m === null ? "—" : distance(t, distance_m)],
          [
            t("step.settlement.source"),
            distance_source ? wordFor(t, "distanceSource", distance_source) : "—",
          ],
          [t("tariff.version"), tariff?.version_no ?? "—"],
        ]}
      />
      <ChargeLines lines={lines} total={cost_cents} />
      {tariff && distance_source === "route" && <Note tone="warn">{t("step.settlement.notMeasured")}</Note>}
    </>
  );
}
