import { render } from "preact";
import { describe, expect, test } from "vitest";
import { Whisker } from "../../desk/insights/Breakdown";
import type { Figure, Standing, Summary } from "../../desk/insights/calls";
import { FigureTable } from "../../desk/insights/FigureTable";
import { Strata } from "../../desk/insights/Judge";
import { behind, csvOfList, listedOf, listQuery, type Scope, sharing } from "../../desk/insights/scope";
import { Counts, Tallies } from "../../desk/insights/Tallies";

const WEB: Scope = { days: 7, only: { by: "channel", value: "web" } };
const NOW = Date.parse("2026-03-09T10:30:00Z");

const figure = (more: Partial<Figure>): Figure => ({
  name: "wait",
  title: "Wait",
  value: 90,
  interval_95: [60, 100],
  method: "order statistics",
  hits: 12,
  n: 12,
  unit: "seconds",
  denominator: "answered by a colleague",
  note: "",
  target: null,
  wanted: null,
  ...more,
});

function drawn(content: preact.VNode): HTMLElement {
  const place = document.createElement("div");
  render(content, place);
  return place;
}

const links = (place: HTMLElement) => [...place.querySelectorAll("a")].map((each) => each.getAttribute("href"));
const lists = (place: HTMLElement) => links(place).flatMap((each) => (each?.startsWith("#") ? [each] : []));
const asked = (address: string) => {
  const listed = listedOf(address);
  return listed && listQuery(WEB, listed, NOW);
};

describe("every number opens its episodes", () => {
  test.each(["seconds", "points 1 to 7, 7 = easy", "share"])("a figure in %s", (unit) => {
    const place = drawn(<FigureTable figures={[figure({ unit })]} scope={WEB} csv="" />);
    expect(links(place)).toEqual(expect.arrayContaining([behind("wait", WEB), behind("wait", WEB, "all")]));
  });

  test("a figure without labels is a sentence and no number", () => {
    const place = drawn(<FigureTable figures={[figure({ value: null, interval_95: null, hits: 0, n: 0, note: "not labelled yet" })]} scope={WEB} csv="" />);
    expect(place.querySelector("td")?.textContent).toBe("not labelled yet");
  });

  test("what is tallied", () => {
    const rows = { handover_reasons: [{ key: "policy", n: 2 }], contact_drivers: [], queues: [], excluded: [{ key: "test", n: 1 }], silence_reasons: [{ key: "it rests on an article", n: 3 }] };
    const place = drawn(<Tallies summary={rows as unknown as Summary} scope={WEB} />);
    expect(lists(place).map((each) => asked(each))).toEqual([
      { since: "2026-03-02T10:00:00.000Z", channel: "web", metric: "handover", part: "all", reason: "policy" },
      { since: "2026-03-02T10:00:00.000Z", channel: "web", metric: "silence", part: "hits", because: "it rests on an article" },
      { since: "2026-03-02T10:00:00.000Z", channel: "web", exclusion: "test" },
    ]);
  });
});

describe("what became of issues", () => {
  test("each cell opens its own", () => {
    const counts = [
      { key: "resolved/confirmed", n: 4 },
      { key: "unresolved/none", n: 1 },
    ];
    const place = drawn(<Counts summary={{ counts } as unknown as Summary} scope={WEB} />);
    const cells = [...place.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
    expect(cells).toEqual([
      ["resolved", "4", "0"],
      ["unresolved", "0", "1"],
    ]);
    expect(asked(lists(place)[0] ?? "")).toMatchObject({ metric: "handover", part: "all", status: "resolved", evidence: "confirmed" });
  });
});

test("an interval is drawn, and only where there is one", () => {
  const whisker = (interval_95: [number, number] | null) => drawn(<Whisker row={{ value: 0.5, interval_95 }} />).querySelector("path")?.getAttribute("d");
  expect(whisker([0.25, 0.75])).toBe("M30 6H90M30 3V9M90 3V9");
  expect(whisker(null)).toBeUndefined();
});

test("a list of a definition is a table too", () => {
  const listed = listedOf("#/insights/episodes?definition=intercom&side=counted");
  expect(listed && csvOfList(WEB, listed)).toMatch(/^\/api\/v1\/insights\/definitions\/intercom\/episodes\?format=csv&most=10000&.*side=counted/);
});

describe("a list of one day", () => {
  test("is that day", () => {
    const address = behind("resolution", WEB, "all", { by: "day", value: "2026-03-04" });
    expect(asked(address)).toEqual({ since: "2026-03-04T00:00:00.000Z", until: "2026-03-05T00:00:00.000Z", channel: "web", metric: "resolution", part: "all" });
  });

  test("begins where the scope does", () => {
    const address = behind("resolution", WEB, "hits", { by: "day", value: "2026-03-02" });
    expect(asked(address)).toMatchObject({ since: "2026-03-02T10:00:00.000Z", until: "2026-03-03T00:00:00.000Z" });
  });
});

test("how far judge and people agree stands beside its labels, by need and language", () => {
  const agreement = { pairs: 12, share: 0.75, kappa: 0.5, low: 0.1, high: 0.8 };
  const strata = [
    { dimension: "intent", value: "order_status", labels: 15, agreement },
    { dimension: "language", value: "de", labels: 1, agreement: { pairs: 0, share: null, kappa: null, low: null, high: null } },
  ];
  const place = drawn(<Strata made={{ strata } as unknown as NonNullable<Standing["calibration"]>} />);
  const rows = [...place.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
  expect(rows).toEqual([
    ["need: order status", "15", "75 % of 12"],
    ["language: de", "1", "– of 0"],
  ]);
});

test("what is no list is none", () => {
  expect(listedOf("#/insights?days=7")).toBeNull();
  expect(listedOf(sharing({ by: "queue", value: "returns desk" }, WEB))?.common).toEqual({ by: "queue", value: "returns desk" });
});
