// What the lists of rosters, absences and qualifications have in common: whose line it is, who entered it, and taking it back.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Line, readDrivers, withdrawLine } from "../../api/drivers";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Choice, Field } from "../../parts/form/fields";
import type { Column } from "../../parts/list/columns";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useName } from "../../text/names";

interface LineRow {
  id: string;
  row_version: number;
  driver_name: string;
  unit_name: string;
  unit_name_en: string;
  entered_by_name: string;
  withdrawn_at: string | null;
  withdrawn_reason: string;
}

/** Everybody who drives by trade, as far as this person keeps them. */
export function useDriverChoices(): readonly Choice[] {
  const named = useName();
  const drivers = useQuery({ queryKey: ["people", "drivers"], queryFn: readDrivers, staleTime: 60_000 });
  return (drivers.data ?? [])
    .filter(({ active }) => active)
    .map(({ id, name, unit_name, unit_name_en }) => ({
      value: id,
      label: `${name} · ${named(unit_name, unit_name_en) ?? unit_name}`,
    }));
}

export const driverField = (t: TFunction, choices: readonly Choice[]): Field => ({
  name: "person_id",
  label: t("drivers.driver"),
  kind: "choice",
  required: true,
  choices,
});

export function useLineColumns<Row extends LineRow>(
  line: Line,
  mayEdit: boolean,
): { who: Column<Row>[]; record: Column<Row>[] } {
  const { t } = useTranslation();
  const named = useName();
  const who: Column<Row>[] = [
    { id: "driver", title: t("drivers.driver"), show: (row) => row.driver_name, sort: "driver_name" },
    {
      id: "unit",
      title: t("drivers.unit"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? row.unit_name,
    },
  ];
  const record: Column<Row>[] = [
    { id: "by", title: t("drivers.enteredBy"), show: (row) => row.entered_by_name },
    {
      id: "state",
      title: t("drivers.state"),
      show: (row) =>
        row.withdrawn_at ? (
          <Tone tone="neutral">{t("drivers.withdrawnAs", { reason: row.withdrawn_reason })}</Tone>
        ) : mayEdit ? (
          <Withdraw line={line} row={row} />
        ) : (
          ""
        ),
    },
  ];
  return { who, record };
}

function Withdraw({ line, row }: { line: Line; row: LineRow }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const send = useAct({
    run: (reason: string, key) => withdrawLine(line, row, reason, key),
    touches: [line],
    done: t("drivers.withdrawn"),
    quiet: true,
    after: () => setAsking(false),
  });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        {t("drivers.withdraw")}
      </Button>
      {asking && (
        <FormDialog
          title={t("drivers.withdraw")}
          fields={[{ name: "reason", label: t("drivers.reason"), kind: "text", required: true }]}
          start={{}}
          busy={send.isPending}
          refusal={send.error}
          submit={t("drivers.withdraw")}
          onClose={() => setAsking(false)}
          onSend={(values) => send.mutate(String(values["reason"] ?? ""))}
        />
      )}
    </>
  );
}
