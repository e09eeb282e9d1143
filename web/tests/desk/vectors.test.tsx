import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { render } from "preact";
import { expect, test } from "vitest";
import type { Desk } from "../../desk/controller";
import { Mood } from "../../desk/components/Mood";
import { PacketPanel } from "../../desk/components/PacketPanel";
import { Story } from "../../desk/components/Story";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { Fact, FactOf, HandoffDetail, Packet, PacketStep } from "../../shared/types";

const folder = join(process.cwd(), "../tests/contract/vectors");
const there = existsSync(folder);
const vector = <T,>(name: string) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as { value: T }).value;

function page(content: preact.VNode): HTMLElement {
  const place = document.createElement("div");
  render(content, place);
  return place;
}

function drawn(content: preact.VNode): string {
  return page(content).textContent ?? "";
}

function packetText(name: string): string {
  const detail = { packet: vector<Packet>(name), events: [] } as unknown as HandoffDetail;
  return drawn(<PacketPanel desk={{ calls: { summary: () => new Promise(() => {}) } } as unknown as Desk} detail={detail} owed={null} />);
}

test.runIf(there)("the golden packet is shown with its four lines and what is missing", () => {
  const packet = vector<Packet>("packet.json");
  const text = packetText("packet.json");
  const { problem, tried, wants, next_best_action } = packet.summary;
  for (const line of [problem, tried, wants, next_best_action]) expect(text).toContain(line);
  for (const operation of packet.operations) expect(text).toContain(operation.summary);
});

test.runIf(there)("what the assistant ran into is told in words", () => {
  const packet = { ...vector<Packet>("packet.json"), tried: [{ seq: 3, kind: "failure", text: "out_of_time" }] };
  const detail = { packet, events: [] } as unknown as HandoffDetail;
  const text = drawn(<PacketPanel desk={{ calls: { summary: () => new Promise(() => {}) } } as unknown as Desk} detail={detail} owed={null} />);
  expect(text).toContain("It did not answer in time");
  expect(text).not.toContain("out_of_time");
});

test.runIf(there)("the golden packet is shown with all that it knows", () => {
  const packet = vector<Packet>("packet.json");
  const text = packetText("packet.json");
  const { questions = [], need, customer, routing, why, advice, ids } = packet;
  for (const { text: asked, answer } of questions) expect(text).toContain(`${asked} → ${answer}`);
  expect(text).toContain(`Deadline: ${need.deadline?.value}`);
  expect(text).toContain(String(customer.accessibility?.value));
  expect(text).toContain(`${customer.email} · confirmed`);
  for (const reported of [customer.locale, customer.page_url, "phone"]) expect(text).toContain(`${reported} · reported by the browser`);
  expect(text).toContain("prepared, not done · nothing has changed · approval wanted");
  expect(text).toContain("offer (frustration rising)");
  expect(text).toContain("number 1 · about 2 minutes");
  expect(text).toContain(routing.text_shown);
  expect(text).toContain(routing.skills?.[0]);
  expect(text).toContain(advice.hand_back);
  expect(text).toContain("transcript (3)");
  expect(text).toContain("Card number taken out (1)");
  expect(text).toContain(ids.knowledge_version);
  expect(text).toContain(why.evidence?.[0]?.text);
  expect(text).not.toMatch(/undefined|null/);
});

test.runIf(there)("a packet of a conversation in which nothing was said is shown whole", () => {
  const text = packetText("packet_empty.json");
  for (const line of ["The customer has not written anything yet.", "Nothing yet.", "Say hello and ask what they need"]) expect(text).toContain(line);
  expect(text).toContain("not verified");
  expect(text).not.toMatch(/undefined|null|NaN/);
});

test.runIf(there)("a packet names what did not fit into it", () => {
  const [gone] = vector<Packet>("packet_overflow.json").overflow ?? [];
  expect(packetText("packet_overflow.json")).toContain(`transcript (${gone?.items})`);
});

