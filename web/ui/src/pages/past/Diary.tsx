// What was read of a period: sums, map, and the drives and stops as a list that can be narrowed, sorted and taken away.
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Past } from "../../api/tracks";
import type { VehicleCard } from "../../api/vehicles";
import { distance, duration } from "../../app/measure";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import { DataTable } from "../../parts/list/DataTable";
import { Filters } from "../../parts/list/Filters";
import { MoreRows } from "../../parts/list/MoreRows";
import { type ListState, useListState } from "../../parts/list/useListState";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Empty } from "../../parts/states";
import { showPlate } from "../../text/plates";
import { type DiaryEntry, diaryOf, KINDS, LEAST_STOPS_S, narrowed, ONLY, sumsOf } from "./diary";
import { PastExport } from "./PastExport";
import { PastMap } from "./PastMap";
import { useColumns } from "./useColumns";
import "./past.css";

const ROWS_AT_ONCE = 200;
const USUAL_STOP_S = 120;

export interface LookedSpan {
  readonly from: string;
  readonly to: string;
  readonly purpose: string | undefined;
}

interface DiaryProps {
  past: Past;
  vehicle: VehicleCard;
  span: LookedSpan;
  severalDays: boolean;
  onReload: () => void;
}

export function Diary({ past, vehicle, span, severalDays, onReload }: DiaryProps) {
  const { t } = useTranslation();
  const state = useListState("start", ["kind", "only", "least", "row"]);
  const leastS = Number(state.values["least"]) || USUAL_STOP_S;
  const { kind, only, row: chosenId } = state.values;
  const entries = useMemo(() => diaryOf(past.drives, past.stops), [past.drives, past.stops]);
  const shown = useMemo(
    () => narrowed(entries, { kind, only, leastS, sort: state.sort }),
    [entries, kind, only, leastS, state.sort],
  );
  const map = useRef<HTMLDivElement>(null);
  const choose = (id: string) => {
    state.set("row", id === chosen?.id ? null : id);
    map.current?.scrollIntoView({ block: "nearest" });
  };
  const chosen = shown.find(({ id }) => id === chosenId) ?? null;
  const plate = showPlate(vehicle.plate);
  if (past.sight === "none") return <Note tone="neutral">{t("drives.hidden")}</Note>;
  return (
    <Stack gap="md" mt="sm">
      {past.sight === "part" && <Note tone="info">{t("evidence.partly")}</Note>}
      {past.truncated && <Note tone="warn">{t("drives.truncated")}</Note>}
      <Panel>
        <Sums entries={shown} />
      </Panel>
      {past.fixes.length > 0 && (
        <div className="past-map" ref={map}>
          <Panel flush>
            <PastMap
              label={t("drives.mapOf", { plate })}
              fixes={past.fixes}
              entries={shown}
              chosen={chosen}
            />
          </Panel>
        </div>
      )}
      <Panel flush>
        <Group p="sm" gap="xs">
          <DiaryFilters state={state} leastS={leastS} />
          <Group gap="sm" ml="auto">
            <Text size="sm" c="dimmed" aria-live="polite" className="num">
              {t("list.count", { count: shown.length })}
            </Text>
            <Button variant="default" onClick={onReload}>
              {t("alert.reload")}
            </Button>
            <PastExport vehicleId={vehicle.id} span={span} kind={kind} only={only} leastS={leastS} />
          </Group>
        </Group>
        {shown.length === 0 ? (
          <Nothing filtered={entries.length > 0} state={state} />
        ) : (
          <Rows
            key={`${span.from} ${span.to}`}
            shown={shown}
            state={state}
            severalDays={severalDays}
            chosen={chosen}
            onChoose={choose}
            seesEveryOrder={vehicle.sees_every_order}
          />
        )}
      </Panel>
      <Text size="xs" c="dimmed">
        {t("drives.whole")} {t("trips.trackRecorded")}
      </Text>
    </Stack>
  );
}

function Sums({ entries }: { entries: readonly DiaryEntry[] }) {
  const { t } = useTranslation();
  const sums = useMemo(() => sumsOf(entries), [entries]);
  const facts = [
    ["drives", t("drives.sum.times", { count: sums.drives })],
    ["distance", distance(t, sums.distanceM)],
    ["driving", duration(t, sums.drivingS)],
    ["top", sums.topKmh === null ? "—" : t("measure.kmh", { value: Math.round(sums.topKmh) })],
    ["gap", duration(t, sums.gapS)],
    ["stops", t("drives.sum.times", { count: sums.stops })],
    ["standing", duration(t, sums.standingS)],
    ["alerts", t("drives.sum.pieces", { count: sums.alerts })],
  ] as const;
  return (
    <dl className="past-sums">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`drives.sum.${name}`)}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function DiaryFilters({ state, leastS }: { state: ListState; leastS: number }) {
  const { t } = useTranslation();
  const set = ["kind", "only", "least"].filter((name) => state.values[name]).length;
  return (
    <Filters set={set}>
      <ChoiceFilter
        state={state}
        name="kind"
        label={t("drives.kindTitle")}
        choices={KINDS.map((value) => ({ value, label: t(`drives.kind.${value}`) }))}
      />
      <ChoiceFilter
        state={state}
        name="only"
        label={t("drives.narrow")}
        choices={ONLY.map((value) => ({ value, label: t(`drives.only.${value}`) }))}
      />
      <NativeSelect
        aria-label={t("drives.least")}
        value={String(leastS)}
        onChange={(event) => state.set("least", event.currentTarget.value)}
        data={LEAST_STOPS_S.map((seconds) => ({
          value: String(seconds),
          label: t("drives.leastOf", { duration: duration(t, seconds) }),
        }))}
      />
    </Filters>
  );
}

function Nothing({ filtered, state }: { filtered: boolean; state: ListState }) {
  const { t } = useTranslation();
  if (!filtered) return <Empty title={t("drives.none")} hint={t("drives.noneHint")} icon="vehicles" />;
  const clear = () => {
    for (const name of ["kind", "only", "least"]) state.set(name, null);
  };
  return (
    <Empty
      title={t("list.nothingMatches")}
      action={
        <Button variant="default" size="xs" onClick={clear}>
          {t("list.clearFilters")}
        </Button>
      }
    />
  );
}

interface RowsProps {
  shown: readonly DiaryEntry[];
  state: ListState;
  severalDays: boolean;
  chosen: DiaryEntry | null;
  onChoose: (id: string) => void;
  seesEveryOrder: boolean;
}

function Rows({ shown, state, severalDays, chosen, onChoose, seesEveryOrder }: RowsProps) {
  const { t } = useTranslation();
  const columns = useColumns(severalDays, seesEveryOrder);
  const [most, setMost] = useState(ROWS_AT_ONCE);
  return (
    <>
      <DataTable
        label={t("shell.menu.drives")}
        rows={shown.slice(0, most)}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => onChoose(id)}
        chosenKey={chosen?.id}
        sort={state.sort}
        onSort={state.toggleSort}
      />
      <MoreRows
        pages={{
          hasNextPage: shown.length > most,
          isFetchingNextPage: false,
          fetchNextPage: () => setMost(most + ROWS_AT_ONCE),
        }}
      />
    </>
  );
}
