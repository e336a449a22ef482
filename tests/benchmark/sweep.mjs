// What a sweep costs beside its points: 200 timed points of mobilenet_v2 on one process and on two, in turn, two sweeps of
// one process at once, and a sample of the same points each run alone. Prints medians over the rounds. The two at once share
// nothing but the machine: twice the time of one over theirs is the most that two processes can reach here. On a machine
// that does other work only the processor time means anything: it has to be the same on one process and on two.
//   node sweep.mjs MMASIM NETWORKS(tests/networks) ROUNDS
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [mmasim, networks, rounds] = process.argv.slice(2);
const network = path.resolve(networks, 'mobilenet_v2.onnx');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mmasim-sweep-'));
const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];

const PERIODS_NS = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3, 4];
const ISSUE_CYCLES = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96];
const POINTS = PERIODS_NS.length * ISSUE_CYCLES.length;
const file = path.join(folder, 'sweep.yaml');
fs.writeFileSync(file, `network: [${network}]
set:
  ddr.clock_period_ns: [${PERIODS_NS}]
  dma.issue_cycles: [${ISSUE_CYCLES}]
mode: timing-only
`);

// Wall and processor time in seconds: `times` of the shell tells those of all its children.
function timed(command) {
  const started = process.hrtime.bigint();
  const {stdout, status} = spawnSync('bash', ['-c', `"$@" >${folder}/said; code=$?; times; exit $code`, 'bash', ...command],
    {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
  if (status !== 0) throw new Error(`${command.join(' ')}: exit code ${status}`);
  const [, children] = stdout.trim().split('\n');
  const processor = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * m + Number(s), 0);
  return {wall: Number(process.hrtime.bigint() - started) / 1e9, processor};
}

const asked = (jobs, name) => ['sweep', file, '--jobs', String(jobs), '--quiet', '--out', path.join(folder, name)];
const sweep = jobs => timed([mmasim, ...asked(jobs, `o${jobs}`)]);

// Two sweeps of one process each: until both have ended.
async function beside() {
  const started = process.hrtime.bigint();
  await Promise.all(['a', 'b'].map(name => new Promise((ended, failed) => {
    const child = spawn(mmasim, asked(1, name), {stdio: ['ignore', 'ignore', 'inherit']});
    child.on('close', code => code === 0 ? ended() : failed(new Error(`sweep ${name}: exit code ${code}`)));
  })));
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const rows = jobs => fs.readFileSync(path.join(folder, `o${jobs}`, 'results.jsonl'), 'utf8').trim().split('\n').sort().join('\n');

// Planning, lowering and simulating, as a run of its own tells them.
function own(period, issue) {
  const out = path.join(folder, 'run');
  execFileSync(mmasim, ['run', network, '--timing-only', '--quiet', '--threads', '1', '--out', out,
    '--set', `ddr.clock_period_ns=${period}`, '--set', `dma.issue_cycles=${issue}`], {stdio: ['ignore', 'ignore', 'inherit']});
  const {quantize_s, lower_s, simulate_s} = JSON.parse(fs.readFileSync(path.join(out, 'report.json'))).host;
  return {all: quantize_s + lower_s + simulate_s, simulate: simulate_s};
}

const kept = {speedup: [], most: [], reached: [], processor: [], whole: [], beside: []};
for (let round = 0; round < Number(rounds); ++round) {
  const one = sweep(1), two = sweep(2), both = await beside();
  const sample = PERIODS_NS.map((period, i) => own(period, ISSUE_CYCLES[i % ISSUE_CYCLES.length]));
  const sum = POINTS / sample.length * sample.reduce((all, each) => all + each.all, 0);
  kept.speedup.push(one.wall / two.wall);
  kept.most.push(2 * one.wall / both);
  kept.reached.push(both / 2 / two.wall);
  kept.processor.push(two.processor / one.processor);
  kept.whole.push(one.processor / sum);
  kept.beside.push(sum / sample.reduce((all, each) => all + each.simulate, 0) * sample.length / POINTS);
  console.log(`one process ${one.wall.toFixed(2)} s (processor ${one.processor.toFixed(2)}), two ${two.wall.toFixed(2)} s ` +
    `(${two.processor.toFixed(2)}), two sweeps at once ${both.toFixed(2)} s; the points' own time ${sum.toFixed(2)} s`);
}
console.log('| measured | median | must |\n|---|---|---|');
for (const [name, values, must] of [
  ['sweep of 200 points: one process over two, wall time', kept.speedup, 1.8],
  ['the most that two processes reach here: two sweeps of one process each, at once', kept.most, ''],
  ['the first over the second', kept.reached, 0.95],
  ['two processes over one, processor time', kept.processor, ''],
  ["the whole, processor time, over the points' own planning, lowering and simulation", kept.whole, 1.15],
  ['planning, lowering and simulation over simulation alone', kept.beside, '']])
  console.log(`| ${name} | ${median(values).toFixed(2)} | ${must} |`);
if (rows(1) !== rows(2)) throw new Error('two processes have other rows than one');
fs.rmSync(folder, {recursive: true});
