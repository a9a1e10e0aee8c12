// node page_judge.mjs CHROMIUM MODEL MOTION  <request.json  >answer.json
// Opens built/page.js of its own folder in headless Chromium. The page offers window.openJudge(modelUrl, motionUrl),
// whose result is called with the request; what that returns is the answer. An error in the page's console fails.
// The request's "files" (address: path) are served too; with "draws" the page gets WebGL, by software.
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import puppeteer from "puppeteer-core";

const [chromium, model, motion] = process.argv.slice(2);
const request = JSON.parse(readFileSync(0, "utf8"));
const modelUrl = `/model${extname(model).toLowerCase()}`;
const served = {
    "/page.js": join(import.meta.dirname, "built", "page.js"),
    [modelUrl]: model,
    "/motion.vmd": motion,
    ...request.files,
};

const server = createServer((asked, answer) => {
    const path = decodeURIComponent(new URL(asked.url, "http://localhost").pathname);
    if (path === "/") {
        answer.setHeader("content-type", "text/html; charset=utf-8");
        answer.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
    } else if (served[path]) {
        answer.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "application/octet-stream");
        createReadStream(served[path]).pipe(answer);
    } else {
        answer.statusCode = 404;
        answer.end();
    }
});

// Models are opened without their textures: a file that is not served may be missing, nothing else may go wrong.
function isMissingTexture(message) {
    const { url } = message.location();
    return message.text().startsWith("Failed to load resource") && !served[decodeURIComponent(new URL(url).pathname)];
}

await new Promise((done) => server.listen(0, "127.0.0.1", done));
const profile = mkdtempSync(join(tmpdir(), "manekko-chromium-"));
const graphics = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const browser = await puppeteer.launch({
    executablePath: chromium,
    protocolTimeout: 600000,
    userDataDir: profile,
    args: [
        "--no-sandbox",
        ...(request.draws ? graphics : ["--disable-gpu"]),
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
        // What draws also takes the loader's warnings for errors, but not the graphics driver's.
        const warns = request.draws && message.type() === "warn" && !message.text().startsWith("[.WebGL");
        if ((message.type() === "error" && !isMissingTexture(message)) || warns) errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction("window.openJudge !== undefined", { timeout: 60000 });
    const answer = await page.evaluate(
        async (model, request) => (await window.openJudge(model, "/motion.vmd"))(request),
        modelUrl,
        request,
    );
    if (errors.length > 0) {
        console.error(`errors in the page:\n${errors.join("\n")}`);
        process.exitCode = 1;
    }
    process.stdout.write(JSON.stringify(answer));
} finally {
    await browser.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
}
