// The one door to the server: what it adds to requests and what it makes of refusals.
import { afterEach, describe, expect, it, vi } from "vitest";
import { answered, api, once, setCsrfToken, versioned } from "../src/api/client";
import { exportAddress, readPage } from "../src/api/list";
import { Problem } from "../src/api/problem";

function serverAnswers(status: number, body: unknown): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request);
    return new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/problem+json" },
    });
  });
  return seen;
}

afterEach(() => vi.unstubAllGlobals());

describe("requests", () => {
  it("carry the CSRF token, a one-time key and the row version when they change something", async () => {
    setCsrfToken("token");
    const seen = serverAnswers(200, { row_version: 4 });
    await answered(
      api.PATCH("/api/units/{unit_id}", {
        params: { path: { unit_id: "u" } },
        body: { name: "x" },
        headers: versioned(3, "key-1"),
      }),
    );
    const headers = seen[0]?.headers;
    expect(seen[0]?.url).toMatch(/\/api\/units\/u$/);
    expect(headers?.get("X-CSRF-Token")).toBe("token");
    expect(headers?.get("Idempotency-Key")).toBe("key-1");
    expect(headers?.get("If-Match")).toBe('"3"');
  });

  it("get a key of their own when the caller names none", async () => {
    const seen = serverAnswers(204, null);
    await answered(api.POST("/api/logout"));
    expect(seen[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
    expect(once("k")).toEqual({ "Idempotency-Key": "k" });
  });

  it("leave out filters that are not set", async () => {
    const seen = serverAnswers(200, { items: [] });
    await readPage("/api/orders", { q: "", state: ["a", "b"], mine: true, cursor: null });
    expect(new URL(seen[0]?.url ?? "").search).toBe("?state=a&state=b&mine=true");
    expect(exportAddress("/api/orders", { q: "x y" }, "csv")).toBe("/api/orders?q=x+y&format=csv");
  });
});

describe("refusals", () => {
  it("become problems with their code and parameters", async () => {
    serverAnswers(409, { code: "stale", params: { yours: 1, current: 2 }, status: 409, title: "", type: "" });
    await expect(answered(api.GET("/api/session"))).rejects.toMatchObject({
      status: 409,
      code: "stale",
      params: { yours: 1, current: 2 },
    });
  });

  it("of a silent or broken server are told apart", async () => {
    serverAnswers(502, "nothing of ours");
    await expect(answered(api.GET("/api/session"))).rejects.toMatchObject({ code: "server_unavailable" });
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("network");
    });
    await expect(answered(api.GET("/api/session"))).rejects.toBeInstanceOf(Problem);
  });
});
