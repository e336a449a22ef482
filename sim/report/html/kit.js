// Tools of every page: elements, numbers as a person reads them, causes of time with their colours, the tooltip,
// tables that sort. Knows no report.

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function element(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function shape(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

// ---------------------------------------------------------------- numbers

const NOT_KNOWN = '–';

function isKnown(value) {
  return value !== null && value !== undefined;
}

function count(value) {
  return isKnown(value) ? Math.round(value).toLocaleString('en-US') : NOT_KNOWN;
}

function number(value, digits = 4) {
  if (!isKnown(value)) return NOT_KNOWN;
  return value.toLocaleString('en-US', {maximumSignificantDigits: digits});
}

function percent(fraction) {
  if (fraction > 0 && fraction < .0005) return '< 0.1 %';
  return isKnown(fraction) ? (100 * fraction).toFixed(1) + ' %' : NOT_KNOWN;
}

function scaled(value, steps) {
  if (!isKnown(value)) return NOT_KNOWN;
  let chosen = steps[0];
  for (const step of steps) if (Math.abs(value) >= step[0]) chosen = step;
  return (value / chosen[0]).toLocaleString('en-US', {maximumSignificantDigits: 4}) + ' ' + chosen[1];
}

function bytes(value) {
  if (value === 0) return '0';
  return scaled(value, [[1, 'B'], [1e3, 'kB'], [1e6, 'MB'], [1e9, 'GB']]);
}

function large(value) {
  return scaled(value, [[1, ''], [1e3, 'k'], [1e6, 'M'], [1e9, 'G'], [1e12, 'T']]).trim();
}

// A number of the embedded JSON: shown as `text`, whole as a tooltip, found by its path.
function datum(text, value, path) {
  return element('data', {value: isKnown(value) ? String(value) : '', 'data-key': path, title: isKnown(value) ? String(value) : 'not known'},
                 text);
}

function plural(n, word) {
  return count(n) + ' ' + word + (n === 1 ? '' : 's');
}

// ---------------------------------------------------------------- where time goes

const CAUSES = [
  {id: 'mma', name: 'Array', says: 'the matrix array computes'},
  {id: 'dsp', name: 'Vector core', says: 'the vector core computes, the array does not'},
  {id: 'ddr', name: 'Wait for DDR', says: 'nothing computes until bytes of DDR arrive or leave'},
  {id: 'l3', name: 'Wait for L3', says: 'nothing computes until bytes of L3 arrive or leave'},
  {id: 'l2', name: 'Wait for L2', says: 'nothing computes as L2 serves others'},
  {id: 'wait', name: 'Other waits', says: 'nothing computes: start of transfers, full queues, synchronization'},
  {id: 'overhead', name: 'Overhead', says: 'set-up of layers and issue of instructions'},
];
const CAUSE_NAMES = Object.fromEntries(CAUSES.map(cause => [cause.id, cause.name]));
const BOUNDS = {mma: 'array', dsp: 'vector core', ddr: 'DDR', l3: 'L3', l2: 'L2', overhead: 'overhead'};

// Cycles of a layer by cause: they add up to its cycles. Where array and vector core work at once, it is the array's.
function partsOf(layer) {
  const parts = Object.fromEntries(CAUSES.map(cause => [cause.id, 0]));
  parts.overhead = layer.overhead_cycles;
  let stalled = 0;
  for (const [cause, cycles] of Object.entries(layer.stall_cycles)) {
    const memory = ['ddr', 'l3', 'l2'].find(name => cause.startsWith(name));
    parts[memory || 'wait'] += cycles;
    stalled += cycles;
  }
  const busy = layer.cycles - layer.overhead_cycles - stalled;
  parts.mma = Math.min(layer.mma_cycles, busy);
  parts.dsp = busy - parts.mma;
  return parts;
}

const ARRAY_PARTS = [
  {key: 'mma_useful_cycles', name: 'useful', says: 'what an array that is always full would take'},
  {key: 'mma_edge_cycles', name: 'edges', says: 'walks of banks whose rows, columns or depth are partly empty'},
  {key: 'mma_load_cycles', name: 'loads', says: 'a panel loads, and no bank is walked meanwhile'},
  {key: 'mma_drain_cycles', name: 'drains', says: 'start, pauses between blocks, results that leave'},
];

// The array's busy cycles by what they serve, as a sentence.
function arraySplit(layer) {
  return 'The array is busy for ' + count(layer.mma_cycles) + ' cycles: ' + ARRAY_PARTS.map(part => part.name + ' ' +
      count(layer[part.key]) + ' (' + percent(layer[part.key] / layer.cycles) + ' of the layer)').join(', ');
}

function partsOfAll(layers) {
  const sums = Object.fromEntries(CAUSES.map(cause => [cause.id, 0]));
  for (const layer of layers) {
    for (const [cause, cycles] of Object.entries(partsOf(layer))) sums[cause] += cycles;
  }
  return sums;
}

function largestFirst(parts) {
  return Object.entries(parts).filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
}

// ---------------------------------------------------------------- the tooltip, which screen readers hear as well

const tooltip = element('div', {class: 'tooltip', role: 'status', 'aria-live': 'polite', hidden: true});

function showTip(text, x, y) {
  tooltip.replaceChildren(...text.split('\n').map((line, i) => element(i === 0 ? 'strong' : 'span', {}, line)));
  tooltip.hidden = false;
  const box = tooltip.getBoundingClientRect();
  tooltip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + 'px';
  tooltip.style.top = (y + 18 + box.height > innerHeight ? Math.max(4, y - box.height - 10) : y + 18) + 'px';
}

function hideTip() {
  tooltip.hidden = true;
}

// Items of a drawing are found by pointer and by arrow keys: at(event) gives the index of one or null,
// describe(index) its text, mark(index or null) shows it, center(index) says where it is on the screen.
function browsable(drawing, {size, at, describe, mark, center, step}) {
  let current = null;
  const show = (index, x, y) => {
    current = index;
    mark(index);
    if (index === null) hideTip();
    else showTip(describe(index), x, y);
  };
  drawing.setAttribute('tabindex', '0');
  drawing.addEventListener('pointermove', event => show(at(event), event.clientX, event.clientY));
  drawing.addEventListener('pointerdown', event => show(at(event), event.clientX, event.clientY));
  drawing.addEventListener('pointerleave', () => show(null));
  drawing.addEventListener('blur', () => show(null));
  drawing.addEventListener('keydown', event => {
    if (event.key === 'Escape') return show(null);
    const direction = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1, Home: 'first', End: 'last'}[event.key];
    if (direction === undefined || size() === 0) return undefined;
    event.preventDefault();
    let next = 0;
    if (direction === 'last') next = size() - 1;
    else if (direction !== 'first' && current !== null)
      next = step ? step(current, event.key) : Math.max(0, Math.min(size() - 1, current + direction));
    const place = center(next);
    return show(next, place.x, place.y);
  });
}

// ---------------------------------------------------------------- parts of a page

function legend(entries) {
  return element('ul', {class: 'legend'}, entries.map(
      ([id, name, says]) => element('li', {title: says}, element('span', {class: 'swatch fill-' + id}), name)));
}

// Where it has no room its begin is left out: the end tells layers of a network apart.
function nameSpan(name) {
  return element('span', {class: 'name', title: name}, element('bdi', {dir: 'ltr'}, name));
}

function section(id, title, lead, ...content) {
  return element('section', {id, 'aria-labelledby': id + '-title'}, element('h2', {id: id + '-title'}, title),
                 lead ? element('p', {class: 'lead'}, lead) : null, content);
}

function choice(label, options, onChange) {
  const select = element('select', {onchange: () => onChange(select.value)},
                         options.map(([value, text]) => element('option', {value}, text)));
  return element('label', {class: 'choice'}, label + ' ', select);
}

// Drawn when it comes near the screen, when nothing else is to be done, or when the page is printed.
const drawnLater = [];
function later(holder, draw) {
  let isDrawn = false;
  const once = () => {
    if (isDrawn) return;
    isDrawn = true;
    draw();
  };
  drawnLater.push(once);
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    observer.disconnect();
    once();
  }, {rootMargin: '300px'}).observe(holder);
  return once;
}
addEventListener('beforeprint', () => drawnLater.forEach(draw => draw()));

