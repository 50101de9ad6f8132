// One cache for everything read over HTTP. Reads are retried only when the server could not answer;
// a refusal is an answer. A 401 anywhere marks the session as expired, which opens the sign-in dialog.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/problem";
import { sessionExpired } from "../session/expiry";

function notice(error: unknown): void {
  if (
    error instanceof Problem &&
    error.status === 401 &&
    error.code !== "wrong_password" &&
    queryClient.getQueryData(["session"])
  ) {
    sessionExpired.announce();
  }
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
    mutations: { retry: false },
  },
});
