// The page is built into ../page, which travels in the wheel. Its addresses are relative, since the first part of the
// address is the server's secret.
import { defineConfig } from "vite";

/**
 * Parts of the library that are never run here, though it would fetch them when asked to: shaders for WebGPU (the page
 * draws by WebGL) and physically based materials (VRMs wear those of MMD).
 */
const UNUSED =
    /\/ShadersWGSL\/(?!sdef)|\/Materials\/PBR\/(open)?pbrMaterial\.pure\.js|\/(open)?pbrMaterialLoadingAdapter\.js/i;

export default defineConfig({
    base: "./",
    plugins: [{ name: "without-unused", enforce: "pre", load: (id) => (UNUSED.test(id) ? "export {};" : null) }],
    build: {
        outDir: "../page",
        emptyOutDir: true,
        // Nothing is put into the page as text: its content policy allows files of its own only.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        target: "es2022",
    },
});
