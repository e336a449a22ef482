// The page of one run. Everything shown is read from the embedded report.json.

const report = embeddedData();
const totals = report.totals;
const layers = report.layers;
const isTimed = isKnown(totals.cycles);

function card(title, figure, key, beside) {
  return element('div', {}, element('dt', {}, title),
                 element('dd', {class: 'figure'}, datum(figure, totals[key], 'totals.' + key)),
                 beside ? element('dd', {class: 'beside'}, beside) : null);
}

// ---------------------------------------------------------------- headline

function headline() {
  const config = report.config;
  const cards = isTimed ? [
    card('Time', number(totals.time_ms) + ' ms', 'time_ms',
         count(totals.cycles) + ' cycles at ' + number(config.soc.core_clock_mhz) + ' MHz'),
    card('Inferences per second', number(totals.inferences_per_second), 'inferences_per_second',
         'batch of ' + count(totals.batch) + (totals.cores > 1 ? ', ' + totals.cores + ' cores' : '')),
    card('Use of the array', percent(totals.mma_utilization), 'mma_utilization', 'of its peak at ' + report.precision),
    card('MACs per cycle', number(totals.macs_per_cycle), 'macs_per_cycle', large(totals.macs) + ' MACs in all'),
    card('Operations', number(totals.tops, 3) + ' TOPS', 'tops', 'two a multiply-accumulate'),
    card('DDR bandwidth', number(totals.ddr_bandwidth_gbps, 3) + ' GB/s', 'ddr_bandwidth_gbps',
         percent(totals.ddr_utilization) + ' of the peak'),
    card('DDR read', bytes(totals.ddr_read_bytes), 'ddr_read_bytes', 'written ' + bytes(totals.ddr_write_bytes)),
    card('Energy', number(totals.energy_mj) + ' mJ', 'energy_mj', 'relative and uncalibrated'),
  ] : [card('MACs', large(totals.macs), 'macs', 'not timed')];
  cards.push(card('Peak L2', bytes(totals.peak_l2_bytes), 'peak_l2_bytes', 'of ' + bytes(config.l2.size_bytes)));
  cards.push(card('Peak L3', bytes(totals.peak_l3_bytes), 'peak_l3_bytes', 'of ' + bytes(config.l3.size_bytes)));
  cards.push(card('Peak DDR', bytes(totals.peak_ddr_bytes), 'peak_ddr_bytes', 'of ' + bytes(config.ddr.size_bytes)));
  return section('summary', 'Summary', null, isTimed ? element('p', {class: 'verdict'}, verdict()) : null,
                 element('dl', {class: 'cards'}, cards));
}

function verdict() {
  const parts = partsOfAll(layers);
  const shares = largestFirst(parts).slice(0, 3).map(
      ([cause, cycles]) => CAUSE_NAMES[cause].toLowerCase().replace('ddr', 'DDR').replace(/\bl([23])\b/, 'L$1') + ' ' +
                           percent(cycles / totals.cycles));
  const bound = layers.filter(layer => layer.bound === 'ddr');
  const named = bound.length <= 3 ? ' (' + bound.map(layer => layer.name).join(', ') + ')' : '';
  return 'Most of the time goes to ' + shares.join(', ') + '. ' +
         (bound.length === 0 ? 'No layer is bound by DDR.'
                             : plural(bound.length, 'layer') + ' of ' + layers.length + named + ' ' +
                                   (bound.length === 1 ? 'is' : 'are') + ' bound by DDR; all waits for DDR together are ' +
                                   percent(parts.ddr / totals.cycles) + ' of the time, the most that a faster DDR could save; ' +
                                   'mmasim advise simulates what twice its rate brings.');
}

// ---------------------------------------------------------------- where the time went

