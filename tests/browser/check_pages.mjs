// Opens the pages that mmasim writes in headless Chromium, as a desktop, a phone, in the dark and on paper: nothing
// complains, nothing asks the network, every section is there, every number is that of the JSON, what is to be sorted,
// found, zoomed and read by keyboard is.
//
//   node check_pages.mjs MMASIM NETWORKS FOLDER
//
// MMASIM: the program; NETWORKS: tests/networks; FOLDER: for its files. Ends with 77 where Chromium or playwright-core
// is missing.
import {execFileSync, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const CHROMIUM = '/usr/bin/chromium';
const MOST_PAGE_BYTES = 3e6, MOST_FIRST_PAINT_MS = 1000;
const PATIENCE_MS = 120000;  // others may use the machine
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
                   '--disable-component-update', '--disable-sync'];
const VIEWS = {
  desktop: {viewport: {width: 1280, height: 900}},
  phone: {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true},
  dark: {viewport: {width: 1280, height: 900}, colorScheme: 'dark'},
};

const [mmasim, networks, folder] = process.argv.slice(2);

function skip(what) {
  console.log('skipped: ' + what);
  process.exit(77);
}

if (!fs.existsSync(CHROMIUM)) skip(CHROMIUM + ' is missing (apt-get install chromium)');
const {chromium} = await import('playwright-core').catch(() => skip('playwright-core is missing (npm install in tests/browser)'));

let checks = 0;
const faults = [];
function check(is, what) {
  ++checks;
  if (!is) faults.push(what);
}

function run(...words) {
  execFileSync(mmasim, [...words, '--quiet'], {stdio: ['ignore', 'ignore', 'inherit']});
}

// ---------------------------------------------------------------- what holds of every page

