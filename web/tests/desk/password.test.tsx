import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { COMMANDS, findCommands, ready } from "../../desk/commands";
import { PasswordDialog } from "../../desk/components/PasswordDialog";
import type { Desk } from "../../desk/controller";
import { DeskServer, ME } from "./server";

const ROUTE = "PUT /agents/me/password";
let server: DeskServer;
let desk: Desk;
const place = document.createElement("div");
const settle = () => act(async () => void (await vi.advanceTimersByTimeAsync(200)));
const field = (name: string) => place.querySelector<HTMLInputElement>(`[name="${name}"]`);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new DeskServer();
  desk = await server.signIn();
  desk.ask("password");
  document.body.append(place);
  await act(() => render(<PasswordDialog desk={desk} email={ME.email} />, place));
});

afterEach(() => {
  render(null, place);
  place.remove();
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function fill(current: string, fresh: string, twice = fresh): Promise<void> {
  for (const [name, value] of Object.entries({ current, new: fresh, twice })) {
    const input = field(name);
    if (!input) throw new Error(name);
    await act(() => {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  place.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settle();
}

test("it is among the commands, everywhere in the desk", () => {
  const names = findCommands(ready(COMMANDS, desk.store.get(), false), "change password").map(({ id }) => id);
  expect(names).toEqual(["password"]);
});

test("two that do not match are not sent", async () => {
  await fill("old", "seven quiet lighthouses", "seven quiet lighthouse");
  expect(server.asked).not.toContain(ROUTE);
  expect(field("twice")?.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field("twice"));
});

test("what is refused is said beside its field, and nobody is signed out for it", async () => {
  const refusal = { code: "wrong_password", message: "That is not your password now.", data: { field: "current" } };
  server.acts[ROUTE] = () => new Response(JSON.stringify(refusal), { status: 422 });
  await fill("wrong", "seven quiet lighthouses");
  const [alert] = place.querySelectorAll('[role="alert"]');
  expect(alert?.textContent).toBe(refusal.message);
  expect(field("current")?.getAttribute("aria-describedby")).toBe(alert?.id);
  expect(document.activeElement).toBe(field("current"));
  expect(desk.store.get()).toMatchObject({ dialog: "password", signedIn: { status: "in" } });
});

test("once it is changed the window closes and says so", async () => {
  server.acts[ROUTE] = () => ({});
  await fill("old", "seven quiet lighthouses");
  expect(server.asked).toContain(ROUTE);
  expect(desk.store.get().dialog).toBeNull();
  expect(desk.store.get().toasts.at(-1)?.text).toMatch(/^Your password is changed/);
});
