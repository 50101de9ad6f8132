// What a person sees after an action is never older than the action.
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { expect, it } from "vitest";
import { useAct } from "../src/parts/useAct";

it("reads again what was asked for before the action and not answered yet", async () => {
  const kept = { rows: 0 };
  const answers: (() => void)[] = []; // of a slow server: each reading is what held when it was asked for
  const read = () =>
    new Promise<number>((answer) => {
      const held = kept.rows;
      answers.push(() => answer(held));
    });
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(QueryClientProvider, { client: cache }, children);
  const { result } = renderHook(
    () => ({
      found: useQuery({ queryKey: ["rows"], queryFn: read }),
      add: useAct({
        run: async () => {
          kept.rows += 1;
        },
        touches: ["rows"],
      }),
    }),
    { wrapper },
  );
  await waitFor(() => expect(answers).toHaveLength(1));
  act(() => result.current.add.mutate(undefined));
  await waitFor(() => expect(answers).toHaveLength(2));
  for (const answer of answers) answer();
  await waitFor(() => expect(result.current.found.data).toBe(1));
});
