// /trips/:id: one trip from the request to the settlement: where it stands, who and why, the vehicle and the
// reason for it, and what may be done now.
import { Anchor, Group, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type OrderDetail, readOrder } from "../../api/orders";
import { EvidenceMap } from "../../map/EvidenceMap";
import { lineOf } from "../../map/evidence";
import { OrderState } from "../../parts/badges";
import { wayOf } from "../../parts/orderWords";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { StepButtons } from "../../parts/StepButtons";
import { Failed, Loading } from "../../parts/states";
import { Assignment } from "./Assignment";
import { History } from "./History";
import { StateLine } from "./StateLine";
import { allowancesOf, offeredSteps } from "./steps";
import { TripFacts } from "./TripFacts";

const NO_FIXES: readonly never[] = [];
const REFRESH_MS = 15_000;

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const order = useQuery({
    queryKey: ["order", id],
    queryFn: () => readOrder(id),
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <Anchor component={Link} to="/trips" size="sm">
        ← {t("shell.menu.trips")}
      </Anchor>
      {order.isPending && <Loading lines={10} />}
      {order.isError && (
        <>
          <PageHeader title={t("shell.menu.trips")} />
          <Failed error={order.error} retry={() => void order.refetch()} />
        </>
      )}
      {order.data && <Trip order={order.data} />}
    </>
  );
}

function Trip({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const planned = useMemo(() => lineOf(order.route), [order.route]);
  return (
    <Stack gap="md">
      <PageHeader
        title={t("order.number", { number: order.order_no })}
        about={wayOf(order)}
        actions={
          <Group gap="xs">
            <OrderState state={order.state} />
            <StepButtons
              order={order}
              steps={offeredSteps(order.steps)}
              allowances={allowancesOf(order.hints)}
            />
          </Group>
        }
      />
      <StateLine order={order} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Stack gap="md">
          <TripFacts order={order} />
          <Assignment order={order} />
        </Stack>
        <Stack gap="md">
          {(planned || order.origin) && (
            <Panel flush title={t("order.route")}>
              <EvidenceMap
                label={t("trips.map", { number: order.order_no })}
                height={320}
                fixes={NO_FIXES}
                planned={planned}
                corridor={null}
                origin={order.origin}
                destination={order.destination}
              />
            </Panel>
          )}
          <History order={order} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
