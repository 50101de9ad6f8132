// Reads the pages of a list for its current search, filters and order; older rows stay while new ones load.
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ListPath, type Page, type Query, readPage } from "../../api/list";

const PAGE_ROWS = 50;

export function useRows<Row>(name: string, path: ListPath, query: Query, refreshMs?: number) {
  const pages = useInfiniteQuery({
    queryKey: [name, path, query],
    queryFn: ({ pageParam, signal }) =>
      readPage<Row>(path, { ...query, limit: PAGE_ROWS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<Row>) => last.next_cursor ?? null,
    refetchInterval: refreshMs ?? false,
    placeholderData: (before) => before,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const total = pages.data?.pages[0]?.total ?? items.length;
  return { pages, items, total };
}
