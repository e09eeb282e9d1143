// Writes the TypeScript of web/contract from the schemas beside it. With --check nothing is written: it fails where a file is
// not what would be. A missing openapi.json is told and skipped, so that the event types can be made before the server runs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { clientCalls, eventTypes, routeTypes } from "./contract.mjs";

const folder = new URL("../contract/", import.meta.url);
const check = process.argv.includes("--check");

for (const [source, target, make] of [
  ["events.schema.json", "events.ts", eventTypes],
  ["openapi.json", "openapi.ts", routeTypes],
  ["openapi.json", "client.ts", clientCalls],
]) {
  const file = new URL(source, folder);
  if (!existsSync(file)) {
    console.log(`contract/${source} is not there: contract/${target} left as it is`);
    continue;
  }
  const made = await make(JSON.parse(readFileSync(file, "utf8")));
  const there = new URL(target, folder);
  if (!check) {
    writeFileSync(there, made);
    console.log(`contract/${target} written`);
  } else if (!existsSync(there) || readFileSync(there, "utf8") !== made) {
    console.error(`contract/${target} is not what contract/${source} makes: npm run generate`);
    process.exitCode = 1;
  }
}
