// What was read, on one clock: map, controls, speeds, every vehicle as text, and what happened.
import { Stack, Switch, Text } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Replay } from "../../api/replay";
import { Note } from "../../parts/Note";
import { showPlate } from "../../text/plates";
import { Controls } from "./Controls";
import { type Bounds, speedOf } from "./clock";
import { MarkList } from "./MarkList";
import { marksOf } from "./marks";
import { ReplayMap } from "./ReplayMap";
import { SpeedChart } from "./SpeedChart";
import { lastBefore, standingAt, trackOf } from "./track";
import { useClock } from "./useClock";
import { useStandingWords, VehiclesNow } from "./VehiclesNow";
import "./replay.css";

const NO_FENCES: Replay["fences"] = [];

export function Player({ replay, bounds }: { replay: Replay; bounds: Bounds }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const words = useStandingWords();
  const set = useCallback(
    (name: string, value: string | null) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          if (value) after.set(name, value);
          else after.delete(name);
          return after;
        },
        { replace: true },
      ),
    [setSearch],
  );
  const speed = speedOf(search.get("speed"));
  const kind = search.get("kind") ?? "";
  const withFences = search.get("fences") !== "off";
  const rest = useCallback((ms: number) => set("at", new Date(Math.round(ms)).toISOString()), [set]);
  const tracks = useMemo(() => replay.vehicles.map(trackOf), [replay]);
  const first = Math.min(...tracks.flatMap(({ line }) => (line[0] ? [line[0][2]] : [])), bounds.toMs);
  const start = Date.parse(search.get("at") ?? "");
  const clock = useClock(Number.isFinite(start) ? start : first, speed, bounds, rest);
  const all = useMemo(() => marksOf(replay, bounds), [replay, bounds]);
  const marks = useMemo(() => all.filter((mark) => !kind || mark.kind === kind), [all, kind]);
  const standings = tracks.map((track) => standingAt(track, clock.ms));
  const labels = standings.map((standing, index) => {
    const plate = showPlate(tracks[index]?.plate ?? "");
    return standing.state === "unseen" ? `${plate}\n${words(standing)}` : plate;
  });
  const followed = tracks.findIndex(({ id }) => id === search.get("follow"));
  const current = marks[lastBefore(marks, clock.ms, ({ atMs }) => atMs)];
  const { seek } = clock;
  const jump = useCallback(
    (ms: number) => {
      seek(ms);
      rest(ms);
    },
    [seek, rest],
  );
  const fences = withFences ? replay.fences : NO_FENCES;
  return (
    <Stack gap="md">
      {replay.within_m > 5 && (
        <Note tone="info">{t("replay.coarse", { metres: replay.within_m, kmh: replay.within_kmh })}</Note>
      )}
      <div className="replay-stage">
        <div className="panel replay-map">
          <ReplayMap
            label={t("replay.map")}
            tracks={tracks}
            marks={marks}
            fences={fences}
            standings={standings}
            labels={labels}
            followed={followed}
          />
        </div>
        <div className="panel replay-side">
          <VehiclesNow
            vehicles={replay.vehicles}
            tracks={tracks}
            standings={standings}
            ms={clock.ms}
            followed={followed}
            onFollow={(id) => set("follow", id)}
          />
        </div>
      </div>
      <section className="panel replay-deck" aria-label={t("replay.controls")}>
        <Controls
          clock={{ ...clock, seek: clock.playing ? clock.seek : jump }}
          bounds={bounds}
          speed={speed}
          onSpeed={(next) => set("speed", String(next))}
          marks={marks}
        />
        <SpeedChart
          tracks={tracks}
          marks={marks}
          bounds={bounds}
          ms={clock.ms}
          onSeek={clock.playing ? clock.seek : jump}
        />
        {replay.fences.length > 0 && (
          <Switch
            size="sm"
            label={t("replay.fences")}
            checked={withFences}
            onChange={(event) => set("fences", event.currentTarget.checked ? null : "off")}
          />
        )}
      </section>
      <MarkList
        marks={marks}
        kind={kind}
        onKind={(next) => set("kind", next)}
        chosenKey={current?.id ?? null}
        onSeek={jump}
      />
      <Text size="xs" c="dimmed">
        {t("replay.true", { metres: replay.within_m, kmh: replay.within_kmh })} {t("trips.trackRecorded")}
      </Text>
    </Stack>
  );
}
