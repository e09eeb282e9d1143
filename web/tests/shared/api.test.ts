import { describe, expect, test, vi } from "vitest";
import { ApiError, createApi, NetworkError, socketAddress, socketProtocols } from "../../shared/api";

const BASE = "https://desk.example";

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return vi.fn<typeof fetch>(async () => new Response(status === 204 ? null : text, { status, headers }));
}

describe("a request", () => {
  test("carries method, path, query, token and body", async () => {
    const fetch = answering(200, { ok: true });
    const api = createApi({ base: BASE, token: () => "t1", fetch });
    await expect(api.request("POST", "/x/y", { body: { a: 1 }, query: { after: 3 } })).resolves.toEqual({ ok: true });
    const [url, init] = fetch.mock.calls[0] as [string, RequestInit];
    expect(url).toBe("https://desk.example/api/v1/x/y?after=3");
    expect(init).toMatchObject({ method: "POST", body: '{"a":1}', credentials: "same-origin" });
    expect(init.headers).toMatchObject({ Authorization: "Bearer t1", "Content-Type": "application/json" });
  });

  test("has no token and no body where there is none", async () => {
    const fetch = answering(204, "");
    await expect(createApi({ base: BASE, token: () => null, fetch }).request("GET", "/x")).resolves.toBeNull();
    const headers = fetch.mock.calls[0]?.[1]?.headers as Record<string, string>;
    expect(headers).not.toHaveProperty("Authorization");
    expect(headers).not.toHaveProperty("Content-Type");
  });
});

describe("an error", () => {
  const failing = (fetch: typeof globalThis.fetch) =>
    createApi({ base: BASE, fetch }).request("GET", "/x").then(() => null, (error: unknown) => error);

  test("of the contract keeps code, sentence, data and request id", async () => {
    const body = { code: "choice_expired", message: "Too late.", data: { a: 1 }, request_id: "req_1" };
    const error = (await failing(answering(409, body))) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, code: "choice_expired", message: "Too late.", data: { a: 1 }, requestId: "req_1" });
    expect(error.retryable).toBe(false);
  });

  test.each([
    [429, true, false],
    [500, true, false],
    [503, true, false],
    [401, false, true],
    [404, false, true],
    [422, false, false],
  ])("%i: retryable %s, lost %s", async (status, retryable, lost) => {
    const error = (await failing(answering(status, { code: "c", message: "m" }))) as ApiError;
    expect([error.retryable, error.lost]).toEqual([retryable, lost]);
  });

  test("says when to come back", async () => {
    const error = (await failing(answering(429, { code: "too_many", message: "m" }, { "Retry-After": "7" }))) as ApiError;
    expect(error.retryAfter).toBe(7);
  });

  test("from a proxy's page is still an ApiError with the status", async () => {
    const error = (await failing(answering(502, "<html>Bad gateway</html>"))) as ApiError;
    expect(error).toMatchObject({ status: 502, code: "unexpected" });
  });

  test("of the network is told apart", async () => {
    expect(await failing(vi.fn(async () => Promise.reject(new TypeError("gone"))))).toBeInstanceOf(NetworkError);
  });

  test("of time: a server that never answers counts as not reached", async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
    const api = createApi({ base: BASE, fetch: never, timeout: 10 });
    await expect(api.request("GET", "/x")).rejects.toBeInstanceOf(NetworkError);
  });
});

describe("a socket", () => {
  test("has the server's address and carries the token as a sub-protocol", () => {
    expect(socketAddress(BASE, "/conversations/c/socket", { after: 4 })).toBe("wss://desk.example/api/v1/conversations/c/socket?after=4");
    expect(socketAddress("http://localhost:8000", "/desk/socket")).toBe("ws://localhost:8000/api/v1/desk/socket");
    expect(socketProtocols("t")).toEqual(["frontdesk.v1", "bearer.t"]);
    expect(socketProtocols(null)).toEqual(["frontdesk.v1"]);
  });
});
