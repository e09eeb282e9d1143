import { defineConfig } from "vite";
import { CSS_TARGET } from "./targets.config.ts";

/** One classic script for other people's pages: no chunks, no modules, styles inside. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2020",
    cssMinify: "lightningcss", cssTarget: CSS_TARGET,
    modulePreload: false,
    lib: { entry: "widget/main.ts", formats: ["iife"], name: "FrontdeskWidget", fileName: () => "widget.js" },
  },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
});
