// Search words, filters and sorting of a list, kept in the address so that a view can be linked and shared.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export interface ListState {
  /** Everything set in the address, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly sort: string;
  set: (name: string, value: string | null) => void;
  toggleSort: (column: string) => void;
  clear: () => void;
}

export function useListState(defaultSort: string, names: readonly string[]): ListState {
  const [params, setParams] = useSearchParams();
  const nameList = names.join(" ");
  const values = useMemo(() => {
    const wanted = ["q", ...nameList.split(" ").filter(Boolean)];
    const pairs = wanted.map((name) => [name, params.get(name) ?? ""] as const);
    return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
  }, [params, nameList]);
  const sort = params.get("sort") ?? defaultSort;

  const set = useCallback(
    (name: string, value: string | null) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const toggleSort = useCallback(
    (column: string) => set("sort", sort === column ? `-${column}` : column),
    [set, sort],
  );
  const clear = useCallback(() => setParams(new URLSearchParams(), { replace: true }), [setParams]);
  return { values, sort, set, toggleSort, clear };
}
