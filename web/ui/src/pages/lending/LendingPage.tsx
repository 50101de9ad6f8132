// /lending: vehicles lent between units: questions to answer, standing consents, and what became of them.
import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Lending, type LendingStep, lendingStep } from "../../api/ladder";
import { useTime } from "../../app/useTime";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { LendDialog } from "./LendDialog";

export function Component() {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const mayLend = useRight("lending.answer");
  const [lending, setLending] = useState(false);
  const state = useListState("-asked_at", []);
  const columns: Column<Lending>[] = [
    {
      id: "unit",
      title: t("lending.lender"),
      show: (row) => name(row.unit_name, row.unit_name_en),
      sort: "unit_name",
    },
    {
      id: "plate",
      title: t("lending.vehicle"),
      tight: true,
      show: (row) => showPlate(row.plate) || t("lending.every"),
    },
    {
      id: "to",
      title: t("lending.to"),
      show: (row) =>
        row.to_unit_name ? name(row.to_unit_name, row.to_unit_name_en ?? "") : t("lending.anyUnit"),
    },
    {
      id: "from",
      title: t("lending.from"),
      tight: true,
      show: (row) => time(row.start_at),
      sort: "start_at",
    },
    {
      id: "until",
      title: t("lending.until"),
      tight: true,
      show: (row) => (row.end_at ? time(row.end_at) : "—"),
    },
    {
      id: "state",
      title: t("order.state"),
      show: (row) => (
        <Tone tone={row.state === "agreed" ? "good" : row.state === "asked" ? "warn" : "neutral"}>
          {wordFor(t, "lendingState", row.state)}
        </Tone>
      ),
      sort: "state",
    },
    { id: "words", title: t("lending.words"), show: (row) => row.words || "—" },
    { id: "do", title: t("lending.decision"), show: (row) => <Steps row={row} /> },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.lending")}
        about={t("lending.about")}
        actions={mayLend && <Button onClick={() => setLending(true)}>{t("lending.lend")}</Button>}
      />
      <ListView<Lending>
        name="lending"
        path="/api/lending"
        label={t("shell.menu.lending")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        empty={{ title: t("lending.none") }}
      />
      {lending && <LendDialog onClose={() => setLending(false)} />}
    </>
  );
}

function Steps({ row }: { row: Lending }) {
  const { t } = useTranslation();
  const [declining, setDeclining] = useState(false);
  const act = useAct({
    run: ({ step, words }: { step: LendingStep; words: string }, key) => lendingStep(row, step, words, key),
    touches: ["lending", "notices", "ladder"],
    done: t("lending.done"),
    after: () => setDeclining(false),
  });
  if (!row.may_answer && !row.may_end) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      {row.may_answer && (
        <>
          <Button
            size="compact-sm"
            loading={act.isPending}
            onClick={() => act.mutate({ step: "agree", words: "" })}
          >
            {t("lending.agree")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setDeclining(true)}>
            {t("lending.decline")}
          </Button>
        </>
      )}
      {row.may_end && (
        <Button
          size="compact-sm"
          variant="default"
          loading={act.isPending}
          onClick={() => act.mutate({ step: "end", words: "" })}
        >
          {t("lending.end")}
        </Button>
      )}
      {declining && (
        <FormDialog
          title={t("lending.decline")}
          fields={[{ name: "words", label: t("lending.why"), kind: "text", required: true }]}
          start={{}}
          busy={act.isPending}
          refusal={act.error}
          submit={t("lending.decline")}
          onClose={() => setDeclining(false)}
          onSend={(values) => act.mutate({ step: "decline", words: String(values["words"] ?? "") })}
        />
      )}
    </Group>
  );
}
