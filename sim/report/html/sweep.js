// The page of a sweep. Everything shown is read from the embedded rows: which points no other beats, and what each key
// does to the rest.

const sweep = embeddedData();
const points = sweep.rows.map((row, index) => ({row, index})).filter(({row}) => isKnown(row.cycles));
const failures = sweep.rows.filter(row => isKnown(row.error));

// What was asked stands before the totals, which begin with `cores`.
const ASKED = Object.keys(sweep.rows[0] || {}).slice(1, Object.keys(sweep.rows[0] || {}).indexOf('cores'));
const varied = ASKED.filter(key => new Set(points.map(({row}) => row[key])).size > 1);
const networks = [...new Set(points.map(({row}) => row.network))];
const PALETTE = ['mma', 'ddr', 'l2', 'dsp', 'l3', 'wait', 'overhead'];

const AXES = {
  time_ms: {name: 'Time, ms'},
  energy_mj: {name: 'Energy, mJ (relative)'},
  area_proxy_kib: {name: 'Area proxy, KiB of SRAM'},
  ddr_bytes: {name: 'DDR bytes'},
};
for (const point of points) point.row.ddr_bytes = point.row.ddr_read_bytes + point.row.ddr_write_bytes;

function stem(file) {
  return String(file).split('/').pop().replace(/\.(onnx|yaml)$/, '');
}

function shownValue(key, value) {
  if (key === 'network' || key === 'config') return stem(value) || 'default';
  if (key.endsWith('_bytes') && value >= 1024 && value % 1024 === 0) return count(value / 1024) + ' KiB';
  return typeof value === 'number' ? number(value, 6) : String(value);
}

function nameOf(row) {
  return varied.map(key => `${key} ${shownValue(key, row[key])}`).join(', ') || row.hash.slice(0, 8);
}

// ---------------------------------------------------------------- who beats whom

function beats(a, b, keys) {
  return keys.every(key => a.row[key] <= b.row[key]) && keys.some(key => a.row[key] < b.row[key]);
}

// A point is compared with those of its own network.
function front(candidates, keys) {
  return candidates.filter(point => !candidates.some(
      other => other.row.network === point.row.network && beats(other, point, keys)));
}

const onFront = new Set(front(points, ['time_ms', 'energy_mj', 'area_proxy_kib']));

// ---------------------------------------------------------------- drawings

function ticks(low, high) {
  const rough = (high - low) / 6, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step) values.push(value);
  return values;
}

function padded(values) {
  const low = Math.min(...values), high = Math.max(...values);
  const margin = (high - low) * .06 || Math.abs(high) * .05 || 1;
  return [low - margin, high + margin];
}

// A plane with axes: places in it, and the lines and words around it.
class Plane {
  constructor(width, height, x, y) {
    [this.width, this.height, this.x, this.y] = [width, height, x, y];
    this.inner = {left: 74, right: width - 18, top: 26, bottom: height - 46};
  }

  toX(value) {
    return this.inner.left + (this.inner.right - this.inner.left) * (value - this.x[0]) / (this.x[1] - this.x[0]);
  }

  toY(value) {
    return this.inner.bottom - (this.inner.bottom - this.inner.top) * (value - this.y[0]) / (this.y[1] - this.y[0]);
  }

  vertical(value, text) {
    const x = this.toX(value).toFixed(1);
    return [shape('path', {class: 'axis', d: `M${x} ${this.inner.top}V${this.inner.bottom}`}),
            shape('text', {class: 'faint', x, y: this.inner.bottom + 17, 'text-anchor': 'middle'}, text)];
  }

  horizontal(value, text) {
    const y = this.toY(value).toFixed(1);
    return [shape('path', {class: 'axis', d: `M${this.inner.left} ${y}H${this.inner.right}`}),
            shape('text', {class: 'faint', x: this.inner.left - 7, y: +y + 4, 'text-anchor': 'end'}, text)];
  }

  titles(x, y) {
    return [shape('text', {class: 'faint', x: (this.inner.left + this.inner.right) / 2, y: this.height - 8, 'text-anchor': 'middle'}, x),
            shape('text', {class: 'faint', x: this.inner.left, y: 15}, y)];
  }
}

function browsablePoints(drawing, circles, describe) {
  browsable(drawing, {
    size: () => circles.length,
    at: event => {
      const i = circles.indexOf(event.target);
      return i < 0 ? null : i;
    },
    describe,
    mark: marked => circles.forEach((circle, i) => circle.classList.toggle('marked', i === marked)),
    center: i => {
      const box = circles[i].getBoundingClientRect();
      return {x: box.x + box.width / 2, y: box.y + box.height / 2};
    },
  });
}

function describePoint({row}) {
  return [nameOf(row), `${number(row.time_ms)} ms, ${count(row.cycles)} cycles`,
          `${number(row.energy_mj)} mJ, ${bytes(row.ddr_bytes)} of DDR`, `area proxy ${count(row.area_proxy_kib)} KiB`].join('\n');
}

