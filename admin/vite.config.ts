import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.OCTAVO_DEV_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // The budget test reads which chunk imports which.
    manifest: true,
    // A data: font would need a wider policy than the server gives.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": backend, "/assets": backend } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
