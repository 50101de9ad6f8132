// The map itself: hands the live fleet to the GPU layer, follows the chosen vehicle until the reader pans.
import { Box, Button } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { Marker } from "maplibre-gl";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Fleet } from "../../live/fleet";
import { MapFrame, type ReadyMap } from "../../map/MapFrame";
import { FitControl } from "../../map/vehicles/fitControl";
import { type Covered, FleetOnMap } from "../../map/vehicles/fleetOnMap";
import { Icon } from "../../parts/Icon";

interface LiveMapProps {
  fleet: Fleet;
  plates: ReadonlyMap<number, string>;
  shown: number;
  selectedNo: number | null;
  /** What the card lies over: the followed vehicle keeps to the middle of the rest. */
  coveredPx: Covered;
  at: readonly [number, number] | null;
  onPick: (vehicleNo: number | null) => void;
  children?: ReactNode;
}

export function LiveMap({ fleet, plates, shown, selectedNo, coveredPx, at, onPick, children }: LiveMapProps) {
  const { t } = useTranslation();
  const reduced = useReducedMotion(undefined, { getInitialValueInEffect: false });
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const [following, setFollowing] = useState(true);
  const onMap = useRef<FleetOnMap | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const { right, bottom } = coveredPx;
  const covered = useMemo(() => ({ right, bottom }), [right, bottom]);
  const uncovered = useRef(covered);
  uncovered.current = covered;
  const takeReady = useCallback((next: ReadyMap | null) => setReady(next), []);

  useEffect(() => {
    if (!ready) return;
    const made = new FleetOnMap(ready.map, ready.scheme, reduced, (no) => pick.current(no));
    onMap.current = made;
    const pause = () => setFollowing(false);
    ready.map.on("dragstart", pause);
    const fit = new FitControl(t("map.fit"), () => {
      pause();
      made.fit(uncovered.current);
    });
    ready.map.addControl(fit, "bottom-right");
    return () => {
      onMap.current = null;
      made.remove();
      ready.map.off("dragstart", pause);
      if (ready.map.hasControl(fit)) ready.map.removeControl(fit);
    };
  }, [ready, reduced, t]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a map made anew needs the data again
  useEffect(() => onMap.current?.show(fleet, plates), [fleet, plates, ready]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a map made anew needs the filter again
  useEffect(() => onMap.current?.filter(shown), [shown, ready]);

  const located = selectedNo !== null && fleet.vehicles.has(selectedNo);
  useEffect(() => {
    onMap.current?.select(selectedNo);
    if (selectedNo === null || !located || !ready) return;
    setFollowing(true);
    onMap.current?.centreOn(selectedNo, covered, Math.max(ready.map.getZoom(), 14));
  }, [selectedNo, located, ready, covered]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every frame moves the followed vehicle
  useEffect(() => {
    if (following && selectedNo !== null) onMap.current?.centreOn(selectedNo, covered);
  }, [fleet, following, selectedNo, covered]);

  useEffect(() => {
    if (!ready || !at) return;
    const marker = new Marker({ color: "#364fc7" }).setLngLat([at[0], at[1]]).addTo(ready.map);
    marker.getElement().setAttribute("aria-label", t("map.place"));
    ready.map.easeTo({ center: [at[0], at[1]], zoom: 15 });
    return () => {
      marker.remove();
    };
  }, [ready, at, t]);

  return (
    <MapFrame label={t("map.label")} onReady={takeReady}>
      {children}
      {located && (
        <Box
          pos="absolute"
          bottom={covered.bottom + 28}
          left={`calc(50% - ${covered.right / 2}px)`}
          style={{ transform: "translateX(-50%)", zIndex: 2 }}
        >
          <Button
            size="compact-sm"
            variant={following ? "filled" : "default"}
            leftSection={<Icon name="follow" size={16} />}
            onClick={() => setFollowing(!following)}
            aria-pressed={following}
          >
            {following ? t("map.following") : t("map.followPaused")}
          </Button>
        </Box>
      )}
    </MapFrame>
  );
}
