// The look: indigo, system fonts, and colour corrections that lift Mantine's dimmed, placeholder and
// error texts above the 4.5:1 contrast that WCAG 2.2 AA asks for, in both schemes.
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const FONTS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

/** Mantine's dark greys with the blue of the map's night, so that panels, fields and map belong together. */
const DARK = [
  "#d3d8e1",
  "#b3b9c4",
  "#8d95a4",
  "#6b7483",
  "#454d5a",
  "#343b47",
  "#272c35",
  "#1b1e25",
  "#16181d",
  "#101216",
] as const;

/** Words that components need for their own buttons. */
export interface ThemeWords {
  readonly close: string;
}

export const themeFor = ({ close }: ThemeWords) =>
  createTheme({
    colors: { dark: DARK },
    primaryColor: "indigo",
    primaryShade: 8,
    autoContrast: true,
    fontFamily: FONTS,
    headings: { fontFamily: FONTS, fontWeight: "650" },
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    components: {
      Button: { defaultProps: { loaderProps: { type: "dots" } } },
      Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": close } } },
      Drawer: { defaultProps: { closeButtonProps: { "aria-label": close } } },
      Notification: { defaultProps: { closeButtonProps: { "aria-label": close } } },
      Alert: { defaultProps: { closeButtonLabel: close } },
      Tooltip: {
        defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } },
      },
      Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: "sm" } },
    },
  });

export const contrastCorrections: CSSVariablesResolver = (t) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": t.colors.gray[7],
    "--mantine-color-placeholder": t.colors.gray[7],
    "--mantine-color-error": t.colors.red[9],
    "--mantine-color-anchor": t.colors.indigo[8],
    "--day-page": "#f5f6f9",
    "--day-panel": "#ffffff",
    "--day-line": "#dfe3ea",
    "--day-selected": "#e7ebfd",
  },
  dark: {
    "--mantine-color-dimmed": "#b3b9c4",
    "--mantine-color-placeholder": "#9aa2af",
    "--mantine-color-error": t.colors.red[4],
    "--mantine-color-anchor": t.colors.indigo[2],
    "--day-page": "#15171c",
    "--day-panel": "#1b1e25",
    "--day-line": "#343943",
    "--day-selected": "#2a3156",
  },
});