// One after the other, so that no section grows under a reader who has jumped to what stands below it.
function drawWhenIdle(index = 0) {
  if (index === drawnLater.length) return;
  (window.requestIdleCallback || setTimeout)(() => {
    drawnLater[index]();
    drawWhenIdle(index + 1);
  });
}

// columns: {title, text(row) or cell(row), value(row), align, help}. Sorts by a click on a heading.
function sortableTable(caption, columns, rows, startColumn) {
  const body = element('tbody');
  let shown = rows.slice();
  let filter = () => true;
  let sorted = {column: startColumn, descending: false};
  const compare = (a, b) => {
    const column = columns[sorted.column];
    const [x, y] = [column.value(a), column.value(b)];
    if (!isKnown(x) || !isKnown(y)) return (isKnown(x) ? 0 : 1) - (isKnown(y) ? 0 : 1);
    const order = typeof x === 'string' ? x.localeCompare(y, 'en', {numeric: true}) : x - y;
    return sorted.descending ? -order : order;
  };
  const draw = () => {
    shown = rows.filter(row => filter(row)).sort(compare);
    body.replaceChildren(...shown.map(row => element('tr', {}, columns.map((column, i) => {
      const content = column.cell ? column.cell(row) : column.text(row);
      return i === 0 ? element('th', {scope: 'row', class: column.align || 'right'}, content)
                     : element('td', {class: column.align || 'right'}, content);
    }))));
    heads.forEach((head, i) => head.setAttribute(
        'aria-sort', i !== sorted.column ? 'none' : sorted.descending ? 'descending' : 'ascending'));
  };
  const heads = columns.map((column, i) => element('th', {scope: 'col', class: column.align || 'right'},
      element('button', {type: 'button', title: column.help, onclick: () => {
        const again = sorted.column === i;
        sorted = {column: i, descending: again ? !sorted.descending : typeof column.value(rows[0] || {}) === 'number'};
        draw();
      }}, column.title)));
  const table = element('table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, heads)), body);
  draw();
  return {
    holder: element('div', {class: 'scroll table-holder', tabindex: '0', role: 'region', 'aria-label': caption}, table),
    filterBy(test) {
      filter = test;
      draw();
      return shown.length;
    },
  };
}

// One bar of parts; its lengths are shares of `whole`.
function stackedBar(parts, whole, title) {
  return element('span', {class: 'bar', title, 'aria-hidden': 'true'}, parts.filter(([, value]) => value > 0).map(
      ([id, value]) => element('i', {class: 'fill-' + id, style: 'width:' + (100 * value / whole).toFixed(3) + '%'})));
}

// A page of sections, [id, title, build]: the first stands at once, the others once it has been painted.
function showPage(header, sections, footer) {
  const main = element('main', {}, sections[0][2]());
  document.body.append(element('a', {class: 'skip', href: '#' + sections[0][0]}, 'To the ' + sections[0][1].toLowerCase()), header,
                       element('nav', {'aria-label': 'Sections'}, element('ul', {}, sections.map(
                           ([id, title]) => element('li', {}, element('a', {href: '#' + id}, title))))), main, tooltip);
  requestAnimationFrame(() => setTimeout(() => {
    main.append(...sections.slice(1).map(([, , build]) => build()));
    document.body.append(element('footer', {}, element('p', {}, footer)));
    drawWhenIdle();
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }));
}

function embeddedData() {
  return JSON.parse(document.getElementById('data').textContent);
}
