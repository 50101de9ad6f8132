// Says when the live line is down or old, and from when the data on the screen is. Silent when all is well.
import { useTranslation } from "react-i18next";
import { useTime } from "../../app/useTime";
import type { LiveView } from "../../live/store";

/** Frames or heartbeats come every few seconds; older than this the picture may mislead. */
const STALE_MS = 15_000;

interface ConnectionBannerProps {
  live: LiveView;
  nowMs: number;
}

export function ConnectionBanner({ live, nowMs }: ConnectionBannerProps) {
  const { t } = useTranslation();
  const time = useTime();
  const { connection, fleet } = live;
  const stale = fleet.frameMs > 0 && nowMs - fleet.frameMs > STALE_MS;
  const as_of = fleet.frameMs ? time(fleet.frameMs, "clock") : null;
  const words =
    connection === "refused"
      ? t("map.line.refused")
      : connection === "lost" || connection === "expired"
        ? t("map.line.lost", { as_of: as_of ?? "—" })
        : stale
          ? t("map.line.stale", { as_of })
          : connection === "connecting" && fleet.frameMs === 0
            ? t("map.line.connecting")
            : null;
  return (
    <div role="status" aria-live="polite">
      {words && <div className="map-banner">{words}</div>}
    </div>
  );
}
