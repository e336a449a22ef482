// Makes the pictures of pages in docs/images anew: to be looked at before they are committed.
//
//   node take_pictures.mjs MMASIM NETWORKS FOLDER IMAGES
//
// MMASIM: the program; NETWORKS: tests/networks; FOLDER: for its files; IMAGES: docs/images.
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const [mmasim, networks, folder, images] = process.argv.slice(2);

function make(command, network, ...options) {
  const out = path.join(folder, command + '-' + network);
  execFileSync(mmasim, [command, path.join(networks, network + '.onnx'), '--timing-only', '--quiet', '--out', out, ...options],
               {stdio: ['ignore', 'ignore', 'inherit']});
  return path.join(out, command === 'run' ? 'report.html' : 'compare.html');
}

// `part`: a section of the page, or none for its beginning.
async function take(browser, file, viewport, part, picture) {
  const page = await browser.newPage({viewport});
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('footer');
  await page.evaluate(() => drawnLater.forEach(draw => draw()));
  await (part ? page.locator(part) : page).screenshot({path: path.join(images, picture)});
  await page.close();
}

const resnet50 = make('run', 'resnet50');
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
await take(browser, resnet50, {width: 1240, height: 1000}, null, 'report.png');
await take(browser, resnet50, {width: 1240, height: 1000}, '#memory', 'memory.png');
await take(browser, make('run', 'resnet18'), {width: 1240, height: 1000}, '#bandwidth', 'bandwidth.png');
await take(browser, make('compare', 'resnet50', '--precision', 'int8,int16'), {width: 1240, height: 1000}, null, 'compare.png');
await browser.close();
