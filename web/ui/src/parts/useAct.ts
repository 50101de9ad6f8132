// One action a person takes: runs it, tells the outcome, refreshes what it changed. A lost race (409 stale)
// reloads the newer row and says so, instead of overwriting somebody's work.
import { notifications } from "@mantine/notifications";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../api/client";
import { errorSentence } from "../text/codes";

interface ActOptions<Input, Output> {
  run: (input: Input, key: string) => Promise<Output>;
  /** First elements of query keys that are read again afterwards. */
  touches: readonly string[];
  done?: string | ((output: Output, input: Input) => string);
  after?: (output: Output, input: Input) => void;
  /** True: the form shows the refusal itself. */
  quiet?: boolean;
  /** Somebody was faster: reads the newer row. */
  reload?: () => Promise<unknown>;
}

export function useAct<Input, Output>({
  run,
  touches,
  done,
  after,
  quiet = false,
  reload,
}: ActOptions<Input, Output>) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const key = useRef<{ of: string; key: string } | null>(null);

  const touched = {
    predicate: ({ queryKey }: { queryKey: QueryKey }) => touches.includes(String(queryKey[0])),
  };
  const refresh = async () => {
    // A first reading that is still under way would be taken for the new one, and may tell what was before the action.
    await cache.cancelQueries(touched);
    await cache.invalidateQueries(touched);
  };

  return useMutation({
    mutationFn: (input: Input) => {
      const of = JSON.stringify(input) ?? "";
      // Pressing again after a broken line repeats the same action under the same one-time key.
      if (key.current?.of !== of) key.current = { of, key: crypto.randomUUID() };
      return run(input, key.current.key);
    },
    onSuccess: async (output, input) => {
      key.current = null;
      if (done) {
        const message = typeof done === "function" ? done(output, input) : done;
        notifications.show({ message, color: "green", autoClose: 5000 });
      }
      await refresh();
      after?.(output, input);
    },
    onError: async (error) => {
      if (!isProblem(error) || error.status > 0) key.current = null;
      if (isProblem(error) && error.status === 409) await refresh();
      if (isProblem(error) && error.code === "stale") await reload?.().catch(() => undefined);
      if (quiet || (isProblem(error) && error.status === 401)) return;
      notifications.show({
        message: errorSentence(t, error),
        color: "red",
        autoClose: isProblem(error) && error.code === "stale" ? false : 9000,
      });
    },
  });
}
