// /map: vehicles of this person's reach, live. List left, map or table in the middle, card of the chosen one.
// Who owes a reason for looking at live positions is asked first.
import { Button, Group, VisuallyHidden } from "@mantine/core";
import { useDisclosure, useElementSize, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { type KeyboardEvent, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { PurposeGate } from "../../parts/PurposeGate";
import { useSignedIn } from "../../session/useSession";
import { ConnectionBanner } from "./ConnectionBanner";
import { LiveMap } from "./LiveMap";
import { MapSide } from "./MapSide";
import { NobodyNote } from "./NobodyNote";
import { matchRows, onlyRows, shownBits } from "./rows";
import { useMapState } from "./useMapState";
import { useNow } from "./useNow";
import { useVehicleRows } from "./useVehicleRows";
import { VehicleCard } from "./VehicleCard";
import { VehicleTable } from "./VehicleTable";
import "./livemap.css";

export function Component() {
  const { t } = useTranslation();
  const needed = useSignedIn().live_purpose_required;
  useEffect(() => {
    document.title = `${t("shell.menu.map")} · ${t("app.name")}`;
  }, [t]);
  return (
    <>
      <VisuallyHidden component="h1">{t("shell.menu.map")}</VisuallyHidden>
      <PurposeGate needed={needed} what={t("map.live")}>
        {(purpose) => <LivePage purpose={purpose} />}
      </PurposeGate>
    </>
  );
}

function LivePage({ purpose }: { purpose: string | undefined }) {
  const { t } = useTranslation();
  const state = useMapState();
  const { text, states, vehicleId, table, at, change } = state;
  const vehicles = useVehicleRows(purpose);
  const { rows, plates, live } = vehicles;
  const nowMs = useNow(live.clockOffsetMs);
  const phone = useMediaQuery("(max-width: 61.99em)", undefined, { getInitialValueInEffect: false });
  const [listOpen, list] = useDisclosure(false);
  const card = useElementSize<HTMLElement>();
  useHotkeys([["T", () => change({ view: table ? null : "table" })]]);

  const shownRows = useMemo(() => matchRows(rows, text, states), [rows, text, states]);
  const chosen = rows.find(({ row }) => row.id === vehicleId) ?? null;
  const fleet = useMemo(
    () => (text.trim() ? onlyRows(live.fleet, chosen ? [...shownRows, chosen] : shownRows) : live.fleet),
    [text, live.fleet, shownRows, chosen],
  );
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

  const leave = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "Escape" || !chosen || event.defaultPrevented) return;
    // What opens over the page closes first, and of itself.
    if (event.target instanceof Element && event.target.closest("[role=dialog]")) return;
    const row = event.currentTarget.querySelector<HTMLElement>(".row-button[aria-current=true]");
    choose(null);
    row?.focus({ preventScroll: true });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc only adds to the card's own button
    <div className="map-layout" data-view={table ? "table" : "map"} onKeyDown={leave}>
      <MapSide
        vehicles={vehicles}
        shown={shownRows}
        state={state}
        open={listOpen}
        nowMs={nowMs}
        onChoose={choose}
      />
      <div className="map-stage">
        {table ? (
          <VehicleTable rows={shownRows} nowMs={nowMs} purpose={purpose} onChoose={choose} />
        ) : (
          <LiveMap
            fleet={fleet}
            plates={plates}
            shown={shownBits(states)}
            selectedNo={chosen?.row.vehicle_no ?? null}
            coveredPx={{ right: phone ? 0 : card.width, bottom: phone ? card.height : 0 }}
            at={at}
            onPick={pick}
          >
            {live.fleet.frameMs > 0 && vehicles.listed.isSuccess && (
              <NobodyNote rows={rows} shown={shownRows} onClear={() => change({ q: null, states: null })} />
            )}
          </LiveMap>
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
        {chosen && !table && (
          <VehicleCard item={chosen} nowMs={nowMs} cardRef={card.ref} onClose={() => choose(null)} />
        )}
      </div>
    </div>
  );
}
