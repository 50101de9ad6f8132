// What the trip costs: expected before it is settled, line by line afterwards; and the receipts paid on the way.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { enterVoucher, readEstimate, readVouchers, takeOutVoucher, type VoucherBody } from "../../api/money";
import type { OrderDetail } from "../../api/orders";
import { money } from "../../app/measure";
import { useTime } from "../../app/useTime";
import { type ChargeLine, ChargeLines } from "../../parts/ChargeLines";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { wordChoices } from "../admin/choices";

const KINDS = ["toll", "parking", "other"] as const;
const OVER = ["rejected", "withdrawn", "cancelled", "expired", "no_show"];

export function CostPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const settled = order.cost_cents !== null && order.cost_lines !== null;
  const expects = order.cost_cents === null && !OVER.includes(order.state);
  const estimate = useQuery({
    // Below "order": what changes the order changes what it would cost.
    queryKey: ["order", order.id, "estimate", order.row_version],
    queryFn: () => readEstimate(order.id),
    enabled: expects,
    retry: false,
  });
  const vouchers = useQuery({
    queryKey: ["order", order.id, "vouchers"],
    queryFn: () => readVouchers(order.id),
    enabled: order.departed_at !== null,
  });
  const expected = expects ? estimate.data : undefined;
  if (!settled && !expected && !vouchers.data?.may_enter) return null;
  return (
    <Panel title={t(settled ? "charge.title" : "charge.estimate")}>
      <Stack gap="xs">
        {settled && (
          <ChargeLines lines={order.cost_lines as unknown as ChargeLine[]} total={order.cost_cents ?? 0} />
        )}
        {expected && (
          <>
            <ChargeLines
              lines={expected.lines}
              total={expected.lines.reduce((sum, { cents }) => sum + cents, 0)}
            />
            <Text size="xs" c="dimmed">
              {t("charge.estimateHint")}
            </Text>
          </>
        )}
        {vouchers.data && <Vouchers order={order} {...vouchers.data} />}
      </Stack>
    </Panel>
  );
}

function Vouchers({
  order,
  items,
  may_enter,
}: { order: OrderDetail } & Awaited<ReturnType<typeof readVouchers>>) {
  const { t, i18n } = useTranslation();
  const time = useTime();
  const [entering, setEntering] = useState(false);
  const [taking, setTaking] = useState<string | null>(null);
  const standing = items.filter(({ taken_out_at }) => taken_out_at === null);
  if (standing.length === 0 && !may_enter) return null;
  return (
    <>
      {standing.map((row) => (
        <Group key={row.id} justify="space-between" gap="xs">
          <Text size="sm">
            {wordFor(t, "voucherKind", row.kind)} {money(row.cents, i18n.language)} · {time(row.paid_at)}
            {row.number && ` · ${row.number}`}
          </Text>
          {may_enter && (
            <Button size="compact-xs" variant="default" onClick={() => setTaking(row.id)}>
              {t("voucher.takeOut")}
            </Button>
          )}
        </Group>
      ))}
      {may_enter && (
        <Group>
          <Button size="xs" variant="default" onClick={() => setEntering(true)}>
            {t("voucher.enter")}
          </Button>
        </Group>
      )}
      {entering && <VoucherDialog id={order.id} onClose={() => setEntering(false)} />}
      {taking && <TakeOutDialog id={order.id} voucher={taking} onClose={() => setTaking(null)} />}
    </>
  );
}

function VoucherDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    {
      name: "kind",
      label: t("voucher.kind"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "voucherKind", KINDS),
    },
    { name: "yuan", label: t("voucher.yuan"), kind: "number", required: true, min: 0.01, max: 100_000 },
    { name: "number", label: t("voucher.number"), kind: "text" },
    { name: "note", label: t("voucher.note"), kind: "text" },
  ];
  const send = useAct({
    run: (body: VoucherBody, key) => enterVoucher(id, body, key),
    touches: ["order"],
    done: t("voucher.entered"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("voucher.enter")}
      fields={fields}
      start={{ kind: "toll" }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("voucher.enter")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          kind: said["kind"] as VoucherBody["kind"],
          cents: Math.round(Number(said["yuan"]) * 100),
          paid_at: new Date().toISOString(),
          number: String(said["number"] ?? ""),
          note: String(said["note"] ?? ""),
        });
      }}
    />
  );
}

function TakeOutDialog({ id, voucher, onClose }: { id: string; voucher: string; onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "reason", label: t("tariff.reason"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (reason: string, key) => takeOutVoucher(id, voucher, reason, key),
    touches: ["order"],
    done: t("voucher.takenOut"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("voucher.takeOut")}
      fields={fields}
      start={{ reason: "" }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("voucher.takeOut")}
      onClose={onClose}
      onSend={(values) => send.mutate(String(values["reason"] ?? ""))}
    />
  );
}
