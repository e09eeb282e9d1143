import { defineConfig } from "vite";
import { CSS_TARGET } from "./targets.config.ts";

/**
 * The rest of the widget, as modules beside the script that other people's pages include: `mount` is fetched with it,
 * the other chunks when they are used, each relative to its own address.
 */
export default defineConfig({
  publicDir: false,
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2020",
    cssMinify: "lightningcss",
    cssTarget: CSS_TARGET,
    modulePreload: false,
    manifest: "widget/manifest.json",
    rollupOptions: {
      input: { mount: "widget/mount.tsx" },
      // What the other chunks share lies in this one: one file to fetch, not six.
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "widget/[name]-[hash].js", chunkFileNames: "widget/[name]-[hash].js" },
    },
  },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
});
