// /map: vehicles of this person's reach, live. List left, map or table in the middle, card of the chosen one.
import { Button, Group, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useDisclosure, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { SearchField } from "../../parts/list/SearchField";
import { Empty, Failed, Loading } from "../../parts/states";
import { ConnectionBanner } from "./ConnectionBanner";
import { LiveMap } from "./LiveMap";
import { matchRows, shownBits } from "./rows";
import { StateChips } from "./StateChips";
import { useMapState } from "./useMapState";
import { useNow } from "./useNow";
import { useVehicleRows } from "./useVehicleRows";
import { VehicleCard } from "./VehicleCard";
import { VehicleList } from "./VehicleList";
import { VehicleTable } from "./VehicleTable";

export function Component() {
  const { t } = useTranslation();
  const { text, states, vehicleId, table, at, change } = useMapState();
  const { rows, plates, live, listed } = useVehicleRows();
  const nowMs = useNow(live.clockOffsetMs);
  const phone = useMediaQuery("(max-width: 61.99em)", undefined, { getInitialValueInEffect: false });
  const [listOpen, list] = useDisclosure(false);
  useHotkeys([["T", () => change({ view: table ? null : "table" })]]);
  useEffect(() => {
    document.title = `${t("shell.menu.map")} · ${t("app.name")}`;
  }, [t]);

  const shownRows = useMemo(() => matchRows(rows, text, states), [rows, text, states]);
  const chosen = rows.find(({ row }) => row.id === vehicleId) ?? null;
  const choose = useCallback(
    (id: string | null) => {
      change({ vehicle: id, view: null });
      list.close();
    },
    [change, list],
  );
  const pick = useCallback(
    (vehicleNo: number | null) => {
      change({ vehicle: rows.find(({ row }) => row.vehicle_no === vehicleNo)?.row.id ?? null });
    },
    [change, rows],
  );

  return (
    <div className="map-layout">
      <VisuallyHidden component="h1">{t("shell.menu.map")}</VisuallyHidden>
      <section className="map-side" data-open={listOpen} aria-label={t("map.list")}>
        <Stack gap="xs" p="sm">
          <Group justify="space-between">
            <Title order={2} size="h4">
              {t("map.list")}
            </Title>
            <Text size="sm" c="dimmed" className="num" aria-live="polite">
              {t("list.count", { count: shownRows.length })}
            </Text>
          </Group>
          <SearchField full value={text} onChange={(next) => change({ q: next })} label={t("map.search")} />
          <StateChips rows={rows} chosen={states} onChange={(next) => change({ states: next })} />
        </Stack>
        {listed.isPending && <Loading />}
        {listed.isError && <Failed error={listed.error} retry={() => void listed.refetch()} />}
        {listed.isSuccess && shownRows.length === 0 && (
          <Empty
            icon="vehicles"
            title={rows.length ? t("list.nothingMatches") : t("map.none")}
            hint={t("map.noneHint")}
          />
        )}
        <VehicleList rows={shownRows} selectedId={vehicleId} nowMs={nowMs} onChoose={choose} />
      </section>
      <div className="map-stage">
        {table ? (
          <VehicleTable rows={shownRows} nowMs={nowMs} onChoose={choose} />
        ) : (
          <LiveMap
            fleet={live.fleet}
            plates={plates}
            shown={shownBits(states)}
            selectedNo={chosen?.row.vehicle_no ?? null}
            at={at}
            onPick={pick}
          />
        )}
        <ConnectionBanner live={live} nowMs={nowMs} />
        <Group pos="absolute" top={12} left={12} gap={6} style={{ zIndex: 3 }}>
          {phone && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<Icon name="list" size={16} />}
              onClick={list.toggle}
            >
              {t("map.list")}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name={table ? "map" : "table"} size={16} />}
            onClick={() => change({ view: table ? null : "table" })}
          >
            {table ? t("map.asMap") : t("map.asTable")}
          </Button>
        </Group>
        {chosen && !table && <VehicleCard item={chosen} nowMs={nowMs} onClose={() => choose(null)} />}
      </div>
    </div>
  );
}
