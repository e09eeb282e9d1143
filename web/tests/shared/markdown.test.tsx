import { render } from "preact";
import { describe, expect, test } from "vitest";
import { Markdown } from "../../shared/Markdown";
import { parseMarkdown, plainText, safeHref } from "../../shared/markdown";

const BASE = "https://desk.example";

function drawn(text: string): HTMLElement {
  const place = document.createElement("div");
  render(<Markdown text={text} base={BASE} />, place);
  return place;
}

describe("what is drawn", () => {
  test("paragraphs, line breaks, lists, bold and links", () => {
    const place = drawn("One\ntwo **three**\n\n- a\n- b\n\n1. x\n2) y\n\nSee [the rules](/help/rules).");
    expect(place.innerHTML).toBe(
      "<p>One<br>two <strong>three</strong></p><ul><li>a</li><li>b</li></ul><ol><li>x</li><li>y</li></ol>" +
        '<p>See <a href="https://desk.example/help/rules" target="_blank" rel="noopener noreferrer">the rules</a>.</p>',
    );
  });

  test("a bare address is a link without the full stop behind it", () => {
    const link = drawn("Track it at https://track.example/a?b=1.").querySelector("a");
    expect(link?.getAttribute("href")).toBe("https://track.example/a?b=1");
    expect(link?.textContent).toBe("https://track.example/a?b=1");
  });

  test("a heading becomes a bold line", () => {
    expect(drawn("## Costs").innerHTML).toBe("<p><strong>Costs</strong></p>");
  });

  test("a screen reader hears the words alone", () => {
    expect(plainText("You have **30 days**.\n\n- See [rules](/r)")).toBe("You have 30 days. See rules");
  });
});

const ATTACKS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "**<img src=x onerror=alert(1)>**",
  "- <iframe src=javascript:alert(1)>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:msgbox(1))",
  "[x](file:///etc/passwd)",
  "[x](blob:https://desk.example/1)",
  '[x](https://e.example/" onmouseover="alert(1))',
  "[<img src=x onerror=alert(1)>](https://e.example)",
  'https://e.example/"onmouseover="alert(1)',
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "# <style>*{display:none}</style>",
  "[a](https://e.example)[b](javascript:alert(1))",
  "1. [x](javascript&colon;alert(1))",
];

test("words that were erased are no words, and no error", () => {
  expect(drawn(undefined as unknown as string).innerHTML).toBe("");
});

describe("nothing that is written becomes markup", () => {
  test.each(ATTACKS)("%s", (attack) => {
    const place = drawn(attack);
    const allowed = new Set(["P", "BR", "UL", "OL", "LI", "STRONG", "A"]);
    for (const element of place.querySelectorAll("*")) {
      expect(allowed).toContain(element.tagName);
      for (const { name, value } of element.attributes) {
        expect(["href", "target", "rel"]).toContain(name);
        if (name === "href") expect(["http:", "https:"]).toContain(new URL(value).protocol);
      }
    }
  });

  test("text stays what was written", () => {
    expect(drawn("<b>not bold</b>").textContent).toBe("<b>not bold</b>");
  });

  test("long and nasty input is read in linear time", () => {
    const began = performance.now();
    for (const part of ["**", "[", "[a](", "- ", "https://", "\n", "*", "#"]) parseMarkdown(part.repeat(5_000), BASE);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("where a link may lead", () => {
  test.each([
    ["/help/returns", "https://desk.example/help/returns"],
    ["https://other.example/", "https://other.example/"],
    ["//other.example/x", "https://other.example/x"],
    ["javascript:alert(1)", null],
    [" javascript:alert(1)", null],
    ["mailto:a@b.example", null],
    ["https://", null],
  ])("%s", (href, expected) => {
    expect(safeHref(href, BASE)).toBe(expected);
  });
});
