// @vitest-environment node
/** Every call that a page can make is a route of the contract. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deskCalls } from "../desk/calls";
import { insightsCalls } from "../desk/insights/calls";
import { knowledgeCalls } from "../desk/knowledge/calls";
import { qualityCalls } from "../desk/quality/calls";
import { teamCalls } from "../desk/team/calls";
import { createApi } from "../shared/api";
import { customerCalls } from "../widget/calls";

const BASE = "http://front.desk";
const contract = new URL("../contract/openapi.json", import.meta.url);

/** Stands for whatever a call wants to be given. */
const something: any = new Proxy(() => something, {
  get: (_, name) => {
    if (name === Symbol.toPrimitive) return (kind: string) => (kind === "number" ? 7 : "x");
    if (name === "toString") return () => "x";
    if (name === Symbol.iterator) return [][Symbol.iterator];
    return name === "aborted" || name === "then" ? undefined : something;
  },
  ownKeys: () => ["prototype"],
});

/** Calls everything that `make` offers; the method and path of what was sent. */
async function sent(make: (fetch: typeof globalThis.fetch) => object): Promise<string[]> {
  const asked: string[] = [];
  const fetch = (async (address: string | URL, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${new URL(address).pathname}`);
    return new Response("{}", { status: 200 });
  }) as typeof globalThis.fetch;
  for (const [name, call] of Object.entries(make(fetch))) {
    // What makes addresses asks nothing; what is given to the makers of calls is theirs to name.
    if (typeof call !== "function" || name === "request") continue;
    try {
      await call(something, something, something, something, something);
    } catch {
      // an answer of "{}" is not what most of them wait for
    }
  }
  return asked;
}

describe.runIf(existsSync(contract))("every call is a route of the contract", () => {
  const paths: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(contract, "utf8")).paths;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => new RegExp(`^${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, "[^/]+")}$`)),
  );

  test.each([
    ["desk", (fetch: typeof globalThis.fetch) => deskCalls(BASE, fetch), 40],
    ["knowledge", (fetch: typeof globalThis.fetch) => knowledgeCalls(createApi({ base: BASE, fetch }).request), 20],
    ["quality", (fetch: typeof globalThis.fetch) => qualityCalls(createApi({ base: BASE, fetch }).request), 9],
    ["insights", (fetch: typeof globalThis.fetch) => insightsCalls(createApi({ base: BASE, fetch }).request), 5],
    ["team", (fetch: typeof globalThis.fetch) => teamCalls(createApi({ base: BASE, fetch }).request), 4],
    ["widget", (fetch: typeof globalThis.fetch) => customerCalls(BASE, fetch), 12],
  ] as const)("%s", async (_, make, fewest) => {
    const asked = await sent(make);
    expect(asked.length).toBeGreaterThanOrEqual(fewest);
    expect(asked.filter((call) => !routes.some((route) => route.test(call)))).toEqual([]);
  });
});
