// Groups vehicles for low zooms: all vehicles of one screen cell become one circle with a count. Pure.
import type { Feature, FeatureCollection, Point } from "geojson";
import type { Fleet } from "../../live/fleet";
import { mercator } from "./buffer";

const CELL_PX = 64;

interface Cell {
  count: number;
  suspected: number;
  lonSum: number;
  latSum: number;
}

export function clusterFleet(fleet: Fleet, zoom: number): FeatureCollection<Point> {
  const cellsPerWorld = (512 * 2 ** Math.floor(zoom)) / CELL_PX;
  const cells = new Map<string, Cell>();
  for (const vehicle of fleet.vehicles.values()) {
    const { x, y } = mercator(vehicle.lon, vehicle.lat);
    const key = `${Math.floor(x * cellsPerWorld)}/${Math.floor(y * cellsPerWorld)}`;
    const cell = cells.get(key) ?? { count: 0, suspected: 0, lonSum: 0, latSum: 0 };
    cell.count += 1;
    cell.suspected += vehicle.state === "suspected" ? 1 : 0;
    cell.lonSum += vehicle.lon;
    cell.latSum += vehicle.lat;
    cells.set(key, cell);
  }
  return { type: "FeatureCollection", features: [...cells.values()].map(featureOf) };
}

function featureOf(cell: Cell): Feature<Point> {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [cell.lonSum / cell.count, cell.latSum / cell.count] },
    properties: { count: cell.count, suspected: cell.suspected },
  };
}
