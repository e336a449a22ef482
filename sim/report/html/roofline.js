// Rooflines: how fast each layer ran against what the part could do with the bytes it moved.

const MEMORIES = {
  ddr: {name: 'DDR', bytesOf: layer => layer.ddr_read_bytes + layer.ddr_write_bytes,
        rate: config => config.ddr.channels * config.ddr.bus_width_bits / 8 * 2 / config.ddr.clock_period_ns * 1e3 / config.soc.core_clock_mhz},
  l3: {name: 'L3', bytesOf: layer => layer.l3_read_bytes + layer.l3_write_bytes, rate: config => config.l3.read_bytes_per_cycle},
  l2: {name: 'L2', bytesOf: layer => layer.l2_read_bytes + layer.l2_write_bytes, rate: config => config.l2.read_bytes_per_cycle},
};

const OPERAND_BYTES = {int8: 1, int16: 2, int32: 4};

function arrayPeak(config, precision) {
  return (config.mma.array_bytes / OPERAND_BYTES[precision]) ** 2;
}

function tens(low, high) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) values.push(10 ** power);
  return values.filter(value => value >= low * 0.999 && value <= high * 1.001);
}

class RooflinePlot {
  constructor(memory, precision) {
    [this.width, this.height] = [920, 430];
    this.inner = {left: 64, right: 900, top: 22, bottom: 380};
    this.memory = MEMORIES[memory];
    this.rate = this.memory.rate(report.config);
    this.peak = arrayPeak(report.config, precision);
    this.rows = layers.map((layer, index) => ({layer, index})).filter(
        ({layer}) => layer.precision === precision && layer.macs > 0 && layer.cycles > 0);
    for (const row of this.rows) row.intensity = row.layer.macs / Math.max(1, this.memory.bytesOf(row.layer));
    this.rows.sort((a, b) => a.intensity - b.intensity);
    const knee = this.peak / this.rate;
    const all = this.rows.map(row => row.intensity).concat(knee / 3, knee * 3);
    this.x = [10 ** Math.floor(Math.log10(Math.min(...all))), 10 ** Math.ceil(Math.log10(Math.max(...all)))];
    const speeds = this.rows.map(row => row.layer.macs_per_cycle).concat(this.peak / 10);
    this.y = [10 ** Math.floor(Math.log10(Math.min(...speeds))), this.peak * 2];
  }

  toX(value) {
    const {left, right} = this.inner;
    return left + (right - left) * Math.log10(value / this.x[0]) / Math.log10(this.x[1] / this.x[0]);
  }

  toY(value) {
    const {top, bottom} = this.inner;
    return bottom - (bottom - top) * Math.log10(value / this.y[0]) / Math.log10(this.y[1] / this.y[0]);
  }

  axes() {
    const {left, right, top, bottom} = this.inner;
    const lines = [];
    for (const value of tens(...this.x))
      lines.push(shape('path', {class: 'axis', d: `M${this.toX(value)} ${top}V${bottom}`}),
                 shape('text', {class: 'faint', x: this.toX(value), y: bottom + 17, 'text-anchor': 'middle'}, large(value)));
    for (const value of tens(...this.y))
      lines.push(shape('path', {class: 'axis', d: `M${left} ${this.toY(value)}H${right}`}),
                 shape('text', {class: 'faint', x: left - 7, y: this.toY(value) + 4, 'text-anchor': 'end'}, large(value)));
    lines.push(shape('text', {class: 'faint', x: (left + right) / 2, y: this.height - 10, 'text-anchor': 'middle'},
                     'MACs per byte of ' + this.memory.name),
               shape('text', {class: 'faint', x: left, y: 14}, 'MACs per cycle'));
    return lines;
  }

