// Loads a trace in speedscope in headless Chromium, checks that the viewer shows it, and takes a screenshot.
//   node trace_viewer.mjs TRACE.json SCREENSHOT.png FOLDER
// FOLDER holds node_modules with speedscope and playwright-core (npm install --ignore-scripts).
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const [trace, screenshot, folder] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "x.js"));
const { chromium } = require("playwright-core");
const viewer = path.join(folder, "node_modules/speedscope/dist/release");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm" };

const server = createServer((request, response) => {
  const name = new URL(request.url, "http://localhost").pathname;
  const file = name === "/trace.json" ? trace : path.join(viewer, path.normalize(name === "/" ? "/index.html" : name));
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const faults = [];
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(`${origin}/#profileURL=${encodeURIComponent(origin + "/trace.json")}&title=mmasim`);
  const counter = page.getByText(/\d+\/\d+/).first();  // which of how many threads is shown
  await counter.waitFor({ timeout: 120000 });
  const text = await page.locator("body").innerText();
  if (!/\b\d+\/\d+\b/.test(text)) faults.push(`no profile is shown: ${text.slice(0, 200)}`);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: screenshot });
  console.log(`speedscope shows ${trace}: ${text.replace(/\s+/g, " ").slice(0, 160)}`);
} finally {
  await browser.close();
  server.close();
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
