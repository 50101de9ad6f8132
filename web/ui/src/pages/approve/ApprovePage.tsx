// /approve: requests waiting for this person, one card each, two taps to decide. Hints show what is unusual.
import { Box, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { readOrderApproval } from "../../api/approval";
import { readApprovals, type WaitingRow } from "../../api/orders";
import { useTime } from "../../app/useTime";
import { ApprovalLevels } from "../../parts/ApprovalLevels";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { spanOf, wayOf } from "../../parts/orderWords";
import { PageHeader } from "../../parts/PageHeader";
import { StepButtons } from "../../parts/StepButtons";
import { Empty, Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { DeputiesPanel } from "./DeputiesPanel";
import { useDayNotes } from "./useDayNotes";

export function Component() {
  const { t } = useTranslation();
  const waiting = useQuery({ queryKey: ["approvals"], queryFn: readApprovals, refetchInterval: 15_000 });
  const items = waiting.data ?? [];
  return (
    <>
      <PageHeader
        title={t("shell.menu.approve")}
        about={t("approve.about")}
        actions={waiting.isSuccess && <Tone tone="info">{t("list.count", { count: items.length })}</Tone>}
      />
      {waiting.isPending && <Loading />}
      {waiting.isError && <Failed error={waiting.error} retry={() => void waiting.refetch()} />}
      {waiting.isSuccess && items.length === 0 && (
        <Box className="panel">
          <Empty icon="approve" title={t("approve.none")} hint={t("approve.noneHint")} />
        </Box>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        {items.map((order) => (
          <ApprovalCard key={order.id} order={order} />
        ))}
      </SimpleGrid>
      <Box mt="md">
        <DeputiesPanel />
      </Box>
    </>
  );
}

function ApprovalCard({ order }: { order: WaitingRow }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const { timezone } = useConfig();
  const notes = useDayNotes(order, timezone);
  const approval = useQuery({
    queryKey: ["order", order.id, "approval", order.row_version],
    queryFn: () => readOrderApproval(order.id),
  });
  const late = order.state !== "submitted";
  return (
    <Box component="article" className="panel" p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Link to={`/trips/${order.id}`} className="row-link">
            {t("order.number", { number: order.order_no })} · {order.requester_name}
          </Link>
          <Text size="sm" c="dimmed">
            {`${name(order.unit_name, order.unit_name_en)} · ${t("approval.stage", { level: order.level, levels: order.levels })}`}
          </Text>
        </Group>
        <Facts
          facts={[
            [t("order.where"), wayOf(order)],
            [t("order.when"), spanOf(order, time)],
            [t("order.passengers"), order.passengers],
            [t("order.purpose"), `${wordFor(t, "purposeKind", order.purpose)} · ${order.purpose_text}`],
          ]}
        />
        {notes.map((note) => (
          <Note key={note} tone="warn" py={6}>
            {t(`approve.note.${note}`)}
          </Note>
        ))}
        {approval.isError && <Failed error={approval.error} retry={() => void approval.refetch()} />}
        {approval.data && <ApprovalLevels approval={approval.data} />}
        <StepButtons
          order={order}
          steps={late ? ["approve_late"] : ["approve", "reject"]}
          allowances={{ offHours: notes.includes("offHours"), dayOff: notes.includes("dayOff") }}
          grow
          size="md"
        />
      </Stack>
    </Box>
  );
}
