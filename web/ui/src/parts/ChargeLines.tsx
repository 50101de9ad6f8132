// How an amount is made up: each line with what was counted at which rate. The lines add up to the amount.
import { Table } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { money } from "../app/measure";
import { wordFor } from "../text/codes";

export type ChargeLine = Schemas["ChargeLine"];

export function ChargeLines({ lines, total }: { lines: readonly ChargeLine[]; total: number }) {
  const { t, i18n } = useTranslation();
  const yuan = (cents: number) => money(cents, i18n.language);
  return (
    <Table aria-label={t("charge.title")} fz="sm">
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={`${line.code} ${line.from_km} ${line.cents}`}>
            <Table.Td>
              {wordFor(t, "chargeLine", line.code)}
              {line.from_km > 0 && t("charge.from", { km: line.from_km })}
            </Table.Td>
            <Table.Td ta="right" c="dimmed">
              {counted(t, line, yuan(line.rate_cents))}
            </Table.Td>
            <Table.Td ta="right" className="num">
              {yuan(line.cents)}
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Td fw={600}>{t("order.cost")}</Table.Td>
          <Table.Td />
          <Table.Td ta="right" fw={600} className="num">
            {yuan(total)}
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

function counted(t: TFunction, line: ChargeLine, rate: string): string {
  if (line.unit === "piece") return "";
  const value = (line.quantity / line.per).toFixed(line.unit === "day" ? 0 : 2);
  return t("charge.at", { quantity: t(`charge.${line.unit}`, { value }), rate });
}
