// One colour a vehicle; with more than ten they come again, and the plate stands beside every marker.
import type { Scheme } from "../../map/style/palette";

const COLOURS: Record<Scheme, readonly string[]> = {
  light: [
    "#c2143a",
    "#364fc7",
    "#0b7a54",
    "#b35300",
    "#7048e8",
    "#0b7285",
    "#a61e8c",
    "#5c4b00",
    "#1f2430",
    "#2b6e1f",
  ],
  dark: [
    "#ff6b81",
    "#91a7ff",
    "#34c48f",
    "#f59f3d",
    "#b197fc",
    "#3bc9db",
    "#f783d5",
    "#e0c84b",
    "#f1f3f5",
    "#8ce07a",
  ],
};

export const colourOf = (scheme: Scheme, index: number): string =>
  COLOURS[scheme][index % COLOURS[scheme].length] ?? "#808080";
