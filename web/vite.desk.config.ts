import { defineConfig } from "vite";
import { CSS_TARGET } from "./targets.config.ts";

/** The desk is a page of its own under /desk/. In development, `vite -c vite.desk.config.ts` passes calls on to the app. */
export default defineConfig({
  root: "desk",
  base: "/desk/",
  publicDir: false,
  build: { outDir: "../dist/desk", emptyOutDir: true, target: "es2020", cssMinify: "lightningcss", cssTarget: CSS_TARGET },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true } } },
});