function timeRows(order, scale) {
  const rows = layers.map((layer, index) => ({layer, index})).filter(row => row.layer.cycles > 0);
  if (order === 'slowest') rows.sort((a, b) => b.layer.cycles - a.layer.cycles);
  const longest = Math.max(...rows.map(row => row.layer.cycles));
  return rows.map(({layer, index}) => {
    const parts = partsOf(layer);
    const says = largestFirst(parts).map(
        ([cause, cycles]) => CAUSE_NAMES[cause] + ' ' + count(cycles) + ' (' + percent(cycles / layer.cycles) + ')').join(', ');
    const whole = scale === 'share' ? layer.cycles : longest;
    const array = layer.mma_cycles > 0 ? '. ' + arraySplit(layer) : '';
    return element('li', {title: layer.name + ': ' + says + array}, nameSpan(layer.name),
                   stackedBar(CAUSES.map(cause => [cause.id, parts[cause.id]]), whole),
                   element('span', {class: 'figure'}, datum(count(layer.cycles), layer.cycles, `layers[${index}].cycles`)));
  });
}

function whereTimeWent() {
  const parts = partsOfAll(layers);
  const list = element('ol', {class: 'rows', 'aria-label': 'Cycles of each layer by cause'});
  const state = {order: 'network', scale: 'cycles'};
  const draw = () => list.replaceChildren(...timeRows(state.order, state.scale));
  draw();
  const shares = CAUSES.filter(cause => parts[cause.id] > 0).map(cause => element('li', {title: cause.says},
      element('span', {class: 'swatch fill-' + cause.id}), cause.name + ' ' + percent(parts[cause.id] / totals.cycles)));
  return section('time', 'Where the time went',
      'Every cycle of a layer is one of these: something computes, the core is busy with set-up, or it waits. They add up to the ' +
      'layer’s cycles.',
      element('div', {class: 'totals'}, stackedBar(CAUSES.map(cause => [cause.id, parts[cause.id]]), totals.cycles),
              element('ul', {class: 'shares', 'aria-label': 'Shares of the whole run'}, shares)),
      element('div', {class: 'controls'},
              choice('Order', [['network', 'of the network'], ['slowest', 'slowest first']], value => {
                state.order = value;
                draw();
              }),
              choice('Bars', [['cycles', 'by cycles'], ['share', 'by share of the layer']], value => {
                state.scale = value;
                draw();
              })),
      element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Cycles of each layer by cause'}, list));
}

// ---------------------------------------------------------------- energy

const ENERGY = [['mma', 'Array', 'mma'], ['dsp', 'Vector core', 'dsp'], ['ddr', 'DDR', 'ddr'], ['l3', 'L3', 'l3'], ['l2', 'L2', 'l2'],
                ['l1', 'L1', 'l1'], ['noc', 'Interconnect', 'noc'], ['dma', 'DMA', 'wait'], ['static', 'Static', 'overhead']];

function energySplit() {
  const parts = ENERGY.map(([id, name, colour]) => ({name, colour, key: id + '_mj', value: totals.energy[id + '_mj']}));
  return section('energy', 'Energy', 'Relative and uncalibrated: good for comparing runs, not for a power budget.',
      element('div', {class: 'totals'}, stackedBar(parts.map(part => [part.colour, part.value]), totals.energy_mj)),
      element('dl', {class: 'facts'}, parts.map(part => element('div', {},
          element('dt', {}, element('span', {class: 'swatch fill-' + part.colour}), part.name),
          element('dd', {}, datum(number(part.value) + ' mJ', part.value, 'totals.energy.' + part.key), ' · ',
                  percent(part.value / totals.energy_mj))))));
}

// ---------------------------------------------------------------- the table of layers

function boundTag(layer) {
  if (!isKnown(layer.bound)) return NOT_KNOWN;
  return element('span', {class: 'tag fill-' + layer.bound, title: layer.mma_cycles > 0 ? arraySplit(layer) : ''},
                 BOUNDS[layer.bound] + ' ' + percent(layer.bound_share));
}

function layerColumns() {
  const figure = (title, key, format, help) => ({
    title, help, value: row => row.layer[key],
    cell: row => datum(format(row.layer[key]), row.layer[key], `layers[${row.index}].${key}`),
  });
  const columns = [
    {title: 'Layer', align: 'left', value: row => row.index, cell: row => nameSpan(row.layer.name),
     help: 'in the order of execution'},
    {title: 'Kind', align: 'left', value: row => row.layer.kind, text: row => row.layer.kind},
    {title: 'Precision', align: 'left', value: row => row.layer.precision, text: row => row.layer.precision},
    figure('MACs', 'macs', large, 'of the network, however executed'),
  ];
  if (isTimed) columns.push(
    figure('Cycles', 'cycles', count),
    {title: 'Share', value: row => row.layer.cycles, text: row => percent(row.layer.cycles / totals.cycles)},
    {title: 'Bound', align: 'left', value: row => row.layer.bound, cell: row => boundTag(row.layer), help: 'what most of its time goes to'},
    figure('MACs/cycle', 'macs_per_cycle', value => number(value, 3)),
    figure('Array use', 'mma_utilization', percent, 'of the peak at its precision'),
    ...ARRAY_PARTS.map(part => figure('Array: ' + part.name, part.key, count, part.says)),
    figure('Weights', 'ddr_weight_bytes', bytes, 'read from DDR'),
    figure('Features', 'ddr_feature_bytes', bytes, 'read from DDR'),
    figure('Output', 'ddr_write_bytes', bytes, 'written to DDR'),
    figure('L3 read', 'l3_read_bytes', bytes), figure('L3 written', 'l3_write_bytes', bytes),
    figure('L2 read', 'l2_read_bytes', bytes), figure('L2 written', 'l2_write_bytes', bytes),
    figure('Energy mJ', 'energy_mj', value => number(value, 3), 'relative and uncalibrated'));
  columns.push(figure('Tiles', 'tiles', count),
               {title: 'Dataflow', align: 'left', value: row => row.layer.dataflow, text: row => row.layer.dataflow});
  if (layers.some(layer => layer.error)) {
    const error = (title, key, help, format = value => number(value, 3)) => ({
      title, help, value: row => row.layer.error ? row.layer.error[key] : null,
      cell: row => row.layer.error ? datum(format(row.layer.error[key]), row.layer.error[key], `layers[${row.index}].error.${key}`) : NOT_KNOWN,
    });
    columns.push(error('SQNR dB', 'sqnr_db', 'signal to quantization noise against float'), error('Largest error', 'max_abs', 'of the layer’s output against float'),
                 error('Mean error', 'mean_abs', 'without its sign'), error('Bias', 'bias', 'mean error with its sign'),
                 error('Saturated', 'saturated', 'share of the values at an end of the grid', percent),
                 error('Grid used', 'grid_used', 'share of the grid that the values span', percent),
                 error('Sensitivity dB', 'sensitivity_db', 'SQNR of the network’s outputs if this layer alone is quantized'));
  }
  return columns;
}

function layerTable() {
  const rows = layers.map((layer, index) => ({layer, index}));
  const table = sortableTable('Layers', layerColumns(), rows, 0);
  const found = element('span', {class: 'note', role: 'status'});
  const wanted = {text: '', bound: ''};
  const narrow = () => {
    const shown = table.filterBy(({layer}) => (layer.name + ' ' + layer.kind).toLowerCase().includes(wanted.text) &&
                                              (wanted.bound === '' || layer.bound === wanted.bound));
    found.textContent = plural(shown, 'layer') + ' of ' + rows.length;
  };
  narrow();
  return section('layers', 'Layers', 'A click on a heading sorts; names are in the order of execution at first.',
      element('div', {class: 'controls'},
              element('label', {class: 'choice'}, 'Find ', element('input', {type: 'search', placeholder: 'name or kind',
                oninput: event => {
                  wanted.text = event.target.value.toLowerCase();
                  narrow();
                }})),
              isTimed ? choice('Bound by', [['', 'anything'], ...Object.entries(BOUNDS)], value => {
                wanted.bound = value;
                narrow();
              }) : null, found),
      table.holder);
}

// ---------------------------------------------------------------- configuration, quantization, warnings

function facts(pairs) {
  return element('dl', {class: 'facts'}, pairs.filter(pair => isKnown(pair[1])).map(
      ([name, value, path]) => element('div', {}, element('dt', {}, name),
                                       element('dd', {}, path ? datum(String(value), value, path) : String(value)))));
}

function configuration() {
  const groups = Object.entries(report.config).map(([group, values]) => element('details', {}, element('summary', {}, group),
      facts(Object.entries(values).map(([key, value]) => typeof value === 'object' ? [key, JSON.stringify(value)]
                                                                                   : [key, value, `config.${group}.${key}`]))));
  return section('configuration', 'Configuration', 'The hardware ' + report.config_name + ', every key of it.', groups);
}

function quantization() {
  const {calibration} = report.input;
  const choices = facts([
    ['Precision', report.precision, 'precision'], ['Preset', report.quant, 'quant'],
    ['Input', report.input.source, 'input.source'], ['Calibrated on', calibration.source, 'input.calibration.source'],
    ['Calibration samples', isKnown(calibration.source) ? calibration.samples : null, 'input.calibration.samples'],
    ['Accumulator', report.accumulator && report.accumulator.policy, 'accumulator.policy'],
    ['Accumulator overflows', report.accumulator && report.accumulator.overflow_count, 'accumulator.overflow_count'],
    ['Values compared with the reference', report.verify && report.verify.compared_values, 'verify.compared_values'],
    ['Values that differ', report.verify && report.verify.mismatches, 'verify.mismatches'],
  ]);
  const outputs = report.outputs.map((output, i) => element('p', {class: 'note'}, 'Output ', element('code', {}, output.name), ': ',
      output.dtype, ' [', output.shape.join(', '), '], scale ', datum(number(output.scale), output.scale, `outputs[${i}].scale`),
      ', zero point ', datum(count(output.zero_point), output.zero_point, `outputs[${i}].zero_point`)));
  return section('quantization', 'Quantization', 'Every tensor’s scale and range stands in quantization.yaml beside this page.', choices, outputs);
}

function warnings() {
  const items = report.warnings.map(text => element('li', {}, text)).concat(report.fallbacks.map(
      fallback => element('li', {}, element('code', {}, fallback.node), ' ran on ' + fallback.ran_on + ': ' + fallback.reason)));
  return section('warnings', 'Warnings and fallbacks', null,
                 items.length > 0 ? element('ul', {}, items) : element('p', {}, 'None: every operator ran on its usual unit.'));
}

// ---------------------------------------------------------------- the page

function buildPage() {
  const sections = [
    ['summary', 'Summary', headline], isTimed && ['time', 'Where the time went', whereTimeWent], isTimed && ['roofline', 'Roofline', roofline],
    report.timeline && ['bandwidth', 'Bandwidth over time', bandwidthOverTime],
    ['layers', 'Layers', layerTable], ['memory', 'Memory over time', memoryOverTime],
    report.edges.length > 0 && ['graph', 'Network', networkGraph], isTimed && ['energy', 'Energy', energySplit],
    ['quantization', 'Quantization', quantization], ['configuration', 'Configuration', configuration],
    ['warnings', 'Warnings and fallbacks', warnings],
  ].filter(Boolean);
  showPage(element('header', {}, element('h1', {}, report.network.name),
                   element('p', {class: 'subtitle'}, [report.precision, report.quant, 'on ' + report.config_name].filter(Boolean).join(' · '),
                           report.network.file ? [' · ', element('code', {}, report.network.file)] : null)),
           sections, 'mmasim ' + report.mmasim_version + '. Every number is that of report.json; docs/report.md says how to read each section.');
}
