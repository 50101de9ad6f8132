// Picks a point: the map moves under a fixed cross, so it works with mouse, finger and arrow keys alike.
import { Box, Button, Group, TextInput } from "@mantine/core";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderPlace } from "../api/orders";
import { MapFrame, type ReadyMap } from "../map/MapFrame";

interface PickOnMapProps {
  start: OrderPlace | null;
  onPick: (place: OrderPlace) => void;
}

const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

export function PickOnMap({ start, onPick }: PickOnMapProps) {
  const { t } = useTranslation();
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const [name, setName] = useState("");
  const takeReady = useCallback(
    (next: ReadyMap | null) => {
      setReady(next);
      if (next && start) next.map.jumpTo({ center: [start.lon, start.lat], zoom: 15 });
    },
    [start],
  );
  const pick = () => {
    const centre = ready?.map.getCenter();
    if (!centre) return;
    const lon = rounded(centre.lng);
    const lat = rounded(centre.lat);
    onPick({
      name: name.trim() || t("place.unnamed", { lon: lon.toFixed(5), lat: lat.toFixed(5) }),
      lon,
      lat,
    });
  };
  return (
    <>
      <Box pos="relative" style={{ borderRadius: 8, overflow: "hidden" }}>
        <MapFrame label={t("place.mapLabel")} height="min(56dvh, 460px)" onReady={takeReady}>
          <svg
            width="40"
            height="40"
            viewBox="0 0 40 40"
            aria-hidden="true"
            style={{
              position: "absolute",
              left: "calc(50% - 20px)",
              top: "calc(50% - 20px)",
              pointerEvents: "none",
            }}
          >
            <path d="M20 4v12m0 8v12M4 20h12m8 0h12" stroke="#fff" strokeWidth="5" strokeLinecap="round" />
            <path
              d="M20 4v12m0 8v12M4 20h12m8 0h12"
              stroke="#364fc7"
              strokeWidth="2.5"
              strokeLinecap="round"
            />
          </svg>
        </MapFrame>
      </Box>
      <Group mt="sm" align="flex-end">
        <TextInput
          label={t("place.name")}
          placeholder={t("common.optional")}
          maxLength={60}
          style={{ flex: "1 1 200px" }}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button onClick={pick} disabled={!ready} style={{ flex: "0 1 auto" }}>
          {t("place.take")}
        </Button>
      </Group>
    </>
  );
}
