/**
 * The way to the server's HTTP contract. Two errors, told apart by what the caller can do:
 *
 *   NetworkError  nothing is known to have arrived; the same request may be sent again with the same id
 *   ApiError      the server answered and says why: `code` for programs, `message` for people
 */
import { newId } from "./ids";

export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** The same request may succeed later without a change. */
  get retryable(): boolean {
    return this.status === 429 || this.status >= 500;
  }

  /** The token is no longer good, or the thing is gone for this reader. */
  get lost(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 404;
  }
}

export interface ApiOptions {
  /** Origin of the server, without a path. */
  base: string;
  /** Bearer token of this moment; null where a cookie speaks. */
  token?: () => string | null;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds until a request counts as not arrived. */
  timeout?: number;
}

export interface RequestOptions {
  body?: unknown;
  /** Sent as it is, in place of JSON. */
  raw?: Blob;
  query?: Record<string, string | number>;
  signal?: AbortSignal;
  timeout?: number;
  /** Bearer token in place of the usual one. */
  token?: string;
}

export interface Api {
  readonly base: string;
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
  /** The bytes at a path. */
  file(path: string): Promise<Blob>;
}

export const PREFIX = "/api/v1";

export function createApi(options: ApiOptions): Api {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function request<T>(method: string, path: string, call: RequestOptions = {}): Promise<T> {
    return ask(method, path, call, async (response) => {
      const text = await response.text();
      return (text ? JSON.parse(text) : null) as T;
    });
  }

  async function ask<T>(method: string, path: string, call: RequestOptions, read: (response: Response) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const abort = () => stop.abort();
    if (call.signal?.aborted) abort();
    call.signal?.addEventListener("abort", abort);
    const timer = setTimeout(abort, call.timeout ?? options.timeout ?? 15_000);
    try {
      const response = await send(address(options.base, path, call.query), {
        method,
        headers: headers(call.token ?? options.token?.() ?? null, call.body !== undefined),
        body: call.raw ?? (call.body === undefined ? null : JSON.stringify(call.body)),
        credentials: "same-origin",
        signal: stop.signal,
      });
      if (!response.ok) throw problem(response, await response.text());
      return await read(response);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new NetworkError("The server could not be reached.", { cause: error });
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", abort);
    }
  }

  return { base: options.base, request, file: (path) => ask("GET", path, { timeout: 60_000 }, (response) => response.blob()) };
}

/** Where the sockets of the same server are: its origin with ws in place of http. */
export function socketAddress(base: string, path: string, query?: Record<string, string | number>): string {
  return address(base, path, query).replace(/^http/, "ws");
}

/** The sub-protocols that carry the token, since a browser's socket has no headers. */
export function socketProtocols(token: string | null): string[] {
  return token ? ["frontdesk.v1", `bearer.${token}`] : ["frontdesk.v1"];
}

export function address(base: string, path: string, query?: Record<string, string | number>): string {
  const search = new URLSearchParams(Object.entries(query ?? {}).map(([key, value]) => [key, String(value)])).toString();
  return `${base}${PREFIX}${path}${search && `?${search}`}`;
}

function headers(token: string | null, json: boolean): Record<string, string> {
  return {
    Accept: "application/json",
    // One name for this request in every log that it reaches, the assistant's and the actions' included.
    "X-Request-Id": newId(),
    ...(json && { "Content-Type": "application/json" }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
}

function problem(response: Response, text: string): ApiError {
  return toProblem(response.status, text, response.headers.get("Retry-After"));
}

/** What an answer that is no success says. */
export function toProblem(status: number, text: string, retry: string | null): ApiError {
  const wait = Number(retry);
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  try {
    const { code, message, data, request_id } = JSON.parse(text);
    if (typeof code === "string" && typeof message === "string")
      return new ApiError(status, code, message, data ?? {}, request_id ?? null, retryAfter);
  } catch {
    // A proxy's own page: the status is all there is.
  }
  return new ApiError(status, "unexpected", `The server answered ${status}.`, {}, null, retryAfter);
}
