// The page of a comparison. Everything shown is read from the embedded compare.json.

const comparison = embeddedData();
const runs = comparison.runs;
let firstOfNetwork = null;  // the runs of a network follow each other, and its first has no changes
runs.forEach((run, i) => {
  if (run.changes.length === 0) firstOfNetwork = run;
  run.index = i;
  run.first = firstOfNetwork;
  run.parts = partsOfAll(run.layers);
});
const networks = [...new Set(runs.map(run => run.first))];

function speed(ratio) {
  if (!isKnown(ratio)) return NOT_KNOWN;
  return '×' + ratio.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2});
}

function ratioCell(ratio, path) {
  if (!isKnown(ratio)) return NOT_KNOWN;
  const kind = ratio < .995 ? 'better' : ratio > 1.005 ? 'worse' : '';
  const node = datum(speed(ratio), ratio, path);
  node.className = kind;
  return node;
}

function tag(layer) {
  return element('span', {class: 'tag fill-' + layer.bound, title: percent(layer.bound_share) + ' of its time'}, BOUNDS[layer.bound]);
}

// Among the runs of one network its name says nothing.
function shortLabel(run) {
  return networks.length > 1 ? run.label.slice(run.label.indexOf(' ') + 1) : run.label;
}

function why(change) {
  if (!isKnown(change.cause)) return change.reason;
  const share = value => (100 * value).toFixed(0);
  return element('span', {title: change.reason}, `${CAUSE_NAMES[change.cause]} ${share(change.first_share)} → ${share(change.share)} % of it, ` +
                                                 speed(change.cause_ratio));
}

// ---------------------------------------------------------------- the runs

function runColumns() {
  const figure = (title, key, format, help) => ({title, help, value: run => run.totals[key],
    cell: run => datum(format(run.totals[key]), run.totals[key], `runs[${run.index}].totals.${key}`)});
  const ratio = (key, help) => ({title: '× first', help, value: run => run.ratio_to_first[key],
    cell: run => ratioCell(run.ratio_to_first[key], `runs[${run.index}].ratio_to_first.${key}`)});
  return [
    {title: 'Run', align: 'left', value: run => run.index, text: run => run.label},
    {title: 'Part', align: 'left', value: run => run.config_name, text: run => run.config_name},
    figure('Time ms', 'time_ms', value => number(value)), ratio('cycles', 'cycles against the first run of its network'),
    figure('Cycles', 'cycles', count), figure('Inferences/s', 'inferences_per_second', value => number(value)),
    figure('MACs/cycle', 'macs_per_cycle', value => number(value)), figure('Array use', 'mma_utilization', percent),
    figure('DDR GB/s', 'ddr_bandwidth_gbps', value => number(value, 3)), figure('DDR use', 'ddr_utilization', percent),
    {title: 'DDR bytes', value: run => run.totals.ddr_read_bytes + run.totals.ddr_write_bytes,
     text: run => bytes(run.totals.ddr_read_bytes + run.totals.ddr_write_bytes)},
    ratio('ddr_bytes', 'bytes of DDR against the first run of its network'),
    figure('Energy mJ', 'energy_mj', value => number(value)), ratio('energy_mj', 'energy against the first run of its network'),
  ];
}

function runBars() {
  const longest = new Map();  // of each network's runs
  for (const run of runs) longest.set(run.first, Math.max(longest.get(run.first) || 0, run.totals.cycles));
  return element('ol', {class: 'rows', 'aria-label': 'Cycles of each run by cause'}, runs.map(run => {
    const says = largestFirst(run.parts).map(([cause, cycles]) => CAUSE_NAMES[cause] + ' ' + percent(cycles / run.totals.cycles)).join(', ');
    return element('li', {title: run.label + ': ' + says}, nameSpan(run.label),
                   stackedBar(CAUSES.map(cause => [cause.id, run.parts[cause.id]]), longest.get(run.first)),
                   element('span', {class: 'figure'}, number(run.totals.time_ms) + ' ms'));
  }));
}

function verdictOf(run) {
  const byCause = {};
  for (const change of run.changes) {
    if (!isKnown(change.cause)) continue;
    const known = byCause[change.cause] = byCause[change.cause] || {layers: 0, before: 0, after: 0};
    known.layers += 1;
    known.before += run.first.layers[change.first_layer].cycles;
    known.after += run.layers[change.layer].cycles;
  }
  const groups = Object.entries(byCause).sort((a, b) => b[1].after - a[1].after);
  const names = {mma: 'array', dsp: 'vector core', ddr: 'waits for DDR', l3: 'waits for L3', l2: 'waits for L2', wait: 'other waits', overhead: 'overhead'};
  return element('li', {}, element('strong', {}, run.label), ' takes ', speed(run.ratio_to_first.cycles), ' the cycles of ', run.first.label, ': ',
                 groups.map(([cause, group], i) => [i > 0 ? '; ' : '', plural(group.layers, 'layer'), ' decided by ', names[cause], ' ',
                                                    speed(group.before > 0 ? group.after / group.before : null)]), '.');
}

function overview() {
  const others = runs.filter(run => run.changes.length > 0);
  return section('runs', 'Runs', 'Ratios are against the first run of the same network: below 1 is less.',
                 sortableTable('Runs', runColumns(), runs, 0).holder, element('h3', {}, 'Where the time goes'),
                 networks.length > 1 ? element('p', {class: 'note'}, 'Bars are as long as cycles, against the slowest run of the same network.') : null,
                 legend(CAUSES.map(cause => [cause.id, cause.name, cause.says])), element('div', {class: 'scroll'}, runBars()),
                 others.length > 0 ? [element('h3', {}, 'Why'), element('ul', {}, others.map(verdictOf))] : null);
}

