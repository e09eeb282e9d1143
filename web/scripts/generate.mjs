// Writes web/contract/events.ts and web/contract/openapi.ts from the schemas beside them.
// A missing openapi.json is told and skipped, so that the event types can be made before the server runs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { eventTypes, routeTypes } from "./contract.mjs";

const folder = new URL("../contract/", import.meta.url);

for (const [source, target, make] of [
  ["events.schema.json", "events.ts", eventTypes],
  ["openapi.json", "openapi.ts", routeTypes],
]) {
  const file = new URL(source, folder);
  if (!existsSync(file)) {
    console.log(`contract/${source} is not there: contract/${target} left as it is`);
    continue;
  }
  writeFileSync(new URL(target, folder), await make(JSON.parse(readFileSync(file, "utf8"))));
  console.log(`contract/${target} written`);
}
