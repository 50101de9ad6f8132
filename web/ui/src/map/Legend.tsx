// What the lines and signs of an evidence map mean: only those that are there, drawn as on the map.
import { Group, Text, useComputedColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Part } from "./evidence";
import { GROUND_OPACITY } from "./evidenceLayers";
import { OVERLAY_COLOURS, PALETTES, type Scheme } from "./style/palette";

const ORDER: readonly Part[] = [
  "area",
  "rural",
  "track",
  "poor",
  "gap",
  "aside",
  "chosen",
  "stop",
  "planned",
  "corridor",
  "origin",
  "destination",
  "start",
  "end",
];

function signs(scheme: Scheme): Record<Part, ReactNode> {
  const colours = OVERLAY_COLOURS[scheme];
  const halo = PALETTES[scheme].labelHalo;
  const line = (colour: string, width: number, dash?: string) => (
    <path d="M1 7h24" stroke={colour} strokeWidth={width} strokeDasharray={dash} strokeLinecap="round" />
  );
  const ground = (colour: string, opacity: number) => (
    <rect x="1" y="1" width="24" height="12" fill={colour} fillOpacity={opacity} stroke={colour} />
  );
  const dot = (inside: string, edge: string) => (
    <circle cx="13" cy="7" r="4.5" fill={inside} stroke={edge} strokeWidth="3" />
  );
  return {
    area: ground(colours.depot, GROUND_OPACITY.area),
    rural: ground(colours.depot, GROUND_OPACITY.rural),
    corridor: ground(colours.corridor, GROUND_OPACITY.corridor),
    track: line(colours.track, 4),
    poor: line(colours.poorTrack, 3),
    gap: line(colours.poorTrack, 2, "0.8 4.4"),
    aside: <circle cx="13" cy="7" r="3" fill={halo} stroke={colours.poorTrack} strokeWidth="1.5" />,
    chosen: line(colours.planned, 5),
    stop: <circle cx="13" cy="7" r="4.5" fill={colours.depot} stroke={halo} strokeWidth="2" />,
    planned: line(colours.planned, 3, "6 5.4"),
    origin: dot(halo, colours.planned),
    destination: dot(colours.planned, halo),
    start: dot(halo, colours.start),
    end: dot(colours.end, halo),
  };
}

export function Legend({ parts }: { parts: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const shown = ORDER.filter((part) => parts.has(part));
  if (shown.length === 0) return null;
  const drawn = signs(scheme);
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
      {shown.map((part) => (
        <Group component="li" key={part} gap={6} wrap="nowrap">
          <svg width="26" height="14" viewBox="0 0 26 14" fill="none" aria-hidden="true">
            {drawn[part]}
          </svg>
          <Text component="span" size="xs">
            {t(`evidence.part.${part}`)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
