import { defineConfig } from "vite";
import { CSS_TARGET } from "./targets.config.ts";

/** The demo shop's page, served at /. It loads the widget the way a host site does: by its script tag. */
export default defineConfig({
  root: "demo",
  base: "/",
  publicDir: false,
  build: { outDir: "../dist", emptyOutDir: false, target: "es2020", cssMinify: "lightningcss", cssTarget: CSS_TARGET, assetsDir: "demo" },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true }, "^/widget[./].*": "http://127.0.0.1:8000" } },
});
