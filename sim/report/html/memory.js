// Where every tensor and constant lies, and how long: a map per memory, time from left to right, addresses from bottom
// to top. Blocks may be many thousands, so the drawing has one path per kind, and pointers find blocks by place.

const KINDS = [['input', 'input'], ['output', 'output'], ['activation', 'activation'], ['constant', 'weights and other constants']];

// Steps of the schedule laid out from 0 to 1: a layer is as wide as its cycles or as all others, its steps as each other.
class StepScale {
  constructor(byTime) {
    this.layers = layers;
    this.firstSteps = [];
    let steps = 0, at = 0;
    const weights = layers.map(layer => byTime ? layer.cycles : layer.tiles > 0 || layer.kind === 'call' ? 1 : 0);
    const whole = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    this.edges = [0];
    layers.forEach((layer, i) => {
      this.firstSteps.push(steps);
      steps += layer.tiles;
      at += weights[i] / whole;
      this.edges.push(at);
    });
    this.steps = steps;
  }

  layerOf(step) {
    let low = 0, high = this.firstSteps.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.firstSteps[middle] <= step) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  start(step) {
    if (step === 0) return 0;  // what is there before the first step is there from the beginning
    if (step >= this.steps) return 1;
    const i = this.layerOf(step);
    const share = (step - this.firstSteps[i]) / Math.max(1, layers[i].tiles);
    return this.edges[i] + share * (this.edges[i + 1] - this.edges[i]);
  }

  end(step) {
    return this.start(step + 1);
  }
}

class MemoryMap {
  constructor(space, blocks, scale) {
    [this.width, this.height] = [1180, space === 'l2' ? 330 : 250];
    this.inner = {left: 74, right: 1170, top: 12, bottom: this.height - 30};
    this.space = space;
    this.scale = scale;
    this.top = blocks.reduce((top, block) => Math.max(top, block.address + block.bytes), 1);
    this.blocks = blocks.flatMap(block => Array.from({length: block.times}, (_, time) => this.place(block, time * block.step_period)));
  }

  place(block, later) {
    const [first, last] = [block.first_step + later, block.last_step + later];
    return {block, first, last, x0: this.toX(this.scale.start(first)), x1: this.toX(this.scale.end(last)),
            y0: this.toY(block.address + block.bytes), y1: this.toY(block.address)};
  }

  toX(share) {
    return this.inner.left + (this.inner.right - this.inner.left) * share;
  }

  toY(address) {
    return this.inner.bottom - (this.inner.bottom - this.inner.top) * address / this.top;
  }

  paths() {
    const gap = (from, to, most) => Math.min(most, (to - from) / 4);
    return KINDS.map(([kind]) => {
      const d = this.blocks.filter(({block}) => block.kind === kind).map(({x0, x1, y0, y1}) => {
        const dx = gap(x0, x1, .8), dy = gap(y0, y1, .6);
        return `M${(x0 + dx).toFixed(2)} ${(y0 + dy).toFixed(2)}H${Math.max(x0 + .4, x1 - dx).toFixed(2)}V${Math.max(y0 + .5, y1 - dy).toFixed(2)}H${(x0 + dx).toFixed(2)}Z`;
      }).join('');
      return d ? shape('path', {class: 'fill-' + kind, d, 'data-kind': kind}) : null;
    }).filter(Boolean);
  }

  axes() {
    const {left, right, bottom, top} = this.inner;
    const lines = [shape('path', {class: 'axis', d: `M${left} ${top}V${bottom}H${right}`})];
    for (const share of [0, .5, 1])
      lines.push(shape('text', {class: 'faint', x: left - 7, y: this.toY(this.top * share) + 4, 'text-anchor': 'end'}, bytes(this.top * share)));
    let shownTo = -100;
    layers.forEach((layer, i) => {
      const x = this.toX(this.scale.edges[i]), next = this.toX(this.scale.edges[i + 1]);
      if (next - x < .5) return;
      if (this.blocks.length < 20000 && i > 0) lines.push(shape('path', {class: 'axis', d: `M${x.toFixed(1)} ${bottom}v5`}));
      if (x - shownTo < 44) return;
      shownTo = x;
      lines.push(shape('text', {class: 'faint', x: x.toFixed(1), y: bottom + 18}, i));
    });
    return lines;
  }

