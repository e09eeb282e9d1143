// Fails when the widget's first load, one script, reaches 30 kB gzipped.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 30_000;
const size = gzipSync(readFileSync(new URL("../dist/widget.js", import.meta.url)), { level: 9 }).length;
console.log(`widget.js: ${size} bytes gzipped, limit ${LIMIT}`);
if (size >= LIMIT) {
  console.error("The widget is too large for a first load.");
  process.exit(1);
}
