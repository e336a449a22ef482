// Prints the ratio table: mmasim beside onnxruntime-node in the same run, a round of each in turn, so that what
// else the host does meets both. Medians and spreads of all rounds. Started by scripts/benchmark.
//   node ratios.mjs MMASIM BENCHMARKS NETWORKS(folder of NAME.onnx, NAME-float.onnx, NAME-qdq.onnx) TOPOLOGIES ROUNDS
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const [mmasim, benchmarks, networks, topologies, rounds] = process.argv.slice(2);
const ort = createRequire(path.join(networks, 'x'))('onnxruntime-node');
const out = path.join(networks, 'out');

const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];
const spread = values => `${Math.min(...values).toFixed(1)}..${Math.max(...values).toFixed(1)}`;

function simulate(file, ...options) {
  const started = process.hrtime.bigint();
  execFileSync(mmasim, ['run', file, '--quiet', '--out', out, ...options], {stdio: ['ignore', 'ignore', 'inherit']});
  const report = JSON.parse(fs.readFileSync(path.join(out, 'report.json')));
  return {...report.host, macs: report.network.macs, wall: Number(process.hrtime.bigint() - started) / 1e9};
}

// What the host's two cores are just now: how far from each other, in nanoseconds there and back, and how many
// cores' arithmetic they do.
const kNearNs = 250, kWholeCores = 1.7;
function cores() {
  const report = JSON.parse(execFileSync(benchmarks, ['--benchmark_format=json', '--benchmark_filter=message|two_cores',
    '--benchmark_min_time=0.01', '--benchmark_repetitions=5'], {stdio: ['ignore', 'pipe', 'ignore']}));
  const runs = name => report.benchmarks.filter(run => run.run_type === 'iteration' && run.name.startsWith(name));
  return {
    ns: Math.min(...runs('message').map(run => run.real_time)),  // the best: what else the host does only delays them
    count: median(runs('two_cores').map(run => run.cores)),
  };
}
function place(before, after) {
  if (Math.min(before.count, after.count) < kWholeCores) return 'no two whole cores';
  return `two whole cores, ${Math.max(before.ns, after.ns) < kNearNs ? 'near' : 'far'}`;
}

async function session(file) {
  const made = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3});
  const input = new ort.Tensor('float32', new Float32Array(3 * 224 * 224).fill(0.1), [1, 3, 224, 224]);
  const feeds = {[made.inputNames[0]]: input};
  await made.run(feeds);
  return async () => {  // the median of a few inferences, in milliseconds
    const times = [];
    for (let i = 0; i < 5; ++i) {
      const started = process.hrtime.bigint();
      await made.run(feeds);
      times.push(Number(process.hrtime.bigint() - started) / 1e6);
    }
    return median(times);
  };
}

const kept = {};  // name -> values of all rounds
const keep = (name, value) => (kept[name] ??= []).push(value);

const floats = name => path.join(networks, `${name}-float.onnx`);
const topology = name => path.join(topologies, `${name}.onnx`);
const sizes = [224, 448, 896];  // of the input, in pixels
const inference = {};
for (const name of ['resnet50', 'mobilenet_v2']) inference[`${name} float32`] = await session(floats(name));
inference['resnet50 u8s8'] = await session(path.join(networks, 'resnet50-qdq.onnx'));

for (let round = 0; round < Number(rounds); ++round) {
  for (const [name, run] of Object.entries(inference)) keep(`onnxruntime ${name}, ms`, await run());
  for (const name of ['resnet50', 'mobilenet_v2']) {
    for (const threads of ['1', '2']) {
      const both = simulate(floats(name), '--threads', threads);
      keep(`${name} values and timing, ${threads} thread(s), ms`, 1000 * both.simulate_s);
      if (name !== 'resnet50' || threads !== '1') continue;
      keep('resnet50 import, quantize and lower, ms', 1000 * (both.import_s + both.quantize_s + both.lower_s));
      keep('resnet50 with values, peak MB', both.peak_rss_mb);
    }
  }
  for (let pair = 0; pair < 3; ++pair)
    for (const name of ['resnet50', 'mobilenet_v2']) {
      const before = cores();
      const [alone, both] = ['1', '2'].map(threads => {
        const {simulate_s} = simulate(floats(name), '--functional-only', '--threads', threads);
        keep(`${name} functional only, ${threads} thread(s), ms`, 1000 * simulate_s);
        return simulate_s;
      });
      const after = cores();
      keep('a message to the other core and back, ns', after.ns);
      keep('arithmetic of two cores over that of one', after.count);
      const where = place(before, after);
      for (const which of ['any cores', where, ...(where.startsWith('two') ? ['two whole cores'] : [])])
        keep(`${name} functional part, second thread, ${which}: speed-up of a pair`, alone / both);
    }
  for (const size of sizes) {
    const both = simulate(path.join(networks, `resnet18-${size}.onnx`), '--threads', '1');
    keep(`resnet18 at ${size}, values and timing, ps a MAC`, 1e12 * both.simulate_s / both.macs);
  }
  for (const name of ['resnet18', 'resnet50']) {
    const timing = simulate(topology(name), '--timing-only', '--random-weights', '1', '--threads', '1');
    keep(`${name} timing only, ms`, 1000 * timing.simulate_s);
    if (name !== 'resnet50') continue;
    keep('resnet50 timing only, whole run, ms', 1000 * timing.wall);
    keep('resnet50 timing only, peak MB', timing.peak_rss_mb);
  }
}

