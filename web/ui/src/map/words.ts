// MapLibre's own button names in the language of the page.
import type { TFunction } from "i18next";

export const mapWords = (t: TFunction): Record<string, string> => ({
  "Map.Title": t("map.control.title"),
  "NavigationControl.ZoomIn": t("map.control.zoomIn"),
  "NavigationControl.ZoomOut": t("map.control.zoomOut"),
  "AttributionControl.ToggleAttribution": t("map.control.attribution"),
  "ScaleControl.Meters": t("map.control.metres"),
  "ScaleControl.Kilometers": t("map.control.kilometres"),
  "CooperativeGesturesHandler.WindowsHelpText": t("map.control.ctrlWheel"),
  "CooperativeGesturesHandler.MacHelpText": t("map.control.cmdWheel"),
  "CooperativeGesturesHandler.MobileHelpText": t("map.control.twoFingers"),
});
