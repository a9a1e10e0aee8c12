// The page is built into ../page, which travels in the wheel. Its addresses are relative, since the first part of the
// address is the server's secret.
import { defineConfig } from "vite";

export default defineConfig({
    base: "./",
    build: {
        outDir: "../page",
        emptyOutDir: true,
        // Nothing is put into the page as text: its content policy allows files of its own only.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        target: "es2022",
    },
});
