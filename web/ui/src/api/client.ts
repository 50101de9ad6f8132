// The one door to the server: a client typed by the server's own description (openapi.json). Adds the CSRF
// token and a one-time key to unsafe requests and turns every refusal into a Problem.
import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemFrom, unreachable } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

let csrfToken = "";

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") {
      request.headers.set("X-CSRF-Token", csrfToken);
      if (!request.headers.has("Idempotency-Key"))
        request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(guard);

/** Repeats of one user action carry the same key, so a retry never does it twice. */
export const once = (key: string): Record<string, string> => ({ "Idempotency-Key": key });

/** The row version an edit started from; the server answers 409 `stale` when it has moved on. */
export const versioned = (rowVersion: number, key: string): Record<string, string> => ({
  "If-Match": `"${rowVersion}"`,
  ...once(key),
});

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer as the caller names it: what is asked is checked by the client, refusals become Problems. */
export async function answered<Data>(asked: Promise<Answer>): Promise<Data> {
  let answer: Answer;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!answer.response.ok) throw problemFrom(answer.response.status, answer.error);
  return answer.data as Data;
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem;