  blockAt(event) {
    const box = this.drawing.getBoundingClientRect();
    const x = (event.clientX - box.left) * this.width / box.width, y = (event.clientY - box.top) * this.height / box.height;
    let found = null;
    this.blocks.forEach((place, i) => {
      if (x < place.x0 || x > Math.max(place.x1, place.x0 + 1.5) || y < place.y0 - .5 || y > place.y1 + .5) return;
      if (found === null || place.x1 - place.x0 < this.blocks[found].x1 - this.blocks[found].x0) found = i;
    });
    return found;
  }

  describe(i) {
    const {block, first, last} = this.blocks[i];
    const from = layers[block.first_layer], to = layers[block.last_layer];
    const lines = [block.tensor, `${KINDS.find(([kind]) => kind === block.kind)[1]}, ${count(block.bytes)} bytes at ${this.space.toUpperCase()} address ${count(block.address)}`,
                   block.first_layer === block.last_layer ? `during layer ${block.first_layer} ${from.name}`
                       : `from layer ${block.first_layer} ${from.name} to layer ${block.last_layer} ${to.name}`,
                   first === last ? `step ${count(first)}` : `steps ${count(first)} to ${count(last)}`];
    if (block.views.length > 0) lines.push('also ' + block.views.join(', '));
    return lines.join('\n');
  }

  draw() {
    const marker = shape('rect', {class: 'marked', fill: 'none', width: 0, height: 0});
    this.drawing = shape('svg', {viewBox: `0 0 ${this.width} ${this.height}`, class: 'wide', role: 'application',
      'aria-roledescription': 'memory map', 'aria-label': `${this.space.toUpperCase()}: ${plural(this.blocks.length, 'block')}. Arrow keys go from block to block.`},
      this.axes(), this.paths(), marker);
    browsable(this.drawing, {
      size: () => this.blocks.length,
      at: event => this.blockAt(event),
      describe: i => this.describe(i),
      mark: i => {
        const place = i === null ? {x0: 0, x1: 0, y0: 0, y1: 0} : this.blocks[i];
        fill(marker, {x: place.x0, y: place.y0, width: Math.max(0, place.x1 - place.x0), height: Math.max(0, place.y1 - place.y0)}, []);
      },
      center: i => {
        const box = this.drawing.getBoundingClientRect(), place = this.blocks[i];
        return {x: box.left + (place.x0 + place.x1) / 2 * box.width / this.width, y: box.top + (place.y0 + place.y1) / 2 * box.height / this.height};
      },
    });
    return this.drawing;
  }
}

function memoryOverTime() {
  const spaces = [['l2', 'L2'], ['l3', 'L3'], ['ddr', 'DDR']].map(([id, name]) => ({id, name, blocks: report.memory.filter(block => block.space === id)}));
  const used = spaces.filter(({blocks}) => blocks.length > 0);
  const state = {byTime: isTimed};
  const figures = used.map(({id, name, blocks}) => {
    const holder = element('div');
    const draw = () => holder.replaceChildren(new MemoryMap(id, blocks, new StepScale(state.byTime)).draw());
    later(holder, draw);
    const peak = totals[`peak_${id}_bytes`];
    return {draw, holder, figure: element('figure', {},
        element('h3', {}, name, ' ', element('span', {class: 'note'}, plural(blocks.reduce((sum, block) => sum + block.times, 0), 'block') + ', peak ',
                datum(count(peak), peak, `totals.peak_${id}_bytes`), ' of ' + count(report.config[id].size_bytes) + ' bytes')), holder)};
  });
  return section('memory', 'Memory over time',
      'Each block is a tensor, a tile of one, or constants: its height its bytes, its place its addresses, its width how long it lies there. ' +
      'Numbers below are rows of the table of layers, from 0.',
      element('div', {class: 'controls'}, isTimed ? choice('Layers as wide as', [['time', 'their cycles'], ['equal', 'each other']], value => {
        state.byTime = value === 'time';
        figures.forEach(each => each.holder.firstChild && each.draw());
      }) : null),
      legend(KINDS.map(([kind, name]) => [kind, name])), figures.map(each => each.figure));
}
