// All rows of hours of a unit, or of everybody: seasons with a week each, written as "08:30-12:00 13:30-17:30".
import { Button, Fieldset, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type HoursRow, propose } from "../../api/calendar";
import { readPage } from "../../api/list";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/form/FormEnd";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { useUnitChoices } from "../admin/choices";
import { dayBefore, endsFit, intervalsOf, textOf, WEEKDAYS } from "./week";

interface Draft {
  readonly key: number;
  readonly from: string;
  readonly to: string;
  readonly days: Readonly<Record<string, string>>;
}

const EVERYBODY = "everybody";
const emptyDraft = (key: number): Draft => ({ key, from: "", to: "", days: {} });

const draftOf = (row: HoursRow, key: number): Draft => ({
  key,
  from: row.season_from ?? row.since ?? "",
  to: row.season_to ?? (row.until ? dayBefore(row.until) : ""),
  days: Object.fromEntries(WEEKDAYS.map((day) => [day, textOf(row.work_hours[day])])),
});

export function HoursDialog({ unit, onClose }: { unit: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(unit);
  const rows = useQuery({
    queryKey: ["unit-hours", "all"],
    queryFn: () => readPage<HoursRow>("/api/calendar/hours", { limit: 500, sort: "unit_name" }),
  });
  return (
    <Dialog size="xl" title={t("calendar.setHours")} onClose={onClose}>
      <Stack gap="sm">
        <WhoseField value={chosen} onChange={setChosen} />
        {rows.isPending && <Loading lines={3} />}
        {rows.isError && <Failed error={rows.error} retry={() => void rows.refetch()} />}
        {rows.isSuccess && (
          <RowsForm
            key={chosen ?? EVERYBODY}
            unit={chosen}
            rows={rows.data.items.filter(({ unit_id }) => unit_id === chosen)}
            onClose={onClose}
          />
        )}
      </Stack>
    </Dialog>
  );
}

function WhoseField({ value, onChange }: { value: string | null; onChange: (unit: string | null) => void }) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  return (
    <Select
      label={t("calendar.whose")}
      description={t("calendar.hoursUnitHint")}
      searchable
      allowDeselect={false}
      data={[
        { value: EVERYBODY, label: t("calendar.everyUnit") },
        ...units.map((each) => ({ value: each.value, label: each.label })),
      ]}
      value={value ?? EVERYBODY}
      onChange={(next) => onChange(next === EVERYBODY ? null : next)}
    />
  );
}

function RowsForm({
  unit,
  rows,
  onClose,
}: {
  unit: string | null;
  rows: readonly HoursRow[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    rows.length > 0 ? rows.map(draftOf) : [emptyDraft(0)],
  );
  const [since, setSince] = useState<string | null>(null);
  const [source, setSource] = useState("");
  const [tried, setTried] = useState(false);
  const send = useAct({
    run: (said: readonly Draft[], key) =>
      propose(
        {
          what: "hours",
          unit_id: unit,
          source: source.trim(),
          reason: "",
          body: { since, seasons: said.map(seasonOf) },
        },
        key,
      ),
    touches: ["calendar-changes"],
    done: t("calendar.proposed"),
    quiet: true,
    after: onClose,
  });
  const set = (key: number, change: Partial<Draft>) =>
    setDrafts((before) => before.map((each) => (each.key === key ? { ...each, ...change } : each)));
  const wrong = drafts.some(
    (each) => !endsFit(each.from, each.to) || WEEKDAYS.some((day) => !fits(each, day)),
  );
  const sourceMissing = source.trim() === "";
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!wrong && !sourceMissing) send.mutate(drafts);
      }}
    >
      <Stack gap="sm">
        <RefusalNote id="hours-refusal" refusal={send.error} />
        {drafts.map((draft, index) => (
          <SeasonFields
            key={draft.key}
            draft={draft}
            number={index + 1}
            onChange={(change) => set(draft.key, change)}
            onRemove={() => setDrafts((before) => before.filter(({ key }) => key !== draft.key))}
          />
        ))}
        {drafts.length === 0 && <Text size="sm">{t("calendar.asAbove")}</Text>}
        <Group>
          <Button
            variant="default"
            onClick={() =>
              setDrafts((before) => [
                ...before,
                emptyDraft(Math.max(-1, ...before.map(({ key }) => key)) + 1),
              ])
            }
          >
            {t("calendar.addSeason")}
          </Button>
        </Group>
        <DateInput
          label={t("calendar.hoursSince")}
          description={t("calendar.hoursSinceHint")}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          valueFormat="YYYY-MM-DD"
          value={since}
          onChange={setSince}
        />
        <TextInput
          label={t("calendar.source")}
          description={t("calendar.sourceHint")}
          required
          maxLength={200}
          error={tried && sourceMissing ? t("form.required") : null}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
        <FormEnd busy={send.isPending} submit={t("calendar.propose")} onClose={onClose} />
      </Stack>
    </form>
  );
}

interface SeasonFieldsProps {
  draft: Draft;
  number: number;
  onChange: (change: Partial<Draft>) => void;
  onRemove: () => void;
}

function SeasonFields({ draft, number, onChange, onRemove }: SeasonFieldsProps) {
  const { t } = useTranslation();
  const ends = endsFit(draft.from, draft.to) ? null : t("calendar.endsWrong");
  const copy = () => {
    const monday = draft.days["mon"] ?? "";
    onChange({ days: { ...draft.days, tue: monday, wed: monday, thu: monday, fri: monday } });
  };
  return (
    <Fieldset legend={t("calendar.seasonNumber", { number })}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label={t("calendar.seasonFrom")}
          description={t("calendar.seasonHint")}
          error={ends}
          value={draft.from}
          onChange={(event) => onChange({ from: event.currentTarget.value.trim() })}
        />
        <TextInput
          label={t("calendar.seasonTo")}
          description={t("calendar.seasonHint")}
          value={draft.to}
          onChange={(event) => onChange({ to: event.currentTarget.value.trim() })}
        />
        {WEEKDAYS.map((day) => (
          <TextInput
            key={day}
            label={wordFor(t, "weekday", day)}
            placeholder={day === "mon" ? "08:30-12:00 13:30-17:30" : ""}
            error={fits(draft, day) ? null : t("calendar.hoursWrong")}
            value={draft.days[day] ?? ""}
            onChange={(event) => onChange({ days: { ...draft.days, [day]: event.currentTarget.value } })}
          />
        ))}
      </SimpleGrid>
      <Group mt="sm" gap="sm">
        <Button size="xs" variant="default" onClick={copy}>
          {t("calendar.likeMonday")}
        </Button>
        <Button size="xs" variant="default" onClick={onRemove}>
          {t("calendar.removeSeason", { number })}
        </Button>
      </Group>
    </Fieldset>
  );
}

const fits = (draft: Draft, day: string): boolean => intervalsOf(draft.days[day] ?? "") !== null;

const seasonOf = (draft: Draft) => ({
  from: draft.from || null,
  to: draft.to || null,
  work_hours: Object.fromEntries(
    WEEKDAYS.map((day) => [day, intervalsOf(draft.days[day] ?? "") ?? []] as const).filter(
      ([, intervals]) => intervals.length > 0,
    ),
  ),
});
