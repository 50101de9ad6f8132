// Counts of a back-test by rule and unit, and below them the findings that differ, narrowed by the number one pressed.
import { Anchor, Box, Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { ListPath } from "../../api/list";
import type { RuleCount, RuleDifference, RulePreview } from "../../api/rulebook";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import type { ListState } from "../../parts/list/useListState";
import { Tone, type ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { RULE_IDS } from "../../text/rules";
import { wordChoices } from "../admin/choices";
import { usePrefixed } from "./usePrefixed";

const CHANGES = ["raised", "gone", "changed"] as const;
const TONES: Record<string, ToneName> = { raised: "bad", gone: "good", changed: "warn" };
const title = (id: string, name: string) => `${id} ${name}`;

export function Counts({ preview }: { preview: RulePreview }) {
  const { t } = useTranslation();
  const named = useName();
  const state = usePrefixed("c", "rule", ["differing"]);
  const ruleName = (id: string) => title(id, wordFor(t, "ruleName", id));
  const columns: Column<RuleCount>[] = [
    { id: "rule", title: t("rulebook.rule"), show: (row) => ruleName(row.rule), sort: "rule" },
    {
      id: "unit",
      title: t("rulebook.preview.unit"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("rulebook.preview.nobody"),
      sort: "unit_name",
    },
    {
      id: "before",
      numeric: true,
      title: t("rulebook.preview.before"),
      show: (row) => row.before_suspected,
      sort: "before_suspected",
    },
    {
      id: "after",
      numeric: true,
      title: t("rulebook.preview.after"),
      show: (row) => row.after_suspected,
      sort: "after_suspected",
    },
    {
      id: "undetermined",
      numeric: true,
      title: t("rulebook.preview.undetermined"),
      show: (row) => `${row.before_undetermined} → ${row.after_undetermined}`,
    },
    ...CHANGES.map(
      (change): Column<RuleCount> => ({
        id: change,
        numeric: true,
        title: wordFor(t, "previewChange", change),
        show: (row) => <Differing row={row} change={change} />,
        ...(change === "changed" ? {} : { sort: change }),
      }),
    ),
  ];
  return (
    <Stack gap="sm">
      <Title order={3} size="h6">
        {t("rulebook.preview.counts")}
      </Title>
      <ListView<RuleCount>
        name="rule-back-test-counts"
        path={`/api/rulebook/previews/${preview.id}/counts` as ListPath}
        label={t("rulebook.preview.counts")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        searchable={false}
        filters={
          <ChoiceFilter
            state={state}
            name="differing"
            label={t("rulebook.preview.differences")}
            choices={[{ value: "true", label: t("rulebook.preview.differing") }]}
          />
        }
        empty={{ title: t("rulebook.preview.noCounts") }}
      />
      {preview.raised + preview.gone + preview.changed > 0 && (
        <Differences preview={preview} ruleName={ruleName} />
      )}
    </Stack>
  );
}

/** Leads to the findings it counts. */
function Differing({ row, change }: { row: RuleCount; change: (typeof CHANGES)[number] }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const count = row[change];
  if (count === 0) return <>0</>;
  const next = new URLSearchParams(params);
  for (const [name, value] of [
    ["d.rule", row.rule],
    ["d.unit", row.unit_id],
    ["d.change", change],
  ] as const) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return (
    <Anchor
      component={Link}
      to={{ search: `?${next}`, hash: "#differences" }}
      aria-label={`${count} ${wordFor(t, "previewChange", change)} ${t("rulebook.preview.open")}`}
    >
      {count}
    </Anchor>
  );
}

interface DifferencesProps {
  preview: RulePreview;
  ruleName: (id: string) => string;
}

function Differences({ preview, ruleName }: DifferencesProps) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const state: ListState = usePrefixed("d", "-started_at", ["rule", "unit", "change"]);
  const said = (judgement: string | null, severity: string | null) =>
    judgement ? `${wordFor(t, "judgement", judgement)} · ${wordFor(t, "severity", severity)}` : "—";
  const columns: Column<RuleDifference>[] = [
    {
      id: "plate",
      tight: true,
      title: t("rulebook.preview.plate"),
      show: (row) => (row.plate ? showPlate(row.plate) : "—"),
      sort: "plate",
    },
    {
      id: "change",
      tight: true,
      title: t("rulebook.preview.change"),
      show: (row) => (
        <Tone tone={TONES[row.change] ?? "neutral"}>{wordFor(t, "previewChange", row.change)}</Tone>
      ),
      sort: "change",
    },
    { id: "rule", title: t("rulebook.rule"), show: (row) => ruleName(row.rule), sort: "rule" },
    {
      id: "unit",
      title: t("rulebook.preview.unit"),
      show: (row) => named(row.unit_name, row.unit_name_en) ?? t("rulebook.preview.nobody"),
      sort: "unit_name",
    },
    {
      id: "began",
      tight: true,
      title: t("rulebook.preview.began"),
      show: (row) => time(row.started_at),
      sort: "started_at",
    },
    {
      id: "before",
      title: t("rulebook.preview.before"),
      show: (row) => said(row.before_judgement, row.before_severity),
    },
    {
      id: "after",
      title: t("rulebook.preview.after"),
      show: (row) => said(row.after_judgement, row.after_severity),
    },
    {
      id: "stored",
      tight: true,
      title: t("rulebook.preview.stored"),
      show: (row) =>
        row.alert_id ? (
          <Anchor component={Link} to={`/alerts/${row.alert_id}`}>
            {t("rulebook.preview.stored")}
          </Anchor>
        ) : (
          "—"
        ),
    },
  ];
  return (
    <Box id="differences">
      <Title order={3} size="h6" mb="sm">
        {t("rulebook.preview.list")}
      </Title>
      <ListView<RuleDifference>
        name="rule-back-test-differences"
        path={`/api/rulebook/previews/${preview.id}/differences` as ListPath}
        label={t("rulebook.preview.list")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="change"
              label={t("rulebook.preview.change")}
              choices={wordChoices(t, "previewChange", CHANGES)}
            />
            <ChoiceFilter
              state={state}
              name="rule"
              label={t("rulebook.rule")}
              choices={RULE_IDS.map((id) => ({ value: id, label: ruleName(id) }))}
            />
            <UnitFilter state={state} label={t("rulebook.unit")} />
          </>
        }
        empty={{ title: t("rulebook.preview.none") }}
      />
    </Box>
  );
}
