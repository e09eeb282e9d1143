// Empties web/dist before a build: the three builds write into one folder and none of them may clear it.
import { rmSync } from "node:fs";

rmSync(new URL("../dist/", import.meta.url), { recursive: true, force: true });
