// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const web = fileURLToPath(new URL("../", import.meta.url));
const sources = ["widget", "desk", "shared", "demo"].flatMap((folder) =>
  readdirSync(join(web, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
);
const read = (name: string) => readFileSync(join(web, name), "utf8");

describe("house rules", () => {
  test.each(sources.filter((name) => name.endsWith(".tsx")))("%s is a component of at most 250 lines", (name) => {
    expect(read(name).split("\n").length - 1).toBeLessThanOrEqual(250);
  });

  test.each(sources)("%s makes no markup out of text and runs no text as code", (name) => {
    expect(read(name)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/);
  });

  test.each(sources)("%s keeps to the arrows: pages use shared and the contract, never each other", (name) => {
    const imports = [...read(name).matchAll(/from "(\.[^"]+)"/g)].map(([, target]) => join(name, "..", target as string));
    const own = name.split("/")[0] as string;
    for (const target of imports) expect([own, "shared", "contract"]).toContain(target.split("/")[0]);
  });

  test.each(sources.filter((name) => !/^shared.api\.ts$|^widget.Portrait\.tsx$/.test(name)))("%s writes no path of the contract by hand", (name) => {
    expect(read(name)).not.toMatch(/\brequest(<[^(]*>)?\(\s*["'`]|\/api\/v1\//);
  });

  test("the lock file names no place that packages come from", () => {
    const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }> };
    for (const [name, entry] of Object.entries(lock.packages)) {
      expect(entry.resolved, name).toBeUndefined();
      if (name) expect(entry.integrity, name).toMatch(/^sha512-/);
    }
    expect(read(".npmrc")).not.toMatch(/:\/\//);
  });

  test("no page speaks to another host on its own", () => {
    for (const name of sources) expect(read(name).replace(/http:\/\/www\.w3\.org\/2000\/svg|https:\/\/host\.invalid/g, "")).not.toMatch(/["'`]https?:\/\//);
  });
});
