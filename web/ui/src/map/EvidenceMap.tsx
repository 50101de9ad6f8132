// A still map of one episode or trip: fits everything into view, with a legend in words.
import { useCallback, useEffect, useMemo, useState } from "react";
import { boundsOf, type EvidenceParts, evidenceFeatures } from "./evidence";
import { evidenceLayers } from "./evidenceLayers";
import { Legend } from "./Legend";
import { MapFrame, type ReadyMap } from "./MapFrame";
import { putOverlay } from "./overlay";
import { TrackQuality } from "./TrackQuality";

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
      <TrackQuality fixes={fixes} />
    </>
  );
}