function paretoDrawing(network, xKey, yKey) {
  const shown = points.filter(({row}) => row.network === network);
  const plane = new Plane(920, 430, padded(shown.map(({row}) => row[xKey])), padded(shown.map(({row}) => row[yKey])));
  const best = front(shown, [xKey, yKey]).sort((a, b) => a.row[xKey] - b.row[xKey] || b.row[yKey] - a.row[yKey]);
  const place = ({row}) => `${plane.toX(row[xKey]).toFixed(1)} ${plane.toY(row[yKey]).toFixed(1)}`;
  const line = best.map((point, i) => i === 0 ? 'M' + place(point) : `H${plane.toX(point.row[xKey]).toFixed(1)}V${plane.toY(point.row[yKey]).toFixed(1)}`);
  const circles = shown.map(point => shape('circle', {
    class: 'point fill-' + (best.includes(point) ? 'ddr' : 'mma'), cx: plane.toX(point.row[xKey]).toFixed(1),
    cy: plane.toY(point.row[yKey]).toFixed(1), r: best.includes(point) ? 6 : 4}));
  const drawing = shape('svg', {viewBox: '0 0 920 430', class: 'wide', role: 'application', 'aria-roledescription': 'scatter chart',
    'aria-label': `${AXES[yKey].name} over ${AXES[xKey].name}: ${plural(shown.length, 'point')}, ${best.length} of them on the front. Arrow keys go from point to point.`},
    ticks(...plane.x).map(value => plane.vertical(value, number(value))), ticks(...plane.y).map(value => plane.horizontal(value, number(value))),
    plane.titles(AXES[xKey].name, AXES[yKey].name), shape('path', {class: 'edge near', d: line.join('')}), circles);
  browsablePoints(drawing, circles, i => describePoint(shown[i]));
  return drawing;
}

function pareto() {
  const holder = element('figure');
  const state = {network: networks[0], x: 'area_proxy_kib', y: 'time_ms'};
  if (new Set(points.map(({row}) => row.area_proxy_kib)).size === 1) state.x = 'energy_mj';
  const draw = () => holder.replaceChildren(paretoDrawing(state.network, state.x, state.y));
  const axisChoice = (label, axis) => {
    const node = choice(label, Object.entries(AXES).map(([id, {name}]) => [id, name]), value => {
      state[axis] = value;
      draw();
    });
    node.querySelector('select').value = state[axis];
    return node;
  };
  draw();
  return section('pareto', 'Pareto front',
      'A point on the front is beaten by no other: whichever is better on one axis is worse on the other. The area proxy is ' +
      'on-chip SRAM in KiB and a tenth of a KiB per 8-bit multiply-accumulator; it leaves out everything else.',
      element('div', {class: 'controls'}, axisChoice('Across', 'x'), axisChoice('Up', 'y'), networks.length > 1 ?
          choice('Network', networks.map(name => [name, stem(name)]), value => {
            state.network = value;
            draw();
          }) : null),
      legend([['ddr', 'on the front'], ['mma', 'beaten by another']]), holder);
}

// ---------------------------------------------------------------- what each key does

// Points that are alike in all but `key`, in the order of its values.
function familiesOf(key, values) {
  const families = new Map();
  for (const point of points) {
    const name = JSON.stringify(varied.filter(other => other !== key).map(other => point.row[other]));
    if (!families.has(name)) families.set(name, []);
    families.get(name).push(point);
  }
  return [...families.values()].filter(family => family.length > 1).map(
      family => family.sort((a, b) => values.indexOf(a.row[key]) - values.indexOf(b.row[key])));
}

