// All vehicles this person may see, page by page from the server, joined with the live fleet.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Page, readPage } from "../../api/list";
import type { LiveRow } from "../../api/vehicles";
import { useLive } from "../../live/useLive";
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

export function useVehicleRows() {
  const live = useLive();
  const listed = useQuery({
    queryKey: ["vehicles", "all"],
    queryFn: ({ signal }) => readAll(signal),
    refetchInterval: REFRESH_MS,
  });
  const data = listed.data;
  const rows = useMemo(() => orderRows(joinRows(data ?? [], live.fleet)), [data, live.fleet]);
  const plates = useMemo(() => new Map((data ?? []).map((row) => [row.vehicle_no, row.plate])), [data]);
  return { rows, plates, live, listed };
}
