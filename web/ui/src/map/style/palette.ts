// Colours of the basemap and of what is drawn over it, in both themes. The basemap stays pale (or dim), so
// that vehicles, tracks and corridors carry the contrast.
import type { VehicleState } from "../../live/frame";

export type Scheme = "light" | "dark";

export interface Palette {
  readonly ground: string;
  readonly grid: string;
  readonly water: string;
  readonly park: string;
  readonly builtUp: string;
  readonly building: string;
  readonly buildingLine: string;
  readonly roadCase: string;
  readonly motorway: string;
  readonly mainRoad: string;
  readonly road: string;
  readonly path: string;
  readonly rail: string;
  readonly boundary: string;
  readonly label: string;
  readonly labelHalo: string;
  readonly waterLabel: string;
  readonly placeDot: string;
}

export const PALETTES: Record<Scheme, Palette> = {
  light: {
    ground: "#f2f3f5",
    grid: "#dfe3ea",
    water: "#bcd9ee",
    park: "#d5e8d0",
    builtUp: "#e9ebef",
    building: "#dfe1e7",
    buildingLine: "#cdd1d9",
    roadCase: "#c9ced8",
    motorway: "#ffdf9e",
    mainRoad: "#fff3d1",
    road: "#ffffff",
    path: "#dcdfe5",
    rail: "#b4bac6",
    boundary: "#a9a2c8",
    label: "#3b4454",
    labelHalo: "#ffffff",
    waterLabel: "#2f6690",
    placeDot: "#5c6b8a",
  },
  dark: {
    ground: "#1c2027",
    grid: "#2c323c",
    water: "#1b3347",
    park: "#22342a",
    builtUp: "#20242c",
    building: "#282d36",
    buildingLine: "#343a45",
    roadCase: "#15181d",
    motorway: "#6f5f35",
    mainRoad: "#525043",
    road: "#3a414c",
    path: "#2f353f",
    rail: "#454c59",
    boundary: "#5f5982",
    label: "#c6ccd8",
    labelHalo: "#15181d",
    waterLabel: "#7fb2d6",
    placeDot: "#94a3c0",
  },
};

/** One colour per vehicle state; the shape differs too, so colour never carries the meaning alone. */
export const STATE_COLOURS: Record<Scheme, Record<VehicleState, string>> = {
  light: {
    silent: "#6b7280",
    parked: "#4a6078",
    on_order: "#0b7a54",
    no_order: "#b35300",
    suspected: "#c2143a",
  },
  dark: {
    silent: "#9aa3b2",
    parked: "#8fa6c2",
    on_order: "#34c48f",
    no_order: "#f59f3d",
    suspected: "#ff6b81",
  },
};

export interface OverlayColours {
  readonly track: string;
  readonly poorTrack: string;
  readonly planned: string;
  readonly corridor: string;
  readonly depot: string;
  readonly start: string;
  readonly end: string;
}

export const OVERLAY_COLOURS: Record<Scheme, OverlayColours> = {
  light: {
    track: "#c2143a",
    poorTrack: "#d98b9b",
    planned: "#364fc7",
    corridor: "#4263eb",
    depot: "#0b7285",
    start: "#0b7a54",
    end: "#1f2430",
  },
  dark: {
    track: "#ff6b81",
    poorTrack: "#a85c68",
    planned: "#91a7ff",
    corridor: "#748ffc",
    depot: "#3bc9db",
    start: "#34c48f",
    end: "#f1f3f5",
  },
};

/** "#rrggbb" as three numbers 0..1, for the graphics card. */
export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
