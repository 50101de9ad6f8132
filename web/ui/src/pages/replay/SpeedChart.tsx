// Speed of every vehicle over the clock, what happened as ticks above it, and the moment as a line; pressing sets the clock.
// A picture: the list of vehicles says the same as text, the slider is the way by keys.
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { memo, type PointerEvent, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { instantToWall } from "../../app/time";
import { useTime } from "../../app/useTime";
import { useConfig } from "../../session/useSession";
import { type Plane, scaleTop, speedPath, ticks, xOf } from "./chart";
import type { Bounds } from "./clock";
import { colourOf } from "./colours";
import type { Mark } from "./marks";
import type { ReplayTrack } from "./track";

const HEIGHT = 120;
const LANE = 12;
const LEFT = 34;

interface SpeedChartProps {
  tracks: readonly ReplayTrack[];
  marks: readonly Mark[];
  bounds: Bounds;
  ms: number;
  onSeek: (ms: number) => void;
}

export function SpeedChart({ tracks, marks, bounds, ms, onSeek }: SpeedChartProps) {
  const { t } = useTranslation();
  const { ref, width: whole } = useElementSize<HTMLDivElement>();
  const width = Math.max(whole - LEFT, 0);
  const mostKmh = useMemo(() => scaleTop(tracks), [tracks]);
  const plane = useMemo(() => ({ bounds, width, height: HEIGHT, mostKmh }), [bounds, width, mostKmh]);
  const seek = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1 || width === 0) return;
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    onSeek(bounds.fromMs + (x / width) * (bounds.toMs - bounds.fromMs));
  };
  const x = LEFT + xOf(ms, plane);
  return (
    <div ref={ref} className="replay-chart">
      {width > 0 && (
        <svg
          width={whole}
          height={LANE + HEIGHT + 20}
          role="img"
          aria-label={t("replay.chart")}
          onPointerDown={seek}
          onPointerMove={seek}
        >
          <Still tracks={tracks} marks={marks} plane={plane} />
          <line x1={x} x2={x} y1={0} y2={LANE + HEIGHT} className="replay-cursor" />
        </svg>
      )}
    </div>
  );
}

interface StillProps {
  tracks: readonly ReplayTrack[];
  marks: readonly Mark[];
  plane: Plane;
}

/** Everything that does not move with the clock. */
const Still = memo(function Still({ tracks, marks, plane }: StillProps) {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const time = useTime();
  const { timezone } = useConfig();
  const { bounds, mostKmh, width } = plane;
  const offsetMin =
    (Date.parse(`${instantToWall(bounds.fromMs, timezone).replace(" ", "T")}Z`) - bounds.fromMs) / 60_000;
  const lines = [0, mostKmh / 3, (mostKmh / 3) * 2, mostKmh];
  return (
    <g transform={`translate(${LEFT} 0)`}>
      {lines.map((kmh) => {
        const y = LANE + HEIGHT - (kmh / mostKmh) * HEIGHT;
        return (
          <g key={kmh}>
            <line x1={0} x2={width} y1={y} y2={y} className="replay-grid" />
            <text x={-4} y={y + 4} textAnchor="end" className="replay-tick">
              {Math.round(kmh)}
            </text>
          </g>
        );
      })}
      {ticks(bounds, Math.max(2, Math.floor(width / 90)), offsetMin).map((at) => (
        <text key={at} x={xOf(at, plane)} y={LANE + HEIGHT + 15} className="replay-tick" textAnchor="middle">
          {time(at, "clock").slice(0, 5)}
        </text>
      ))}
      {marks.map(({ id, kind, atMs }) => (
        <path
          key={id}
          d={SIGNS[kind]}
          transform={`translate(${xOf(atMs, plane)} 6)`}
          data-kind={kind}
          className="replay-sign"
        />
      ))}
      {tracks.map((track, index) => (
        <path
          key={track.id}
          d={speedPath(track, plane)}
          transform={`translate(0 ${LANE})`}
          fill="none"
          stroke={colourOf(scheme, index)}
          strokeWidth={1.4}
        />
      ))}
    </g>
  );
});

/** Shapes differ, so that colour carries no meaning alone. */
export const SIGNS = {
  alert: "M0-5 5 4H-5Z",
  order: "M-3-4H3V4H-3Z",
  stop: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
  fence: "M0-5 5 0 0 5-5 0Z",
} as const;
