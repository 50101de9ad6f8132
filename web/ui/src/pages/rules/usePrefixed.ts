// The state of one of several lists of a page: its names in the address begin with a letter of its own.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ListState } from "../../parts/list/useListState";

export function usePrefixed(prefix: string, defaultSort: string, names: readonly string[]): ListState {
  const [params, setParams] = useSearchParams();
  const nameList = names.join(" ");
  const values = useMemo(() => {
    const pairs = ["q", ...nameList.split(" ")].map(
      (name) => [name, params.get(`${prefix}.${name}`) ?? ""] as const,
    );
    return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
  }, [params, prefix, nameList]);
  const sort = params.get(`${prefix}.sort`) ?? defaultSort;
  const set = useCallback(
    (name: string, value: string | null) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(`${prefix}.${name}`, value);
          else next.delete(`${prefix}.${name}`);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams, prefix],
  );
  const toggleSort = useCallback(
    (column: string) => set("sort", sort === column ? `-${column}` : column),
    [set, sort],
  );
  const clear = useCallback(
    () =>
      setParams(
        (before) => new URLSearchParams([...before].filter(([name]) => !name.startsWith(`${prefix}.`))),
        { replace: true },
      ),
    [setParams, prefix],
  );
  return { values, sort, set, toggleSort, clear };
}
