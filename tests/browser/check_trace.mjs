// Opens a recorded trace in speedscope in headless Chromium: the viewer takes it, and shows as many threads as the trace
// has tracks.
//
//   node check_trace.mjs MMASIM NETWORKS FOLDER [SCREENSHOT.png]
//
// MMASIM: the program; NETWORKS: tests/networks; FOLDER: for its files. Ends with 77 where Chromium, playwright-core or
// speedscope is missing.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import path from 'node:path';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
                   '--disable-component-update', '--disable-sync'];
const TYPES = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json'};

const [mmasim, networks, folder, screenshot] = process.argv.slice(2);

function skip(what) {
  console.log('skipped: ' + what);
  process.exit(77);
}

function viewerFolder() {
  try {
    const package_ = createRequire(import.meta.url).resolve('speedscope/package.json');
    return path.join(path.dirname(package_), 'dist/release');
  } catch {
    return skip('speedscope is missing (npm install in tests/browser)');
  }
}

if (!fs.existsSync(CHROMIUM)) skip(CHROMIUM + ' is missing (apt-get install chromium)');
const {chromium} = await import('playwright-core').catch(() => skip('playwright-core is missing (npm install in tests/browser)'));
const viewer = viewerFolder();

execFileSync(mmasim, ['run', path.join(networks, 'squeezenet1_1.onnx'), '--timing-only', '--trace', 'perfetto', '--out', folder, '--quiet'],
             {stdio: ['ignore', 'ignore', 'inherit']});
const trace = path.join(folder, 'trace.json');
const tracks = new Set(JSON.parse(fs.readFileSync(trace, 'utf8'))
                           .traceEvents.filter(event => 'XB'.includes(event.ph))
                           .map(event => `${event.pid}/${event.tid}`));

const server = http.createServer((request, response) => {
  const name = new URL(request.url, 'http://localhost').pathname;
  const file = name === '/trace.json' ? trace : path.join(viewer, path.normalize(name === '/' ? '/index.html' : name));
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, {'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream'});
  response.end(fs.readFileSync(file));
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

const faults = [];
const browser = await chromium.launch({executablePath: CHROMIUM, args: ARGUMENTS});
try {
  const page = await browser.newPage({viewport: {width: 1280, height: 480}});
  page.on('pageerror', error => faults.push(error.stack));
  await page.goto(`${origin}/#profileURL=${encodeURIComponent(origin + '/trace.json')}&title=squeezenet`);
  const counter = page.getByText(/\(\d+\/\d+\)/).first();
  await counter.waitFor({timeout: 120000});
  const shown = Number((await counter.innerText()).match(/\/(\d+)/)[1]);
  if (shown !== tracks.size) faults.push(`the viewer shows ${shown} threads, the trace has ${tracks.size} tracks`);
  await page.keyboard.press('n');  // the next thread: the DSP's
  await page.waitForTimeout(1000);
  if (screenshot) await page.screenshot({path: screenshot});
} finally {
  await browser.close();
  server.close();
}
for (const fault of faults) console.error(fault);
console.log(`${tracks.size} tracks in speedscope`);
process.exit(faults.length > 0 ? 1 : 0);
