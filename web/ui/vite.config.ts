// Builds the page into dist/, which the web program serves; in development the API is reached
// through a proxy to a running web program (DAYLIGHT_WEB, for instance http://127.0.0.1:8000).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env["DAYLIGHT_WEB"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: backend, ws: true }, "/tiles": backend, "/health": backend },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] },
});
