/** Imports go one way: no file needs, by whatever way round, what needs it. Types count, and parts that are fetched later. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const WEB = join(__dirname, "..");
const FOLDERS = ["desk", "demo", "shared", "widget"].filter((name) => existsSync(join(WEB, name)));

function files(): string[] {
  const all = FOLDERS.flatMap((folder) => readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)));
  return all.filter((name) => /\.tsx?$/.test(name));
}

/** What a file imports of ours. */
function needs(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(join(WEB, file), "utf8"), true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => relative(WEB, join(WEB, dirname(file), fileName)))
    .flatMap((name) => [name, `${name}.ts`, `${name}.tsx`].filter((way) => /\.tsx?$/.test(way) && existsSync(join(WEB, way))));
}

function circle(graph: Map<string, string[]>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const found = walk(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const found = walk(file, []);
    if (found) return found;
  }
  return null;
}

test("no circle of imports", () => {
  const graph = new Map(files().map((file) => [file, needs(file)]));
  expect(graph.get("desk/state.ts")).toContain("desk/inbox.ts");
  expect(circle(graph)).toBeNull();
});

test("a circle is found", () => {
  expect(circle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]))).toEqual(["b", "c", "b"]);
});
