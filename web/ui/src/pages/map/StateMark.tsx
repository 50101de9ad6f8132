// The shape and colour a state has on the map, for lists and the legend.
import { useComputedColorScheme } from "@mantine/core";
import { STATE_COLOURS } from "../../map/style/palette";
import type { VehicleRow } from "./rows";

const SHAPES: Record<VehicleRow["state"], string> = {
  silent: "M8 3.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 1 0 0-9.6Zm0 2.6a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4Z",
  parked:
    "M5 3.5h6A1.5 1.5 0 0 1 12.5 5v6a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 11V5A1.5 1.5 0 0 1 5 3.5Z",
  on_order: "M8 1.5 13 14 8 11.2 3 14Z",
  no_order: "M8 1.5 10.7 8H5.3ZM4.7 9.6h6.6L13 14 8 11.2 3 14Z",
  suspected: "M8 1.2 14.8 8 8 14.8 1.2 8Z",
  absent: "M3 7.2h10v1.6H3Z",
  hidden:
    "M2.2 3.3 3.3 2.2 13.8 12.7 12.7 13.8ZM8 4.2c3 0 5 2.2 6 3.8-.4.7-1 1.5-1.9 2.2L10.6 8.7A2.7 2.7 0 0 0 7.3 5.4L6 4.5c.6-.2 1.3-.3 2-.3ZM2 8c.5-.8 1.2-1.7 2.2-2.4l1.2 1.2A2.7 2.7 0 0 0 9.2 10.6l.9.9c-.7.2-1.4.3-2.1.3C5 11.8 3 9.6 2 8Z",
};

export function StateMark({ state, size = 16 }: { state: VehicleRow["state"]; size?: number }) {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const colour = state === "absent" || state === "hidden" ? "currentColor" : STATE_COLOURS[scheme][state];
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" style={{ flex: "none" }}>
      <path d={SHAPES[state]} fill={colour} fillRule="evenodd" />
    </svg>
  );
}
