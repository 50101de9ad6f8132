// The session for components: read once, shared, and the only source of rights in the page. Rights here only
// decide what is offered; the server decides what is allowed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { setCsrfToken } from "../api/client";
import { Problem } from "../api/problem";
import { type Config, readSession, type Session, signIn, signOut } from "../api/session";
import { liveStore } from "../live/store";
import { forgetPurpose } from "../parts/purpose";
import { sessionExpired } from "./expiry";
import { signedInMark } from "./mark";

export const SESSION_KEY = ["session"] as const;

export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      if (!signedInMark.read()) throw new Problem(401, "not_signed_in");
      try {
        const session = await readSession();
        setCsrfToken(session.csrf_token);
        return session;
      } catch (error) {
        if (error instanceof Problem && error.status === 401) signedInMark.clear();
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    // A page that opened while the server was away comes to life with it.
    refetchInterval: ({ state }) =>
      state.data === undefined && state.error instanceof Problem && state.error.status === 0 ? 5_000 : false,
    retry: (count, error) => count < 2 && !("status" in error && Number(error.status) > 0),
  });
}

/** The session of a page that is only shown when signed in. */
export function useSignedIn(): Session {
  const { data } = useSession();
  if (!data) throw new Error("shown without a session");
  return data;
}

export const useConfig = (): Config => useSignedIn().config;

export function useRight(right: string): boolean {
  return useSignedIn().rights.includes(right);
}

/** Signing in; `again` keeps what is on the screen, for a session that ended under a half-filled form. */
export function useSignIn() {
  const cache = useQueryClient();
  return useCallback(
    async (login: string, password: string, again = false) => {
      const before = cache.getQueryData<Session>(SESSION_KEY);
      const session = await signIn(login, password);
      setCsrfToken(session.csrf_token);
      signedInMark.set();
      if (!again || before?.person.id !== session.person.id) {
        cache.clear();
        liveStore.forget();
        forgetPurpose();
      }
      cache.setQueryData(SESSION_KEY, session);
      sessionExpired.clear();
      if (again) await cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
    [cache],
  );
}

export function useSignOut() {
  const cache = useQueryClient();
  return useCallback(async () => {
    await signOut();
    signedInMark.clear();
    sessionExpired.clear();
    liveStore.forget();
    forgetPurpose();
    window.location.assign("/login");
    cache.clear();
  }, [cache]);
}
