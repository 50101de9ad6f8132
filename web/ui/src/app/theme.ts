// The look: indigo, system fonts, colour corrections that lift Mantine's dimmed, placeholder and error texts
// above the 4.5:1 contrast that WCAG 2.2 AA asks for, in both schemes, and names for the buttons it draws itself.
import { type CSSVariablesResolver, createTheme } from "@mantine/core";
import type { TFunction } from "i18next";

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

/** What every calendar says and how its days are coloured (dates.css). */
const calendar = (t: TFunction) => ({
  classNames: { day: "date-day" },
  defaultProps: {
    monthLabelFormat: t("picker.month"),
    yearLabelFormat: t("picker.year"),
    ariaLabels: {
      previousMonth: t("picker.previousMonth"),
      nextMonth: t("picker.nextMonth"),
      previousYear: t("picker.previousYear"),
      nextYear: t("picker.nextYear"),
      previousDecade: t("picker.previousDecade"),
      nextDecade: t("picker.nextDecade"),
      monthLevelControl: t("picker.months"),
      yearLevelControl: t("picker.years"),
    },
  },
});

const dateAndTime = (t: TFunction) => ({
  ...calendar(t),
  defaultProps: {
    ...calendar(t).defaultProps,
    submitButtonProps: { "aria-label": t("picker.take") },
    timePickerProps: { hoursInputLabel: t("picker.hours"), minutesInputLabel: t("picker.minutes") },
  },
});

export const themeFor = (t: TFunction) =>
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
      Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": t("common.close") } } },
      Drawer: { defaultProps: { closeButtonProps: { "aria-label": t("common.close") } } },
      Notification: { defaultProps: { closeButtonProps: { "aria-label": t("common.close") } } },
      Alert: { defaultProps: { closeButtonLabel: t("common.close") } },
      // Its scroll area stands between the field and the list: axe takes it for a region no key reaches.
      Select: {
        defaultProps: { withScrollArea: false },
        styles: { options: { maxHeight: 260, overflowY: "auto" } },
      },
      // Its empty first element takes the focus inside role=menu, where only entries may stand.
      Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
      DateInput: calendar(t),
      DateTimePicker: dateAndTime(t),
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
