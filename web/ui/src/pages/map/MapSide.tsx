// The list beside the map: search, states with their counts, vehicles. Over the table only the first two.
import { Group, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SearchField } from "../../parts/list/SearchField";
import { Empty, Failed, Loading } from "../../parts/states";
import type { VehicleRow } from "./rows";
import { StateChips } from "./StateChips";
import type { MapState } from "./useMapState";
import type { VehicleRows } from "./useVehicleRows";
import { VehicleList } from "./VehicleList";

interface MapSideProps {
  vehicles: VehicleRows;
  shown: readonly VehicleRow[];
  state: MapState;
  open: boolean;
  nowMs: number;
  onChoose: (id: string) => void;
}

export function MapSide({ vehicles, shown, state, open, nowMs, onChoose }: MapSideProps) {
  const { t } = useTranslation();
  const { rows, listed, waiting } = vehicles;
  const ready = listed.isSuccess && !waiting;
  return (
    <section className="map-side" data-open={open} aria-label={t("map.list")}>
      <Stack gap="xs" p="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t("map.list")}
          </Title>
          <Text size="sm" c="dimmed" className="num" aria-live="polite">
            {ready && t("map.count", { count: shown.length })}
          </Text>
        </Group>
        <SearchField
          full
          value={state.text}
          onChange={(next) => state.change({ q: next })}
          label={t("map.search")}
        />
        <StateChips
          rows={ready ? rows : []}
          chosen={state.states}
          onChange={(next) => state.change({ states: next })}
        />
      </Stack>
      {(listed.isPending || waiting) && <Loading />}
      {listed.isError && <Failed error={listed.error} retry={() => void listed.refetch()} />}
      {ready && !state.table && shown.length === 0 && (
        <Empty
          icon="vehicles"
          title={rows.length ? t("list.nothingMatches") : t("map.none")}
          hint={t("map.noneHint")}
        />
      )}
      {!state.table && (
        <VehicleList
          rows={ready ? shown : []}
          selectedId={state.vehicleId}
          nowMs={nowMs}
          onChoose={onChoose}
        />
      )}
    </section>
  );
}
