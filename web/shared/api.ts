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

type Plain = string | number | boolean;
/** A list stands under its name once for each of its values; what is null or undefined is left out. */
export type Query = Readonly<Record<string, Plain | readonly Plain[] | null | undefined>>;

export interface RequestOptions {
  body?: unknown;
  /** Sent as it is, in place of JSON. */
  raw?: Blob | FormData;
  query?: Query;
  signal?: AbortSignal;
  timeout?: number;
  /** Bearer token in place of the usual one. */
  token?: string;
}

export interface Api {
  readonly base: string;
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
  /** The same for the bytes of a file. */
  file: Api["request"];
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
      if (!response.ok) throw toProblem(response.status, await response.text(), response.headers.get("Retry-After"));
      return await read(response);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new NetworkError("The server could not be reached.", { cause: error });
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", abort);
    }
  }

  return {
    base: options.base,
    request,
    file: (method, path, call) => ask(method, path, { timeout: 60_000, ...call }, (response) => response.blob() as Promise<never>),
  };
}

/** Where the sockets of the same server are: its origin with ws in place of http. */
export function socketAddress(base: string, path: string, query?: Query): string {
  return address(base, path, query).replace(/^http/, "ws");
}

/** The sub-protocols that carry the token, since a browser's socket has no headers. */
export function socketProtocols(token: string | null): string[] {
  return token ? ["frontdesk.v1", `bearer.${token}`] : ["frontdesk.v1"];
}

export function address(base: string, path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, String(each)]));
  const search = new URLSearchParams(pairs).toString();
  return `${base}${PREFIX}${path}${search && `?${search}`}`;
}

/** Where a call of the generated client would go: for a link or a picture that the browser itself fetches. */
export function addressOf(call: (request: Api["request"]) => unknown): string {
  let found = "";
  call(async (_, path, options) => {
    found = address("", path, options?.query);
    return undefined as never;
  });
  return found;
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
