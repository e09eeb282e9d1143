// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
// @ts-expect-error plain JavaScript, shared with the generator
import { clientCalls, eventTypes, routeTypes } from "../scripts/contract.mjs";
import { EMPTY, hasGap, reduceAll } from "../shared/reduce";
import type { Fact } from "../shared/types";

const contract = new URL("../contract/", import.meta.url);
const vectors = new URL("../../tests/contract/vectors/", import.meta.url);
const read = (name: string, folder = contract) => readFileSync(new URL(name, folder), "utf8");

describe("what is generated is what the schemas make", () => {
  test("events.ts", async () => {
    expect(await eventTypes(JSON.parse(read("events.schema.json")))).toBe(read("events.ts"));
  });

  test("openapi.ts", async () => {
    expect(await routeTypes(JSON.parse(read("openapi.json")))).toBe(read("openapi.ts"));
  });

  test("client.ts", () => {
    expect(clientCalls(JSON.parse(read("openapi.json")))).toBe(read("client.ts"));
  });
});

type Vector = { shape: string; value: unknown };
const golden = readdirSync(vectors).filter((name) => name.endsWith(".json")).map((name) => JSON.parse(read(name, vectors)) as Vector);
const shaped = <T>(shape: string) => golden.filter((vector) => vector.shape === shape).map(({ value }) => value as T);

describe("golden vectors", () => {
  const facts = shaped<Fact>("Envelope").sort((one, other) => one.seq - other.seq);
  const known = Object.keys(JSON.parse(read("events.schema.json")).properties.events.properties);

  test("there is one of every event type that the pages know, and none besides", () => {
    expect(facts.map(({ type }) => type).sort()).toEqual(known.sort());
  });

  test("together they fold into a conversation without a gap", () => {
    const state = reduceAll(EMPTY, facts);
    expect(hasGap(state)).toBe(false);
    expect(state.facts).toEqual(facts);
    expect(state.agents).toEqual({ agt_1: "Ana" });
  });
});
