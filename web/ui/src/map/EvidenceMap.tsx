// A still map of one episode or trip: fits everything into view, with a legend in words.
import { Group, Text, useComputedColorScheme } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { boundsOf, type EvidenceParts, evidenceFeatures } from "./evidence";
import { evidenceLayers } from "./evidenceLayers";
import { MapFrame, type ReadyMap } from "./MapFrame";
import { putOverlay } from "./overlay";
import { OVERLAY_COLOURS } from "./style/palette";

interface EvidenceMapProps extends EvidenceParts {
  label: string;
  height?: number | string;
}

export function EvidenceMap(props: EvidenceMapProps) {
  const { label, height = 420, fixes, planned, corridor, areas, origin, destination } = props;
  const [ready, setReady] = useState<ReadyMap | null>(null);
  const takeReady = useCallback((next: ReadyMap | null) => setReady(next), []);
  const features = useMemo(
    () =>
      evidenceFeatures({
        fixes,
        planned,
        corridor,
        areas: areas ?? [],
        origin: origin ?? null,
        destination: destination ?? null,
      }),
    [fixes, planned, corridor, areas, origin, destination],
  );
  useEffect(() => {
    if (!ready) return;
    putOverlay(ready.map, "evidence", features, evidenceLayers(ready.scheme));
    const bounds = boundsOf(features);
    if (bounds) ready.map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration: 0 });
  }, [ready, features]);
  return (
    <>
      <MapFrame label={label} calm height={height} onReady={takeReady} />
      <Legend parts={new Set(features.features.map(({ properties }) => String(properties?.["part"])))} />
    </>
  );
}

const LEGEND = ["area", "track", "poor", "gap", "planned", "corridor", "start", "end"] as const;

function Legend({ parts }: { parts: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const colours = OVERLAY_COLOURS[scheme];
  if (!LEGEND.some((part) => parts.has(part))) return null;
  const swatch: Record<(typeof LEGEND)[number], string> = {
    area: `8px solid color-mix(in srgb, ${colours.depot} 25%, transparent)`,
    track: `4px solid ${colours.track}`,
    poor: `3px solid ${colours.poorTrack}`,
    gap: `2px dotted ${colours.poorTrack}`,
    planned: `3px dashed ${colours.planned}`,
    corridor: `8px solid color-mix(in srgb, ${colours.corridor} 25%, transparent)`,
    start: `6px solid ${colours.start}`,
    end: "6px solid currentColor",
  };
  return (
    <Group
      component="ul"
      gap="md"
      px="sm"
      py={8}
      m={0}
      style={{ listStyle: "none" }}
      aria-label={t("evidence.legend")}
    >
      {LEGEND.filter((part) => parts.has(part)).map((part) => (
        <Group component="li" key={part} gap={6}>
          <span
            aria-hidden="true"
            style={{
              display: "inline-block",
              width: part === "start" || part === "end" ? 0 : 22,
              borderTop: swatch[part],
              ...(part === "start" || part === "end" ? { border: swatch[part], borderRadius: 6 } : {}),
            }}
          />
          <Text component="span" size="xs">
            {t(`evidence.part.${part}`)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
