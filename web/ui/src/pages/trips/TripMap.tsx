// The planned way of a trip, and beside it, for those who may see it, the way that was driven. Each look at the track is
// recorded, so it is read only when somebody asks for it.
import { Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { readTrack } from "../../api/tracks";
import { EvidenceMap } from "../../map/EvidenceMap";
import { lineOf, type TrackFix } from "../../map/evidence";
import { Panel } from "../../parts/Panel";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { useRight, useSignedIn } from "../../session/useSession";

const NO_FIXES: readonly TrackFix[] = [];

export function TripMap({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const maySee = useRight("track.view");
  const { purpose_required: owesPurpose } = useSignedIn();
  const [asked, setAsked] = useState(false);
  const driven = order.vehicle_id !== null && order.departed_at !== null;
  if (!order.origin && !order.route) return null;
  return (
    <Panel flush title={t(asked ? "trips.plannedAndDriven" : "order.route")}>
      {!asked && <Way order={order} fixes={NO_FIXES} />}
      {driven && maySee && !asked && (
        <Stack gap={4} p="sm">
          <Button variant="default" onClick={() => setAsked(true)} style={{ alignSelf: "flex-start" }}>
            {t("trips.showTrack")}
          </Button>
          <Text size="xs" c="dimmed">
            {t("trips.trackRecorded")}
          </Text>
        </Stack>
      )}
      {asked && (
        <PurposeGate needed={owesPurpose} what={t("trips.track")}>
          {(purpose) => <Driven order={order} purpose={purpose} />}
        </PurposeGate>
      )}
    </Panel>
  );
}

function Driven({ order, purpose }: { order: OrderDetail; purpose: string | undefined }) {
  const { t } = useTranslation();
  const track = useQuery({
    queryKey: ["track", order.id, order.returned_at, purpose],
    queryFn: ({ signal }) => readTrack(order, purpose, signal),
    // A second reading would be recorded as a second look.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (track.isPending) return <Loading lines={6} />;
  if (track.isError) return <Failed error={track.error} retry={() => void track.refetch()} />;
  return (
    <>
      <Way order={order} fixes={track.data.fixes} />
      <Text size="xs" c="dimmed" px="sm" pb="sm">
        {track.data.fixes.length > 0
          ? t("evidence.count", { count: track.data.fixes.length })
          : t("trips.noTrack")}
      </Text>
    </>
  );
}

function Way({ order, fixes }: { order: OrderDetail; fixes: readonly TrackFix[] }) {
  const { t } = useTranslation();
  const planned = useMemo(() => lineOf(order.route), [order.route]);
  return (
    <EvidenceMap
      label={t("trips.map", { number: order.order_no })}
      height={320}
      fixes={fixes}
      planned={planned}
      corridor={null}
      origin={order.origin}
      destination={order.destination}
    />
  );
}
