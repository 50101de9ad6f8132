// Lists as the server gives them: a page of rows, the cursor of the next page, the number of all rows; and the
// same list as a file.
import { answered, api } from "./client";
import type { paths } from "./schema";

export type QueryValue = string | number | boolean | null | undefined | readonly string[];
export type Query = Readonly<Record<string, QueryValue>>;

export interface Page<Row> {
  items: Row[];
  next_cursor?: string | null;
  total?: number | null;
}

/** Addresses that answer lists. */
export type ListPath = {
  [Path in keyof paths]: paths[Path] extends {
    get: { responses: { 200: { content: { "application/json": { items: unknown[] } } } } };
  }
    ? Path
    : never;
}[keyof paths];

const said = (query: Query): Record<string, Exclude<QueryValue, null | undefined>> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === null || value === undefined || value === "" ? [] : [[name, value]],
    ),
  );

export function readPage<Row>(path: ListPath, query: Query, signal?: AbortSignal): Promise<Page<Row>> {
  // The filters of a list come from the address bar; the server checks them by name and type.
  const options = { params: { query: said(query) }, ...(signal ? { signal } : {}) };
  return answered(api.GET(path as "/api/units", options as never));
}

export const exportAddress = (path: ListPath, query: Query, format: "csv" | "xlsx"): string =>
  fileAddress(path, query, format);

export function fileAddress(path: string, query: Query, format: "csv" | "xlsx"): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...said(query), format })) {
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return `${path}?${search.toString()}`;
}
