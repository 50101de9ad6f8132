// All vehicles this person may see, page by page from the server, joined with the live fleet.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Page, readPage } from "../../api/list";
import type { LiveRow } from "../../api/vehicles";
import { useLive } from "../../live/useLive";
import { showPlate } from "../../text/plates";
import { joinRows, orderRows } from "./rows";

const PAGE = 500;
const REFRESH_MS = 30_000;

async function readAll(signal: AbortSignal): Promise<LiveRow[]> {
  const rows: LiveRow[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page: Page<LiveRow> = await readPage<LiveRow>("/api/vehicles", { limit: PAGE, cursor }, signal);
    rows.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return rows;
}

/** `purpose`: why this person looks, where that must be said. */
export function useVehicleRows(purpose: string | undefined) {
  const live = useLive(purpose);
  const listed = useQuery({
    queryKey: ["vehicles", "all"],
    queryFn: ({ signal }) => readAll(signal),
    refetchInterval: REFRESH_MS,
  });
  const data = listed.data;
  const rows = useMemo(() => orderRows(joinRows(data ?? [], live.fleet)), [data, live.fleet]);
  const plates = useMemo(
    () => new Map((data ?? []).map((row) => [row.vehicle_no, showPlate(row.plate)])),
    [data],
  );
  // Without positions in the list, what the rows say waits for the live line to answer or to fail.
  const waiting = purpose !== undefined && live.fleet.frameMs === 0 && live.connection === "connecting";
  return { rows, plates, live, listed, waiting };
}

export type VehicleRows = ReturnType<typeof useVehicleRows>;