// ---------------------------------------------------------------- layer by layer

function layerColumns(first, others, figure) {
  const columns = [
    {title: 'Layer', align: 'left', value: row => row.layer, cell: row => nameSpan(row.name)},
    {title: figure.title + ', ' + shortLabel(first), value: row => figure.of(first.layers[row.layer]),
     cell: row => datum(figure.text(first.layers[row.layer]), figure.of(first.layers[row.layer]), `runs[${first.index}].layers[${row.layer}].${figure.key}`)},
    {title: 'Bound', align: 'left', value: row => first.layers[row.layer].bound, cell: row => tag(first.layers[row.layer])},
  ];
  for (const run of others) {
    const changeOf = row => run.changes[row.others.get(run)];
    const layerOf = row => isKnown(row.others.get(run)) ? run.layers[row.others.get(run)] : null;
    columns.push(
      {title: figure.title + ', ' + shortLabel(run), value: row => layerOf(row) && figure.of(layerOf(row)),
       cell: row => layerOf(row) ? datum(figure.text(layerOf(row)), figure.of(layerOf(row)), `runs[${run.index}].layers[${row.others.get(run)}].${figure.key}`) : NOT_KNOWN},
      {title: '× cycles', value: row => layerOf(row) && changeOf(row).ratio,
       cell: row => layerOf(row) ? ratioCell(changeOf(row).ratio, `runs[${run.index}].changes[${row.others.get(run)}].ratio`) : NOT_KNOWN},
      {title: 'Bound', align: 'left', value: row => layerOf(row) && layerOf(row).bound, help: 'framed where it is another than in the first run',
       cell: row => {
         const layer = layerOf(row);
         if (!layer) return NOT_KNOWN;
         const node = tag(layer);
         if (layer.bound !== changeOf(row).first_bound) node.setAttribute('style', 'outline: 2px solid var(--ink); outline-offset: 1px');
         return node;
       }},
      {title: 'Why, ' + shortLabel(run), align: 'left', value: row => layerOf(row) && changeOf(row).cause,
       cell: row => layerOf(row) ? why(changeOf(row)) : NOT_KNOWN});
  }
  return columns;
}

const FIGURES = {
  cycles: {title: 'Cycles', key: 'cycles', of: layer => layer.cycles, text: layer => count(layer.cycles)},
  speed: {title: 'MACs/cycle', key: 'macs_per_cycle', of: layer => layer.macs_per_cycle, text: layer => number(layer.macs_per_cycle, 3)},
  use: {title: 'Array use', key: 'mma_utilization', of: layer => layer.mma_utilization, text: layer => percent(layer.mma_utilization)},
  ddr: {title: 'DDR read', key: 'ddr_read_bytes', of: layer => layer.ddr_read_bytes, text: layer => bytes(layer.ddr_read_bytes)},
  energy: {title: 'Energy mJ', key: 'energy_mj', of: layer => layer.energy_mj, text: layer => number(layer.energy_mj, 3)},
};

function layerSectionId(i) {
  return 'layers' + (i > 0 ? i + 1 : '');
}

function layerSectionTitle(first) {
  return networks.length > 1 ? 'Layers of ' + first.network : 'Layers';
}

function layerSection(first, i) {
  const others = runs.filter(run => run.first === first && run !== first);
  const rows = first.layers.map((layer, index) => ({layer: index, name: layer.name, others: new Map()}));
  for (const run of others)
    for (const change of run.changes) if (isKnown(change.first_layer)) rows[change.first_layer].others.set(run, change.layer);
  const holder = element('div');
  const state = {figure: 'cycles', changed: false};
  const draw = () => {
    const table = sortableTable('Layers of ' + first.network, layerColumns(first, others, FIGURES[state.figure]), rows, 0);
    table.filterBy(row => !state.changed || others.some(run => isKnown(row.others.get(run)) &&
        run.layers[row.others.get(run)].bound !== run.changes[row.others.get(run)].first_bound));
    holder.replaceChildren(table.holder);
  };
  const result = section(layerSectionId(i), layerSectionTitle(first),
      'Why names the cause with the largest share of both runs, that share, and how its cycles grew. Where the array decides, they follow its peak at the precision; where waits for memory do, they follow the bytes; where ' +
      'set-up does, they hardly change. A frame marks a bound that changed.',
      element('div', {class: 'controls'}, choice('Show', Object.entries(FIGURES).map(([id, figure]) => [id, figure.title]), value => {
        state.figure = value;
        draw();
      }), others.length > 0 ? choice('Layers', [['all', 'all'], ['changed', 'whose bound changed']], value => {
        state.changed = value === 'changed';
        draw();
      }) : null), holder);
  if (i < 2) draw();
  else later(holder, draw);
  return result;
}

function buildPage() {
  const title = networks.map(run => run.network).join(', ');
  document.title = title + ': comparison';
  showPage(element('header', {}, element('h1', {}, title), element('p', {class: 'subtitle'}, plural(runs.length, 'run') + ' side by side, timed')),
           [['runs', 'Runs', overview], ...networks.map((run, i) => [layerSectionId(i), layerSectionTitle(run), () => layerSection(run, i)])],
           'Every number is that of compare.json; energy is relative and uncalibrated.');
}
