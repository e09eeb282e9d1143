// Fails when the widget's first load (its script, and the modules that it fetches at once) reaches 30 kB gzipped.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 30_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("widget/manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

const first = new Set();
const visit = (key) => {
  if (first.has(key)) return;
  first.add(key);
  manifest[key].imports?.forEach(visit);
};
visit("widget/mount.tsx");
const sizes = ["widget.js", ...[...first].map((key) => manifest[key].file)].map((file) => [file, size(file)]);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [file, bytes] of sizes) console.log(`${file}: ${bytes} bytes gzipped`);
console.log(`first load: ${total} bytes gzipped, limit ${LIMIT}`);
for (const [key, { file }] of Object.entries(manifest)) if (!first.has(key)) console.log(`when used: ${file}: ${size(file)} bytes gzipped`);
if (total >= LIMIT) {
  console.error("The widget is too large for a first load.");
  process.exit(1);
}