function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function sensitivityDrawing(key, figure) {
  const values = [...new Set(points.map(({row}) => row[key]))];
  values.sort((a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : 0);
  const families = familiesOf(key, values);
  if (families.length === 0) return element('p', {class: 'note'}, 'No two points differ in this key alone.');
  const ratios = families.map(family => family.map(point => [values.indexOf(point.row[key]), point.row[figure] / family[0].row[figure]]));
  const plane = new Plane(920, 300, [-.4, values.length - .6], padded(ratios.flat().map(([, ratio]) => 100 * ratio)));
  const path = pairs => 'M' + pairs.map(([i, ratio]) => `${plane.toX(i).toFixed(1)} ${plane.toY(100 * ratio).toFixed(1)}`).join('L');
  const means = values.map((_, i) => [i, ratios.flat().filter(([at]) => at === i).map(([, ratio]) => ratio)]).filter(
      ([, all]) => all.length > 0).map(([i, all]) => [i, geometricMean(all)]);
  const circles = means.map(([i, ratio]) => shape('circle', {class: 'point fill-ddr', cx: plane.toX(i).toFixed(1), cy: plane.toY(100 * ratio).toFixed(1), r: 5}));
  const says = ([i, ratio]) => `${key} ${shownValue(key, values[i])}\n${(100 * ratio).toFixed(1)} % of ${shownValue(key, values[0])}, in the mean of ${plural(families.length, 'family').replace('familys', 'families')}`;
  const drawing = shape('svg', {viewBox: '0 0 920 300', class: 'wide', role: 'application', 'aria-roledescription': 'line chart',
    'aria-label': `${AXES[figure].name} by ${key}: ` + means.map(([i, ratio]) => `${shownValue(key, values[i])}: ${(100 * ratio).toFixed(1)} %`).join(', ')},
    values.map((value, i) => plane.vertical(i, shownValue(key, value))), ticks(...plane.y).map(value => plane.horizontal(value, number(value) + ' %')),
    plane.titles(key, AXES[figure].name.split(',')[0] + ' against the first value'),
    ratios.map(pairs => shape('path', {class: 'edge', 'stroke-opacity': .35, d: path(pairs)})), shape('path', {class: 'edge near', d: path(means)}), circles);
  browsablePoints(drawing, circles, i => says(means[i]));
  return drawing;
}

function sensitivity() {
  if (varied.length === 0) return null;
  const holder = element('div');
  const draw = figure => holder.replaceChildren(...varied.filter(key => key !== 'network').map(
      key => element('figure', {}, element('h3', {}, key), sensitivityDrawing(key, figure))));
  draw('time_ms');
  return section('sensitivity', 'Sensitivity',
      'A thin line joins points that differ in this key alone, each against the first of its line; the strong one is their geometric mean.',
      element('div', {class: 'controls'}, choice('Of', Object.entries(AXES).map(([id, {name}]) => [id, name]), draw)), holder);
}

// ---------------------------------------------------------------- all points

function table() {
  const figure = (title, key, format, help) => ({title, help, value: ({row}) => row[key],
    cell: ({row, index}) => datum(format(row[key]), row[key], `rows[${index}].${key}`)});
  const columns = [
    {title: 'Point', align: 'left', value: ({row}) => row.hash, text: ({row}) => row.hash.slice(0, 8)},
    ...varied.map(key => ({title: key, align: typeof points[0].row[key] === 'number' ? 'right' : 'left', value: ({row}) => row[key],
                           text: ({row}) => shownValue(key, row[key])})),
    figure('Time ms', 'time_ms', value => number(value)), figure('Cycles', 'cycles', count),
    figure('Energy mJ', 'energy_mj', value => number(value)),
    {title: 'DDR bytes', value: ({row}) => row.ddr_bytes, text: ({row}) => bytes(row.ddr_bytes)},
    figure('Area KiB', 'area_proxy_kib', count, 'a proxy: SRAM in KiB and a tenth per multiply-accumulator'),
    {title: 'Front', align: 'left', value: point => onFront.has(point) ? 1 : 0, text: point => onFront.has(point) ? 'yes' : '',
     help: 'no other point of its network is better in time, energy or area and no worse in the others'},
  ];
  const all = sortableTable('Points', columns, points, 0);
  return section('points', 'Points', `${plural(onFront.size, 'point')} of ${points.length} ${onFront.size === 1 ? 'is' : 'are'} beaten by no other in time, energy and area.`,
      element('div', {class: 'controls'}, choice('Show', [['all', 'all'], ['front', 'those on the front']],
                                               value => all.filterBy(point => value === 'all' || onFront.has(point)))), all.holder);
}

function failed() {
  if (failures.length === 0) return null;
  return section('failed', 'Failed points', null, element('ul', {}, failures.map(
      row => element('li', {}, element('code', {}, row.hash.slice(0, 8)), ' ', stem(row.network), ': ', row.error))));
}

function buildPage() {
  const parts = (points.length > 0 ? [pareto(), sensitivity(), table(), failed()] : [failed()]).filter(isKnown);
  document.title = networks.map(stem).join(', ') + ': sweep';
  document.body.append(
      element('a', {class: 'skip', href: '#' + (parts.length > 0 ? parts[0].id : '')}, 'To the points'),
      element('header', {}, element('h1', {}, networks.map(stem).join(', ') || 'Sweep'),
              element('p', {class: 'subtitle'}, `${plural(sweep.points, 'point')}, ${count(sweep.failed)} failed; varied: ${varied.join(', ') || 'nothing'}`)),
      element('nav', {'aria-label': 'Sections'}, element('ul', {}, parts.map(
          part => element('li', {}, element('a', {href: '#' + part.id}, part.querySelector('h2').textContent))))),
      element('main', {}, parts),
      element('footer', {}, element('p', {}, 'Every number is that of results.csv; energy is relative and uncalibrated, area is a proxy.')), tooltip);
}
