import { render } from "preact";
import { expect, test } from "vitest";
import { Rendered } from "../../../desk/knowledge/Rendered";

function drawn(html: string): HTMLElement {
  const place = document.createElement("div");
  render(<Rendered html={html} />, place);
  return place;
}

test("the help page's markup is drawn as it came", () => {
  const place = drawn('<h2 id="a">How?</h2><ol start="3"><li>Wash <strong>cold</strong></li></ol><div class="table"><table><tbody><tr><td>1</td></tr></tbody></table></div>');
  expect(place.querySelector("h2")?.textContent).toBe("How?");
  expect(place.querySelector("ol")?.getAttribute("start")).toBe("3");
  expect(place.querySelector("strong")?.textContent).toBe("cold");
  expect(place.querySelector(".prose-table td")?.textContent).toBe("1");
});

test.each([
  "<script>window.bad = 1</script><p>fine</p>",
  '<img src="https://bad.example/x" onerror="window.bad = 1"><p>fine</p>',
  '<p onclick="window.bad = 1">fine</p>',
  "<object data='x'></object><p>fine</p>",
  "<style>* { display: none }</style><p>fine</p>",
  '<svg><a href="javascript:window.bad=1"><text>fine</text></a></svg>',
])("nothing acts that slipped through the cleaning: %s", (html) => {
  const place = drawn(html);
  expect(place.textContent).toBe("fine");
  expect(place.querySelector("script, img, object, style, svg")).toBeNull();
  for (const node of place.querySelectorAll("*")) expect(node.getAttributeNames().filter((name) => name.startsWith("on"))).toEqual([]);
});

test("links lead to the help centre or over https, in a new page, and nowhere else", () => {
  const place = drawn('<a href="https://shop.example/x">one</a><a href="/help/returns#how">two</a><a href="javascript:alert(1)">three</a><a href="#top">four</a>');
  const links = [...place.querySelectorAll("a")].map((link) => link.getAttribute("href"));
  expect(links).toEqual(["https://shop.example/x", "/help/returns#how", null, null]);
  expect(place.querySelector("a")?.getAttribute("rel")).toBe("noopener noreferrer");
});
