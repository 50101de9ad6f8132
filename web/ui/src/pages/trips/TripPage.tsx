// /trips/:id: one trip from the request to the settlement: where it stands, who and why, the vehicle and the
// reason for it, and what may be done now.
import { Anchor, Button, Group, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type OrderDetail, paperOf, readOrder } from "../../api/orders";
import { Problem } from "../../api/problem";
import { OrderState } from "../../parts/badges";
import { wayOf } from "../../parts/orderWords";
import { PageHeader } from "../../parts/PageHeader";
import { StepButtons } from "../../parts/StepButtons";
import { Failed, Loading } from "../../parts/states";
import { useRight } from "../../session/useSession";
import { Missing } from "../../shell/Missing";
import { ApprovalPanel } from "./ApprovalPanel";
import { Assignment } from "./Assignment";
import { AttachmentsPanel } from "./AttachmentsPanel";
import { ChangeButtons } from "./ChangeButtons";
import { CostPanel } from "./CostPanel";
import { EndPanel } from "./EndPanel";
import { History } from "./History";
import { LadderPanel } from "./LadderPanel";
import { LinePanel } from "./LinePanel";
import { SaidPanel } from "./SaidPanel";
import { SeriesPanel } from "./SeriesPanel";
import { SharePanel } from "./SharePanel";
import { StateLine } from "./StateLine";
import { allowancesOf, offeredSteps } from "./steps";
import { TimeSharePanel } from "./TimeSharePanel";
import { TripFacts } from "./TripFacts";
import { TripMap } from "./TripMap";
import { TripTimes } from "./TripTimes";

const REFRESH_MS = 15_000;
const IDENTIFIER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const named = IDENTIFIER.test(id);
  const order = useQuery({
    queryKey: ["order", id],
    queryFn: () => readOrder(id),
    enabled: named,
    refetchInterval: ({ state }) => (state.error ? false : REFRESH_MS),
  });
  if (!named || (order.error instanceof Problem && order.error.status === 404)) return <Missing />;
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
  const { t, i18n } = useTranslation();
  const mayBook = useRight("order.book");
  return (
    <Stack gap="md">
      <PageHeader
        title={t("order.number", { number: order.order_no })}
        about={wayOf(order)}
        actions={
          <Group gap="xs">
            <OrderState state={order.state} />
            {order.steps.includes("edit") && (
              <Button component={Link} to={`/book?edit=${order.id}`} variant="default">
                {t("orderStep.edit")}
              </Button>
            )}
            {mayBook && (
              <Button component={Link} to={`/book?again=${order.id}`} variant="default">
                {t("trips.again")}
              </Button>
            )}
            <Button component="a" href={paperOf(order.id, i18n.language)} target="_blank" variant="default">
              {t("paper.print")}
            </Button>
            <ChangeButtons order={order} />
            <StepButtons
              order={order}
              steps={offeredSteps(order.steps, order.state)}
              allowances={allowancesOf(order.hints)}
            />
          </Group>
        }
      />
      <StateLine order={order} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
        <Stack gap="md">
          <TripFacts order={order} />
          <ApprovalPanel order={order} />
          <Assignment order={order} />
          <TripTimes order={order} />
          <LinePanel order={order} />
          <LadderPanel order={order} />
          <SharePanel order={order} />
          <SeriesPanel order={order} />
          <AttachmentsPanel order={order} />
          <TimeSharePanel order={order} />
          <CostPanel order={order} />
          <EndPanel order={order} />
          <SaidPanel order={order} />
        </Stack>
        <Stack gap="md">
          <TripMap order={order} />
          <History order={order} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
