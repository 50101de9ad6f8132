// A map as a React element: creates it for the current theme and language, keeps the camera when it has to be
// made anew, and hands the ready map to its child through a callback.
import { Box, useComputedColorScheme } from "@mantine/core";
import type { Map as MapLibreMap } from "maplibre-gl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfig } from "../session/useSession";
import { type Camera, createMap } from "./create";
import { lookAt } from "./looking";
import type { Scheme } from "./style/palette";
import { mapWords } from "./words";
import "./map.css";

/** Where a map opens that knows no city: the middle of the country. */
const SOMEWHERE: [number, number] = [104, 35.5];

export interface ReadyMap {
  readonly map: MapLibreMap;
  readonly scheme: Scheme;
}

interface MapFrameProps {
  label: string;
  camera?: Camera;
  calm?: boolean;
  height?: string | number;
  onReady: (ready: ReadyMap | null) => void;
  children?: ReactNode;
}

export function MapFrame({ label, camera, calm = false, height = "100%", onReady, children }: MapFrameProps) {
  const holder = useRef<HTMLDivElement>(null);
  const lastCamera = useRef<Camera | null>(camera ?? null);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { t, i18n } = useTranslation();
  const config = useConfig();
  const [failed, setFailed] = useState(false);
  const language = i18n.language;
  const { basemap, map_center: centre } = config;

  useEffect(() => {
    const container = holder.current;
    if (!container) return;
    const start = lastCamera.current ?? { center: centre ?? SOMEWHERE, zoom: centre ? 11.5 : 4 };
    let map: MapLibreMap;
    try {
      map = createMap(container, {
        scheme,
        language,
        basemap,
        centre: start.center,
        camera: start,
        calm,
        words: mapWords(t),
      });
    } catch {
      setFailed(true);
      return;
    }
    map.getCanvas().setAttribute("aria-label", label);
    const begin = () => onReady({ map, scheme });
    map.once("load", begin);
    map.on("moveend", () => lookAt([map.getCenter().lng, map.getCenter().lat]));
    return () => {
      const { lng, lat: y } = map.getCenter();
      lastCamera.current = { center: [lng, y], zoom: map.getZoom() };
      onReady(null);
      map.remove();
    };
  }, [scheme, language, basemap, centre, calm, label, onReady, t]);

  return (
    <Box pos="relative" h={height} w="100%" style={{ overflow: "hidden" }}>
      <div ref={holder} className="day-map" style={{ position: "absolute", inset: 0 }} />
      {failed && <p className="day-map-missing">{t("map.noWebgl")}</p>}
      {children}
    </Box>
  );
}