test.runIf(there)("the mood is told for each turn, as a line and in words", () => {
  const { mood } = vector<Packet>("packet.json");
  const place = page(<Mood mood={{ ...mood, frustration: [0.2, 0.95, 0.5], turns: 3, prior_contacts: 2 }} />);
  const line = place.querySelector("svg[role=img]");
  expect(line?.getAttribute("aria-label")).toBe("Frustration from 0.20 to 0.50 over 3 messages, highest 0.95");
  const heights = (line?.querySelector("polyline")?.getAttribute("points") ?? "").split(" ").map((point) => Number(point.split(",")[1]));
  expect(heights).toHaveLength(3);
  const [first = 0, worst = 0, last = 0] = heights;
  expect(worst).toBeLessThan(last);
  expect(last).toBeLessThan(first);
  expect(place.querySelector("p")?.textContent).toBe("3 turns · 1 rephrasing · 5 minutes · 2 earlier contacts about this");

  const once = page(<Mood mood={{ ...mood, frustration: [0.2], turns: 1, rephrasings: 0, minutes: 0.4, prior_contacts: 0 }} />);
  expect(once.querySelector("svg")).toBeNull();
  expect(once.textContent).toBe("1 turn");
});

test.runIf(there).each([
  [{ intent: "order_status", confidence: 0.87 }, "Understood “order status”, quite sure (87 %) → handed over"],
  [{ intent: "order_status", confidence: 0.2 }, "Understood “order status”, not sure (20 %) → handed over"],
  [{ intent: "order_status", confidence: null }, "Understood “order status” → handed over"],
  [{ intent: null, confidence: null }, "No intent recognised → handed over"],
])("a turn says what the assistant understood and how sure it was: %o", (read, told) => {
  const triage = vector<Fact>("event.triage.decided.json") as FactOf<"triage.decided">;
  const fact = { ...triage, seq: 1, data: { ...triage.data, ...read } };
  const place = page(<Story conversation={reduceAll(EMPTY, [fact])} customer="Mara" names={(author) => author} onRetry={() => {}} />);
  expect(place.querySelector("summary")?.textContent).toBe(told);
  expect(place.querySelector("details p")?.textContent).toBe("frustration 0.91, complexity 0.25, rule frustration over threshold");
  expect(place.querySelector(".evidence")?.textContent).toContain("rephrase: “asked the same again” · message 5");
});

test.runIf(there)("what was looked up stands in the packet, and in the story with its turn", () => {
  const packet = vector<Packet>("packet.json");
  const panel = packetText("packet.json");
  const lookups = packet.tried.filter((step) => step.kind === "lookup");
  expect(lookups).toHaveLength(1);
  expect(panel).toContain(`Looked up ${lookups[0]?.text}`);

  const triage = vector<Fact>("event.triage.decided.json") as FactOf<"triage.decided">;
  const tried = lookups.map((step) => ({ ...step, seq: triage.data.reply_to[0] ?? 0 }));
  const told = (steps: PacketStep[]) =>
    drawn(<Story conversation={reduceAll(EMPTY, [{ ...triage, seq: 1 }])} customer="Mara" names={(author) => author} onRetry={() => {}} tried={steps} />);
  expect(told(tried)).toContain(`looked up ${lookups[0]?.text}`);
  expect(told(lookups.map((step) => ({ ...step, seq: 99 })))).not.toContain("looked up");
});

test.runIf(there)("every golden event can be told in the story", () => {
  const facts = readdirSync(folder)
    .filter((name) => name.startsWith("event."))
    .map((name) => vector<Fact>(name))
    .sort((one, other) => one.seq - other.seq);
  const conversation = reduceAll(EMPTY, facts);
  const text = drawn(<Story conversation={conversation} customer="Mara" names={(author) => author} onRetry={() => {}} />);
  for (const fact of facts) {
    const { text: words } = fact.data as { text?: string };
    if (words && fact.type !== "message.sent") expect(text).toContain(words);
  }
});
