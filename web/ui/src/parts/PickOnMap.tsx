// Picks a point: the map moves under a fixed cross, so it works with mouse, finger and arrow keys alike. What is under
// the cross is said in words, and is the name when the person gives none.
import { Box, Button, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderPlace } from "../api/orders";
import { wordsFor } from "../api/places";
import { MapFrame, type ReadyMap } from "../map/MapFrame";

interface PickOnMapProps {
  start: OrderPlace | null;
  onPick: (place: OrderPlace) => void;
}

interface Point {
  readonly lon: number;
  readonly lat: number;
}

const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

function middleOf(map: ReadyMap["map"]): Point {
  const { lng, lat } = map.getCenter();
  return { lon: rounded(lng), lat: rounded(lat) };
}

export function PickOnMap({ start, onPick }: PickOnMapProps) {
  const { t, i18n } = useTranslation();
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const [name, setName] = useState("");
  const takeReady = useCallback(
    (next: ReadyMap | null) => {
      setReady(next);
      if (next && start) next.map.jumpTo({ center: [start.lon, start.lat], zoom: 15 });
    },
    [start],
  );
  const [at, setAt] = useState<Point | null>(null);
  useEffect(() => {
    const map = ready?.map;
    if (!map) return;
    const look = () => setAt(middleOf(map));
    look();
    map.on("moveend", look);
    return () => void map.off("moveend", look);
  }, [ready]);
  const [settled] = useDebouncedValue(at, 300);
  const said = useQuery({
    queryKey: ["where", settled],
    queryFn: ({ signal }) => (settled ? wordsFor(settled, signal) : null),
    enabled: settled !== null,
    staleTime: 60_000,
  });
  const words = settled !== null && settled === at ? (said.data?.text ?? null) : null;
  const shown = words && i18n.language === "en" ? (said.data?.text_en ?? words) : words;
  const pick = () => {
    if (!ready) return;
    const { lon, lat } = middleOf(ready.map);
    const here = at && at.lon === lon && at.lat === lat ? words : null;
    onPick({
      name: name.trim() || here || t("place.unnamed", { lon: lon.toFixed(5), lat: lat.toFixed(5) }),
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
      <Text size="sm" mt="xs" mih={22} aria-live="polite">
        {shown ? t("place.here", { words: shown }) : ""}
      </Text>
      <Group mt="xs" align="flex-end">
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