  // Lines, and what stands on them: that goes above the points.
  ceilings() {
    const lines = [], labels = [];
    for (const precision of Object.keys(OPERAND_BYTES)) {
      const peak = arrayPeak(report.config, precision), knee = peak / this.rate;
      if (peak < this.y[0]) continue;
      const start = Math.max(knee, this.x[0]);
      lines.push(shape('path', {class: peak === this.peak ? 'ceiling' : 'ceiling other',
                                d: `M${this.toX(start)} ${this.toY(peak)}H${this.inner.right}`}));
      labels.push(shape('text', {...this.besideKnee(start), y: this.toY(peak) - 6, class: peak === this.peak ? 'halo' : 'halo faint'},
                        `array at ${precision}: ${count(peak)} MACs/cycle`));
    }
    const low = Math.max(this.x[0], this.y[0] / this.rate), knee = this.peak / this.rate;
    lines.push(shape('path', {class: 'ceiling', d: `M${this.toX(low)} ${this.toY(low * this.rate)}L${this.toX(knee)} ${this.toY(this.peak)}`}));
    labels.push(shape('text', {x: this.toX(low) + 8, y: this.toY(low * this.rate) - 8,
                               class: 'halo', transform: this.slope(low, knee)}, `${this.memory.name}: ${number(this.rate, 4)} bytes/cycle`));
    return {lines, labels};
  }

  besideKnee(start) {
    const x = this.toX(start) + 10, hasRoom = x + 200 < this.inner.right;
    return hasRoom ? {x} : {x: this.inner.right - 4, 'text-anchor': 'end'};
  }

  slope(low, knee) {
    const [x, y] = [this.toX(low), this.toY(low * this.rate)];
    const angle = Math.atan2(this.toY(this.peak) - y, this.toX(knee) - x) * 180 / Math.PI;
    return `rotate(${angle.toFixed(2)} ${x.toFixed(1)} ${y.toFixed(1)})`;
  }

  points() {
    const most = Math.max(...this.rows.map(row => row.layer.cycles));
    this.circles = this.rows.map(({layer, intensity}) => shape('circle', {
      class: 'point fill-' + layer.bound, cx: this.toX(intensity).toFixed(1), cy: this.toY(layer.macs_per_cycle).toFixed(1),
      r: (4 + 9 * Math.sqrt(layer.cycles / most)).toFixed(1)}));
    return this.circles;
  }

  describe(i) {
    const {layer, intensity} = this.rows[i];
    const roof = Math.min(this.peak, intensity * this.rate);
    return [layer.name, `${number(layer.macs_per_cycle)} MACs/cycle at ${number(intensity)} MACs per byte of ${this.memory.name}`,
            `${percent(layer.macs_per_cycle / roof)} of its roof`, `${count(layer.cycles)} cycles, bound by ${BOUNDS[layer.bound]}`].join('\n');
  }

  draw() {
    const {lines, labels} = this.ceilings();
    const drawing = shape('svg', {viewBox: `0 0 ${this.width} ${this.height}`, class: 'wide', role: 'application',
      'aria-roledescription': 'roofline chart',
      'aria-label': `Roofline against ${this.memory.name}: ${plural(this.rows.length, 'layer')}. Arrow keys go from layer to layer.`},
      this.axes(), lines, this.points(), labels);
    browsable(drawing, {
      size: () => this.rows.length,
      at: event => {
        const i = this.circles.indexOf(event.target);
        return i < 0 ? null : i;
      },
      describe: i => this.describe(i),
      mark: marked => this.circles.forEach((circle, i) => circle.classList.toggle('marked', i === marked)),
      center: i => {
        const box = this.circles[i].getBoundingClientRect();
        return {x: box.x + box.width / 2, y: box.y + box.height / 2};
      },
    });
    return drawing;
  }
}

function roofline() {
  const precisions = Object.keys(OPERAND_BYTES).filter(precision => layers.some(layer => layer.precision === precision && layer.macs > 0));
  const holder = element('figure');
  const state = {memory: 'ddr', precision: precisions.includes(report.precision) ? report.precision : precisions[0]};
  const draw = () => holder.replaceChildren(new RooflinePlot(state.memory, state.precision).draw());
  const result = section('roofline', 'Roofline',
      'A layer is a point: the further right, the more it computes per byte; the line above it is the most that the part could do. ' +
      'Its colour is what bounds it, its size its cycles. A layer far below the line loses its time elsewhere: see its bars above.',
      element('div', {class: 'controls'}, choice('Bytes of', Object.entries(MEMORIES).map(([id, memory]) => [id, memory.name]), value => {
        state.memory = value;
        draw();
      }), precisions.length > 1 ? choice('Precision', precisions.map(name => [name, name]), value => {
        state.precision = value;
        draw();
      }) : null),
      legend(Object.entries(BOUNDS).map(([id, name]) => [id, 'bound by ' + name])), holder);
  if (precisions.length > 0) later(holder, draw);
  else holder.append(element('p', {}, 'No layer multiplies.'));
  return result;
}
