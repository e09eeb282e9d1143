import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { render } from "preact";
import { expect, test } from "vitest";
import type { Desk } from "../../desk/controller";
import { PacketPanel } from "../../desk/components/PacketPanel";
import { Story } from "../../desk/components/Story";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { Fact, FactOf, HandoffDetail, Packet, PacketStep } from "../../shared/types";

const folder = join(process.cwd(), "../tests/contract/vectors");
const there = existsSync(folder);
const vector = <T,>(name: string) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as { value: T }).value;

function drawn(content: preact.VNode): string {
  const place = document.createElement("div");
  render(content, place);
  return place.textContent ?? "";
}

test.runIf(there)("the golden packet is shown with its four lines and what is missing", () => {
  const packet = vector<Packet>("packet.json");
  const detail = { packet, events: [] } as unknown as HandoffDetail;
  const text = drawn(<PacketPanel desk={{ calls: { summary: () => new Promise(() => {}) } } as unknown as Desk} detail={detail} owed={null} />);
  const { problem, tried, wants, next_best_action } = packet.summary;
  for (const line of [problem, tried, wants, next_best_action]) expect(text).toContain(line);
  for (const operation of packet.operations) expect(text).toContain(operation.summary);
});

test.runIf(there)("the golden packet is shown with all that it knows", () => {
  const packet = vector<Packet>("packet.json");
  const detail = { packet, events: [] } as unknown as HandoffDetail;
  const text = drawn(<PacketPanel desk={{ calls: { summary: () => new Promise(() => {}) } } as unknown as Desk} detail={detail} owed={null} />);
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

test.runIf(there)("what was looked up stands in the packet, and in the story with its turn", () => {
  const packet = vector<Packet>("packet.json");
  const detail = { packet, events: [] } as unknown as HandoffDetail;
  const panel = drawn(<PacketPanel desk={{ calls: { summary: () => new Promise(() => {}) } } as unknown as Desk} detail={detail} owed={null} />);
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