// Rates of tests/benchmark, as many repetitions as rounds.
const rates = {};
const report = JSON.parse(execFileSync(benchmarks, ['--benchmark_format=json', `--benchmark_repetitions=${rounds}`,
  '--benchmark_min_time=0.1', '--benchmark_filter=product|dnnl|replay|evaluate|front_end'],
  {stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26}));
for (const run of report.benchmarks)
  if (run.run_type === 'iteration')
    (rates[run.name] ??= []).push(run['GMAC/s'] ?? run['requests/s'] ?? run['images/s'] ?? run.cpu_time);
for (const name of Object.keys(rates)) kept[name] = rates[name].map(rate => (rate > 1e5 ? rate / 1e6 : rate));

console.log('| measured | median | spread |\n|---|---|---|');
for (const [name, values] of Object.entries(kept))
  console.log(`| ${name} | ${median(values).toFixed(2)} | ${spread(values)} |`);

const of = name => median(kept[name]);
const gemm = kept.dnnl_s8s8 ? of('dnnl_s8s8') : NaN;
const rows = [
  ['int8 kernel, share of oneDNN s8s8', of('product/int8') / gemm, 0.5, 0.9],
  ['int16 kernel, share of oneDNN s8s8', of('product/int16') / gemm, 0.2, 0.4],
  ['resnet50 values and timing / onnxruntime float32',
    of('resnet50 values and timing, 1 thread(s), ms') / of('onnxruntime resnet50 float32, ms'), 4, 1],
  ['resnet50 functional only / onnxruntime u8s8',
    of('resnet50 functional only, 1 thread(s), ms') / of('onnxruntime resnet50 u8s8, ms'), 4, 1.5],
  ['mobilenet_v2 values and timing / onnxruntime float32',
    of('mobilenet_v2 values and timing, 1 thread(s), ms') / of('onnxruntime mobilenet_v2 float32, ms'), 8, 2],
  ['resnet18 timing only, s', of('resnet18 timing only, ms') / 1000, 0.05, 0.01],
  ['resnet50 timing only, s', of('resnet50 timing only, ms') / 1000, 0.15, 0.03],
  ['resnet50 timing only, whole run, s', of('resnet50 timing only, whole run, ms') / 1000, 1, 0.3],
  ['resnet50 import, quantize and lower, s', of('resnet50 import, quantize and lower, ms') / 1000, 1.5, 0.5],
  ['DDR model, sequential, million requests/s', of('replay/sequential'), 5, 20],
  ['DDR model, random, million requests/s', of('replay/random'), 2, 10],
  ['evaluate fashion resnet8, values and timing (timed once), images/s',
    of('evaluate_images/values_and_time/real_time'), 500, 2000],
  ['evaluate fashion resnet8, functional only, images/s', of('evaluate_images/values'), 5000, 20000],
  ['resnet50 with values, peak MB', of('resnet50 with values, peak MB'), 300, 150],
  ['resnet50 timing only, peak MB', of('resnet50 timing only, peak MB'), 60, 30],
  ...Object.keys(kept).filter(name => name.includes('speed-up of a pair')).sort()
    .map(name => [`${name}, of ${kept[name].length}`, of(name),
      ...(name.startsWith('resnet50 functional part, second thread, any cores:') ? [1.6, 1.9] : ['', ''])]),
  ['resnet50 values and timing, second thread: speed-up', of('resnet50 values and timing, 1 thread(s), ms') /
    of('resnet50 values and timing, 2 thread(s), ms'), '', ''],
  ...sizes.slice(1).map(size => [`resnet18 at ${size}, host time a MAC over that at 224`,
    of(`resnet18 at ${size}, values and timing, ps a MAC`) / of('resnet18 at 224, values and timing, ps a MAC'),
    1.2, '< 1']),
  ['front end of 256 convolutions over 128', of('front_end_of_chain/256') / of('front_end_of_chain/128'), '', 2],
];
console.log('\n| what | measured | must | aim |\n|---|---|---|---|');
for (const [what, value, must, aim] of rows)
  console.log(`| ${what} | ${value >= 1000 ? value.toFixed(0) : value.toPrecision(3)} | ${must} | ${aim} |`);
