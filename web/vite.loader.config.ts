import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

/** The one classic script of a host page. It knows the file of the rest, which has been built before. */
export default defineConfig(() => {
  const manifest = JSON.parse(readFileSync(new URL("dist/widget/manifest.json", import.meta.url), "utf8")) as Record<string, { file: string }>;
  return {
    publicDir: false as const,
    build: {
      outDir: "dist",
      emptyOutDir: false,
      target: "es2020",
      modulePreload: false as const,
      lib: { entry: "widget/main.ts", formats: ["iife" as const], name: "FrontdeskWidget", fileName: () => "widget.js" },
    },
    define: { REST: JSON.stringify(manifest["widget/mount.tsx"]?.file) },
  };
});
