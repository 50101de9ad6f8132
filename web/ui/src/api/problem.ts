// What a refused request looks like in the page: the stable code and parameters of
// application/problem+json. Sentences for the codes live in src/text, never in the server.
export type ProblemParams = Record<string, unknown>;

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: ProblemParams = {},
    readonly title = "",
  ) {
    super(`${status} ${code}`);
  }
}

/** Turns an error body into a Problem; bodies that are none of ours keep only their status. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null) {
    const known = body as { code?: unknown; params?: unknown; title?: unknown };
    if (typeof known.code === "string") {
      const params = typeof known.params === "object" && known.params !== null ? known.params : {};
      const title = typeof known.title === "string" ? known.title : "";
      return new Problem(status, known.code, params as ProblemParams, title);
    }
  }
  return new Problem(status, status >= 500 ? "server_unavailable" : `http_${status}`);
}

/** The request never reached the server or no answer came back. */
export const unreachable = (): Problem => new Problem(0, "unreachable");