async function open(browser, file, view) {
  const context = await browser.newContext(VIEWS[view]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const name = `${path.basename(path.dirname(file))}/${path.basename(file)} (${view})`;
  page.on('console', message => check(!['error', 'warning'].includes(message.type()), `${name}: console says ${message.text()}`));
  page.on('pageerror', error => check(false, `${name}: ${error.stack}`));
  page.on('request', request => check(/^(file|data):/.test(request.url()), `${name}: asks for ${request.url()}`));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('footer');  // it comes last
  return {page, context, name};
}

function valueAt(json, key) {
  return key.split(/[.[\]]+/).filter(part => part !== '').reduce((value, part) => value[part], json);
}

// Of "1,234.5 ms", "12.3 %", "4.5 MB": the number that is shown, in the unit of the JSON.
function shownNumber(text) {
  const match = /^[×<]?\s*(-?[\d,]*\.?\d+)\s*(.*)$/.exec(text.trim());
  if (!match) return null;
  const scale = {'%': .01, kB: 1e3, MB: 1e6, GB: 1e9, k: 1e3, M: 1e6, G: 1e9, T: 1e12};
  return Number(match[1].replace(/,/g, '')) * (scale[match[2]] || 1);
}

function isShownAs(value, text) {
  if (value === null) return text === '–';
  if (typeof value !== 'number') return text === String(value);
  if (text.startsWith('<')) return value < .001;
  const shown = shownNumber(text);
  return shown !== null && Math.abs(shown - value) <= Math.max(.006 * Math.abs(value), text.endsWith('%') ? .0006 : 0);
}

async function checkNumbers(page, json, name, least) {
  await page.evaluate(() => drawnLater.forEach(draw => draw()));
  const shown = await page.$$eval('data[data-key]', nodes => nodes.map(node => [node.dataset.key, node.value, node.textContent]));
  check(shown.length >= least, `${name}: shows ${shown.length} numbers, expected at least ${least}`);
  for (const [key, raw, text] of shown) {
    const value = valueAt(json, key);
    check(value !== undefined && raw === (value === null ? '' : String(value)), `${name}: ${key} is ${value}, the page has ${raw}`);
    check(isShownAs(value, text), `${name}: ${key} is ${value}, shown as ${text}`);
  }
}

async function checkLayout(page, name) {
  const {width, inner} = await page.evaluate(() => ({width: document.documentElement.scrollWidth, inner: innerWidth}));
  check(width <= inner, `${name}: the page is ${width} pixels wide, the screen ${inner}`);
  const unnamed = await page.$$eval('button, input, select, [role=application], [role=region]', nodes => nodes.filter(
      node => !(node.getAttribute('aria-label') || node.textContent.trim() || node.closest('label'))).length);
  check(unnamed === 0, `${name}: ${unnamed} controls have no name`);
  const headings = await page.$$eval('h1, h2, h3', nodes => nodes.map(node => Number(node.tagName[1])));
  check(headings[0] === 1 && headings.every((level, i) => i === 0 || level <= headings[i - 1] + 1), `${name}: headings skip a level: ${headings}`);
  const ids = await page.$$eval('[id]', nodes => nodes.map(node => node.id));
  check(new Set(ids).size === ids.length, `${name}: an id is there twice`);
  const curtailed = await page.$$eval('.name bdi', nodes => nodes.filter(
      node => node.getBoundingClientRect().right > node.parentNode.getBoundingClientRect().right + 1).length);
  check(curtailed === 0, `${name}: ${curtailed} names are cut at their end`);
}

async function checkContrast(page, name) {
  const ratio = await page.evaluate(() => {
    const light = text => {
      const [r, g, b] = text.match(/[\d.]+/g).map(Number).map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
      return .2126 * r + .7152 * g + .0722 * b;
    };
    const style = getComputedStyle(document.body), lead = getComputedStyle(document.querySelector('.lead'));
    const [paper, faint] = [light(style.backgroundColor), light(lead.color)];
    return (Math.max(paper, faint) + .05) / (Math.min(paper, faint) + .05);
  });
  check(ratio >= 4.5, `${name}: the faintest text has contrast ${ratio.toFixed(2)}`);
}

async function firstPaint(page) {
  return page.evaluate(() => new Promise(resolve => {
    new PerformanceObserver(list => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
        .observe({type: 'paint', buffered: true});
    setTimeout(() => resolve(NaN), 5000);
  }));
}

// ---------------------------------------------------------------- the page of a run

const SECTIONS = ['summary', 'time', 'roofline', 'bandwidth', 'layers', 'memory', 'graph', 'energy', 'quantization', 'configuration', 'warnings'];

async function checkSorting(page, json, name) {
  const heading = page.locator('#layers th button', {hasText: 'Cycles'});
  await heading.click();
  const read = () => page.$$eval('#layers tbody tr', rows => rows.map(row => Number(row.querySelector('data[data-key$=".cycles"]').value)));
  const cycles = json.layers.map(layer => layer.cycles);
  check(JSON.stringify(await read()) === JSON.stringify(cycles.slice().sort((a, b) => b - a)), `${name}: not sorted by cycles, largest first`);
  await heading.click();
  check(JSON.stringify(await read()) === JSON.stringify(cycles.slice().sort((a, b) => a - b)), `${name}: not sorted by cycles, smallest first`);
  check(await page.locator('#layers th[aria-sort=ascending]').count() === 1, `${name}: no heading says what is sorted`);
  await page.locator('#layers select').selectOption('ddr');
  const wanted = json.layers.filter(layer => layer.bound === 'ddr').length;
  check(await page.locator('#layers tbody tr').count() === wanted, `${name}: bound by DDR are ${wanted} layers`);
  await page.locator('#layers select').selectOption('');
}

async function checkGraph(page, json, name) {
  const shown = new Set(json.edges.flatMap(edge => [edge.from, edge.to]));
  check(await page.locator('#graph g.node').count() === shown.size, `${name}: the graph has not ${shown.size} nodes`);
  check(await page.locator('#graph path.edge').count() === json.edges.length, `${name}: the graph has not ${json.edges.length} edges`);
  const overlapping = await page.$$eval('#graph g.node', nodes => {
    const places = nodes.map(node => node.getAttribute('transform').match(/-?[\d.]+/g).map(Number));
    return places.filter(([x, y], i) => places.some(([u, v], j) => j < i && Math.abs(x - u) < 190 && Math.abs(y - v) < 40)).length;
  });
  check(overlapping === 0, `${name}: ${overlapping} nodes of the graph lie over others`);
  const last = json.layers[Math.max(...shown)].name;
  await page.locator('#graph input').fill(last);
  check(await page.locator('#graph g.node.chosen').count() === 1, `${name}: ${last} is not found`);
  await page.locator('#graph input').fill('');
  const before = await page.locator('#graph svg').getAttribute('viewBox');
  await page.locator('#graph button', {hasText: '+'}).click();
  check(before !== await page.locator('#graph svg').getAttribute('viewBox'), `${name}: the graph does not zoom`);
}

async function checkKeyboard(page, name) {
  await page.mouse.move(0, 0);  // or the drawings below it would follow the pointer
  for (const id of ['roofline', 'bandwidth', 'memory', 'graph']) {
    await page.locator(`#${id} svg`).first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    check(await page.locator('.tooltip').isVisible(), `${name}: arrow keys do not tell of the ${id}`);
    await page.keyboard.press('Escape');
    check(!await page.locator('.tooltip').isVisible(), `${name}: Escape does not hide the tooltip`);
  }
}

async function checkMap(page, json, name) {
  for (const [i, space] of ['l2', 'l3', 'ddr'].entries()) {
    const count = json.memory.filter(block => block.space === space).reduce((sum, block) => sum + block.times, 0);
    const drawn = await page.locator('#memory svg').nth(i).locator('path[data-kind]').evaluateAll(
        paths => paths.reduce((sum, path) => sum + (path.getAttribute('d').match(/M/g) || []).length, 0));
    check(drawn === count, `${name}: ${space} has ${count} blocks, drawn are ${drawn}`);
  }
}

async function checkReport(browser, out) {
  const file = path.join(out, 'report.html');
  const json = JSON.parse(fs.readFileSync(path.join(out, 'report.json')));
  check(fs.statSync(file).size < MOST_PAGE_BYTES, `${file} has ${fs.statSync(file).size} bytes`);
  for (const view of Object.keys(VIEWS)) {
    const {page, context, name} = await open(browser, file, view);
    for (const id of SECTIONS) check(await page.locator('section#' + id).count() === 1, `${name}: section ${id} is missing`);
    await checkNumbers(page, json, name, json.layers.length * 10);
    await checkLayout(page, name);
    await checkContrast(page, name);
    if (view === 'desktop') {
      await checkSorting(page, json, name);
      await checkGraph(page, json, name);
      await checkMap(page, json, name);
      await checkKeyboard(page, name);
      await page.emulateMedia({media: 'print'});
      check(!await page.locator('nav').isVisible(), `${name}: the navigation is printed`);
      check((await page.pdf({format: 'A4'})).length > 10000, `${name}: prints nothing`);
    }
    await context.close();
  }
}

// The page's own work until it stands, in time of its thread: on a loaded machine the clock says nothing.
async function busyBeforePaint(browser, file) {
  const context = await browser.newContext(VIEWS.desktop);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  await page.addInitScript(() => { globalThis.requestAnimationFrame = () => {}; });  // what comes after the first picture
  await page.goto(pathToFileURL(file).href);
  const {metrics} = await session.send('Performance.getMetrics');
  return {busy: 1000 * metrics.find(metric => metric.name === 'TaskDuration').value, page, context};
}

// The best of three, as others may use the machine.
async function checkFirstPaint(browser, file) {
  const times = [];
  for (let i = 0; i < 3; ++i) {
    const {page, context} = await open(browser, file, 'desktop');
    times.push(await firstPaint(page));
    await context.close();
  }
  const best = Math.min(...times);
  const {busy, page, context} = await busyBeforePaint(browser, file);
  await page.close();
  await context.close();
  console.log(`${file}: first paint after ${best.toFixed(0)} ms, ${busy.toFixed(0)} ms of its thread's own; ${fs.statSync(file).size} bytes`);
  check(Math.min(best, busy) < MOST_FIRST_PAINT_MS,
        `${file}: first paint after ${times.map(time => time.toFixed(0)).join(', ')} ms, ${busy.toFixed(0)} of its thread's own`);
}

async function checkErrors(browser, out) {
  const json = JSON.parse(fs.readFileSync(path.join(out, 'report.json')));
  const {page, context, name} = await open(browser, path.join(out, 'report.html'), 'desktop');
  await checkNumbers(page, json, name, json.layers.length * 10);
  const told = json.layers.filter(layer => layer.error !== null).length;
  check(told > 0, `${name}: no layer has an error`);
  check(await page.locator('#layers data[data-key$="error.sqnr_db"]').count() === told, `${name}: not every error is shown`);
  await page.locator('#graph select').selectOption('error');
  await context.close();
}

// ---------------------------------------------------------------- the page of a comparison

async function checkComparison(browser, out) {
  const file = path.join(out, 'compare.html');
  const json = JSON.parse(fs.readFileSync(path.join(out, 'compare.json')));
  for (const view of Object.keys(VIEWS)) {
    const {page, context, name} = await open(browser, file, view);
    await checkNumbers(page, json, name, json.runs.length * 10 + json.runs[0].layers.length);
    await checkLayout(page, name);
    check(await page.locator('#runs tbody tr').count() === json.runs.length, `${name}: not a row a run`);
    check(await page.locator('#layers tbody tr').count() === json.runs[0].layers.length, `${name}: not a row a layer`);
    await page.locator('#layers select').nth(1).selectOption('changed');
    const changed = json.runs[1].changes.filter(change => change.first_layer !== null && change.first_bound !== json.runs[1].layers[change.layer].bound);
    check(await page.locator('#layers tbody tr').count() === changed.length, `${name}: ${changed.length} layers changed their bound`);
    await context.close();
  }
}

// ---------------------------------------------------------------- the page of a sweep

// Two networks, 2 x 2 x 2 points each, and a network that is not there: as many points that fail.
function sweepInto(out) {
  const file = path.join(folder, 'sweep.yaml');
  const trained = name => path.join(networks, 'trained', name + '.onnx');
  fs.writeFileSync(file, `network: [${trained('fashion_lenet5')}, ${trained('fashion_mobilenetv2_mini')}, nowhere.onnx]
precision: [int8, int16]
set: {l2.size_bytes: [128 KiB, 448 KiB], mma.array_bytes: [32, 64]}
`);
  const said = spawnSync(mmasim, ['sweep', file, '--out', out, '--quiet', '--format', 'json'], {maxBuffer: 1 << 26});
  check(said.status === 1, `a sweep with points that fail ends with ${said.status}`);
  return JSON.parse(said.stdout);
}

async function checkSweep(browser, out) {
  const json = sweepInto(out);
  for (const view of Object.keys(VIEWS)) {
    const {page, context, name} = await open(browser, path.join(out, 'sweep.html'), view);
    await checkNumbers(page, json, name, 16 * 4);
    await checkLayout(page, name);
    await checkContrast(page, name);
    for (const id of ['pareto', 'sensitivity', 'points', 'failed'])
      check(await page.locator('#' + id).count() === 1, `${name}: no section ${id}`);
    check(await page.locator('#pareto circle').count() === 8, `${name}: not a circle per point of a network`);
    check(await page.locator('#sensitivity svg').count() === 3, `${name}: not a drawing per key`);
    check(await page.locator('#points tbody tr').count() === 16, `${name}: not a row per point`);
    check(await page.locator('#failed li').count() === 8, `${name}: not a line per failed point`);
    const mine = json.rows.filter(row => row.error === null && row.network.includes('lenet5'));
    const best = mine.filter(a => !mine.some(b => b.time_ms <= a.time_ms && b.area_proxy_kib <= a.area_proxy_kib &&
                                                  (b.time_ms < a.time_ms || b.area_proxy_kib < a.area_proxy_kib)));
    check(await page.locator('#pareto circle.fill-ddr').count() === best.length, `${name}: ${best.length} points are on the front`);
    await context.close();
  }
}

// ---------------------------------------------------------------- all of it

const browser = await chromium.launch({executablePath: CHROMIUM, args: ARGUMENTS});
try {
  const small = path.join(folder, 'resnet18'), largest = path.join(folder, 'densenet121'), both = path.join(folder, 'compare');
  run('run', path.join(networks, 'resnet18.onnx'), '--timing-only', '--out', small);
  run('run', path.join(networks, 'densenet121.onnx'), '--timing-only', '--out', largest);
  run('compare', path.join(networks, 'resnet18.onnx'), '--precision', 'int8,int16', '--out', both);
  const untimed = path.join(folder, 'untimed');
  run('run', path.join(networks, 'trained/fashion_lenet5.onnx'), '--functional-only', '--out', untimed);
  await checkReport(browser, small);
  await checkReport(browser, largest);
  await checkFirstPaint(browser, path.join(largest, 'report.html'));
  await checkComparison(browser, both);
  const compared = path.join(folder, 'compared');
  run('run', path.join(networks, 'trained/fashion_lenet5.onnx'), '--compare-float', '--out', compared);
  await checkErrors(browser, compared);
  await checkSweep(browser, path.join(folder, 'sweep'));
  const {page, context, name} = await open(browser, path.join(untimed, 'report.html'), 'desktop');
  await checkNumbers(page, JSON.parse(fs.readFileSync(path.join(untimed, 'report.json'))), name, 10);
  await context.close();
} finally {
  await browser.close();
}
for (const fault of [...new Set(faults)].slice(0, 40)) console.log('FAULT ' + fault);
console.log(`${checks} checks, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
