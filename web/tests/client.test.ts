// @vitest-environment node
/** The generated client: what it sends, and what it lets nobody send. */
import { expect, test } from "vitest";
import * as client from "../contract/client";
import { type Api, addressOf, createApi } from "../shared/api";

function wire(answer: unknown = {}) {
  const asked: { method: string | undefined; address: string; body: unknown }[] = [];
  const fetch = (async (address: string | URL, init?: RequestInit) => {
    asked.push({ method: init?.method, address: String(address), body: init?.body });
    return new Response(answer === null ? null : JSON.stringify(answer), { status: answer === null ? 204 : 200 });
  }) as typeof globalThis.fetch;
  return { asked, request: createApi({ base: "http://front.desk", fetch }).request };
}

test("a call is its method, its path with what stands in it, its query and its body", async () => {
  const { asked, request } = wire({ seq: 4 });
  const { seq } = await client.sendMessage(request, "c/1 ?", { body: { client_message_id: "m", text: "Hi" } });
  expect(seq).toBe(4);
  await client.articleImpact(request, "dogs", { query: { version: 2, withdraw: true } });
  expect(asked).toEqual([
    {
      method: "POST",
      address: "http://front.desk/api/v1/conversations/c%2F1%20%3F/messages",
      body: '{"client_message_id":"m","text":"Hi"}',
    },
    { method: "GET", address: "http://front.desk/api/v1/articles/dogs/impact?version=2&withdraw=true", body: null },
  ]);
});

test("a list stands in the query once for each of its values, and what is null or undefined not at all", async () => {
  const { asked, request } = wire();
  await client.answerQuestion(request, { query: { q: "a&b", history: ["one", "two"], locale: undefined } });
  await client.getArticle(request, "dogs", { query: { version: null } });
  await client.answerQuestion(request, { query: { q: "", history: [] } });
  expect(asked.map(({ address }) => address.split("/api/v1")[1])).toEqual([
    "/knowledge/answer?q=a%26b&history=one&history=two",
    "/articles/dogs",
    "/knowledge/answer?q=",
  ]);
});

test("an answer without a body is null", async () => {
  const { request } = wire(null);
  await expect(client.dropPicture(request)).resolves.toBeNull();
});

test("the address of a call can be had without asking it", () => {
  expect(addressOf((request) => client.getPicture(request, "agt 1"))).toBe("/api/v1/agents/agt%201/picture");
  expect(addressOf((request) => client.listTrends(request, { query: { format: "csv" } }))).toBe("/api/v1/insights/trends?format=csv");
});

/** Never called: that each of these is an error is checked by `npm run typecheck`. */
export const refused = (request: Api["request"]) => [
  // @ts-expect-error a body without one of its fields
  client.signIn(request, { body: { email: "ana@example.com" } }),
  // @ts-expect-error a field that the contract does not know
  client.closeHandoff(request, "h", { body: { outcome: "resolved", cause: "x", reason: "y" } }),
  // @ts-expect-error a value that the contract does not know
  client.choosePresence(request, { body: { state: "asleep" } }),
  // @ts-expect-error no body where one is needed
  client.addNote(request, "h"),
  // @ts-expect-error a query without what it needs
  client.searchHelp(request, { query: { locale: "en" } }),
  // @ts-expect-error a query where there is none
  client.listTeam(request, { query: { q: "ana" } }),
  // @ts-expect-error JSON where the body is a file
  client.keepPicture(request, { body: {} }),
  // @ts-expect-error nothing for what stands in the path
  client.acceptHandoff(request),
  // @ts-expect-error what the answer does not have
  client.whoAmI(request).then((me) => me.password),
];
