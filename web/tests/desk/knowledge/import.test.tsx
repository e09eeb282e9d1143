import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Import, MOST_FILES, refusal } from "../../../desk/knowledge/Import";
import { knowledgeCalls } from "../../../desk/knowledge/calls";

const place = document.createElement("div");
const request = vi.fn();
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 20))));
const file = (name: string) => new File(["text"], name);
const bringIn = () => [...place.querySelectorAll("button")].find(({ textContent }) => textContent?.startsWith("Bring in"));

beforeEach(async () => {
  document.body.append(place);
  request.mockReset();
  await act(() => render(<Import calls={knowledgeCalls(request as never)} />, place));
});

afterEach(() => {
  render(null, place);
  place.remove();
});

async function drop(...files: File[]): Promise<void> {
  const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { dataTransfer: { files } });
  await act(() => void place.querySelector(".k-drop")?.dispatchEvent(event));
}

test("files are dropped, sent together, and each that was refused is named with its reason", async () => {
  request.mockResolvedValue({ created: ["a.md"], updated: [], unchanged: [], problems: [{ file: "b.md", problem: "title: is empty" }] });
  await drop(file("a.md"), file("b.md"), file("photo.png"));
  expect(place.textContent).toContain("2 files chosen: a.md, b.md");
  await act(() => bringIn()?.click());
  await settle();
  const [, path, { raw }] = request.mock.calls[0] as [string, string, { raw: FormData }];
  expect(path).toBe("/knowledge/import");
  expect(raw.getAll("files").map((each) => (each as File).name)).toEqual(["a.md", "b.md"]);
  expect(place.querySelector(".k-refused li")?.textContent).toBe("b.md title: is empty");
  expect(place.textContent).toContain("1 created, 0 changed, 0 as they were, 1 refused.");
});

test("what cannot be sent is told before it is sent", async () => {
  await drop(file("photo.png"));
  expect(place.querySelector("[role=alert]")?.textContent).toContain("None of these");
  await drop(file("a.md"), file("articles.zip"));
  expect(place.querySelector("[role=alert]")?.textContent).toContain("brought in alone");
  expect(bringIn()?.disabled).toBe(true);
  expect(refusal(Array.from({ length: MOST_FILES + 1 }, () => ({ name: "a.md" })))).toContain("one .zip");
  expect(refusal([{ name: "articles.zip" }])).toBe(null);
});

test("a refusal of the whole is told, and the files stay chosen", async () => {
  request.mockRejectedValue(new Error("gone"));
  await drop(file("articles.zip"));
  await act(() => bringIn()?.click());
  await settle();
  expect(place.querySelector("[role=alert]")?.textContent).toContain("could not be reached");
  expect(bringIn()?.disabled).toBe(false);
});
