import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { notify, unseen } from "../../desk/notify";

/** The browser's notifications: what was shown, and what it allows. */
class Shown {
  static permission: NotificationPermission = "granted";
  static all: Shown[] = [];
  onclick: (() => void) | null = null;
  closed = false;

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    Shown.all.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

let hidden: boolean;
let focused: boolean;
let opened: string[];
const tell = (text: string) => notify(text, () => opened.push(text));

beforeEach(() => {
  [hidden, focused, opened] = [true, false, []];
  [Shown.all, Shown.permission] = [[], "granted"];
  vi.stubGlobal("Notification", Shown);
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  vi.spyOn(document, "hasFocus").mockImplementation(() => focused);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("whether nobody looks", () => {
  test.each([
    { tab: true, window: false, expected: true },
    { tab: true, window: true, expected: true },
    { tab: false, window: false, expected: true },
    { tab: false, window: true, expected: false },
  ])("another tab: $tab, this window in front: $window", ({ tab, window, expected }) => {
    [hidden, focused] = [tab, window];
    expect(unseen()).toBe(expected);
  });
});

describe("a notification", () => {
  test("says what it is, and replaces one that says the same", () => {
    tell("New hand-over: Mara");
    expect(Shown.all).toMatchObject([{ title: "Frontdesk", options: { body: "New hand-over: Mara", tag: "New hand-over: Mara" } }]);
    expect(opened).toEqual([]);
  });

  test("leads into the desk when it is pressed, and goes", () => {
    const front = vi.spyOn(window, "focus").mockImplementation(() => undefined);
    tell("Mara wrote");
    tell("Theo wrote");
    Shown.all[1]?.onclick?.();
    expect(opened).toEqual(["Theo wrote"]);
    expect(front).toHaveBeenCalledOnce();
    expect(Shown.all.map((each) => each.closed)).toEqual([false, true]);
  });

  test("is not shown to who looks at the desk", () => {
    [hidden, focused] = [false, true];
    tell("New hand-over");
    expect(Shown.all).toEqual([]);
  });

  test.each(["denied", "default"] as const)("is not shown where the browser was not asked or said no: %s", (permission) => {
    Shown.permission = permission;
    tell("New hand-over");
    expect(Shown.all).toEqual([]);
  });

  test("is nothing in a browser that knows none", () => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(window, "Notification");
    expect(() => tell("New hand-over")).not.toThrow();
  });
});
