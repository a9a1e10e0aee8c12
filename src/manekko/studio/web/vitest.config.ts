import { defineConfig } from "vitest/config";

export default defineConfig({
    // Models and motions that tests read.
    assetsInclude: ["**/*.{pmd,pmx,vmd,vpd,vrm,zip}"],
    test: { include: ["tests/**/*.test.{ts,tsx}"] },
});
