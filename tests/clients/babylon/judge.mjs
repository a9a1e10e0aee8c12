// node judge.mjs CHROMIUM MODEL MOTION  <request.json  >positions.json
// The request is {frames: [...], bones: [...]}; the answer {bone: [[x, y, z] for each frame]} in MMD's own units and axes.
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";

const [chromium, model, motion] = process.argv.slice(2);
const request = JSON.parse(readFileSync(0, "utf8"));
const served = {
    "/page.js": join(import.meta.dirname, "built", "page.js"),
    [`/model${extname(model).toLowerCase()}`]: model,
    "/motion.vmd": motion,
};

const server = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://localhost").pathname;
    if (path === "/") {
        answer.setHeader("content-type", "text/html; charset=utf-8");
        answer.end('<!doctype html><script type="module" src="/page.js"></script>');
    } else if (served[path]) {
        answer.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "application/octet-stream");
        createReadStream(served[path]).pipe(answer);
    } else {
        answer.statusCode = 404;
        answer.end();
    }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const profile = mkdtempSync(join(tmpdir(), "manekko-chromium-"));
const browser = await puppeteer.launch({
    executablePath: chromium,
    userDataDir: profile,
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction("window.openJudge !== undefined", { timeout: 60000 });
    const positions = await page.evaluate(
        async (modelUrl, { frames, bones }) => (await window.openJudge(modelUrl, "/motion.vmd"))(frames, bones),
        `/model${extname(model).toLowerCase()}`,
        request,
    );
    process.stdout.write(JSON.stringify(positions));
} finally {
    await browser.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
}
