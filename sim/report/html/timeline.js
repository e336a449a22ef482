// Bandwidth over time: bytes read and written at each memory in bins of equal time, and the layers below them.

class BandwidthPlot {
  constructor(space, name) {
    [this.width, this.height] = [1180, 190];
    this.inner = {left: 74, right: 1170, top: 14, bottom: 158};
    [this.space, this.name] = [space, name];
    const {timeline} = report;
    this.gigabytes = report.config.soc.core_clock_mhz / 1e3 / timeline.bin_cycles;  // a second, of a byte in a bin
    this.read = timeline[space + '_read_bytes'].map(value => value * this.gigabytes);
    this.written = timeline[space + '_write_bytes'].map(value => value * this.gigabytes);
    this.end = this.read.length * timeline.bin_cycles;
    this.ceiling = space === 'ddr' ? MEMORIES.ddr.rate(report.config) * report.config.soc.core_clock_mhz / 1e3 : 0;
    this.most = Math.max(this.ceiling * 1.05, ...this.read, ...this.written) || 1;
  }

  toX(cycle) {
    return this.inner.left + (this.inner.right - this.inner.left) * cycle / this.end;
  }

  toY(rate) {
    return this.inner.bottom - (this.inner.bottom - this.inner.top) * rate / this.most;
  }

  line(rates, name) {
    const steps = rates.map((rate, i) => `H${this.toX(i * report.timeline.bin_cycles).toFixed(1)}V${this.toY(rate).toFixed(1)}`).join('');
    return shape('path', {class: 'line ' + name, d: `M${this.inner.left} ${this.inner.bottom}${steps}H${this.inner.right}`});
  }

  axes() {
    const {left, right, top, bottom} = this.inner;
    const marks = [shape('path', {class: 'axis', d: `M${left} ${top}V${bottom}H${right}`})];
    for (const share of [0, .5, 1]) {
      const rate = this.most * share;
      marks.push(shape('text', {class: 'faint', x: left - 7, y: this.toY(rate) + 4, 'text-anchor': 'end'}, number(rate, 3) + (share === 1 ? ' GB/s' : '')));
    }
    if (this.ceiling > 0)
      marks.push(shape('path', {class: 'ceiling other', d: `M${left} ${this.toY(this.ceiling)}H${right}`}),
                 shape('text', {class: 'halo faint', x: right - 4, y: this.toY(this.ceiling) + 14, 'text-anchor': 'end'}, 'peak ' + number(this.ceiling, 4) + ' GB/s'));
    let shownTo = -100;
    layers.forEach((layer, i) => {
      const x = this.toX(layer.start_cycle);
      if (layer.cycles > 0) marks.push(shape('path', {class: 'axis', d: `M${x.toFixed(1)} ${bottom}v5`}));
      if (layer.cycles === 0 || x - shownTo < 44) return;
      shownTo = x;
      marks.push(shape('text', {class: 'faint', x: x.toFixed(1), y: bottom + 18}, i));
    });
    return marks;
  }

  describe(bin) {
    const {bin_cycles: width} = report.timeline;
    const middle = (bin + .5) * width;
    const index = layers.findIndex(layer => middle >= layer.start_cycle && middle < layer.end_cycle);
    return [`${this.name}: ${number(this.read[bin], 3)} GB/s read, ${number(this.written[bin], 3)} GB/s written`,
            `cycles ${count(bin * width)} to ${count((bin + 1) * width)}`,
            index >= 0 ? `layer ${index} ${layers[index].name}` : 'behind the last layer'].join('\n');
  }

  draw() {
    const marker = shape('path', {class: 'ceiling', d: ''});
    const drawing = shape('svg', {viewBox: `0 0 ${this.width} ${this.height}`, class: 'wide', role: 'application',
      'aria-roledescription': 'bandwidth over time', 'aria-label': `${this.name}: bandwidth in ${plural(this.read.length, 'bin')}. Arrow keys go through time.`},
      this.axes(), this.line(this.read, 'read'), this.line(this.written, 'write'), marker);
    browsable(drawing, {
      size: () => this.read.length,
      at: event => {
        const box = drawing.getBoundingClientRect();
        const x = (event.clientX - box.left) * this.width / box.width;
        const bin = Math.floor((x - this.inner.left) / (this.inner.right - this.inner.left) * this.read.length);
        return bin >= 0 && bin < this.read.length ? bin : null;
      },
      describe: bin => this.describe(bin),
      mark: bin => marker.setAttribute('d', bin === null ? '' : `M${this.toX((bin + .5) * report.timeline.bin_cycles).toFixed(1)} ${this.inner.top}V${this.inner.bottom}`),
      center: bin => {
        const box = drawing.getBoundingClientRect();
        return {x: box.left + this.toX((bin + .5) * report.timeline.bin_cycles) * box.width / this.width, y: box.top + 40};
      },
    });
    return drawing;
  }
}

function bandwidthOverTime() {
  const figures = [['ddr', 'DDR'], ['l3', 'L3'], ['l2', 'L2']].map(([space, name]) => {
    const holder = element('div');
    later(holder, () => holder.replaceChildren(new BandwidthPlot(space, name).draw()));
    return element('figure', {}, element('h3', {}, name), holder);
  });
  return section('bandwidth', 'Bandwidth over time',
      `Mean rates in bins of ${count(report.timeline.bin_cycles)} cycles, of all cores together. Numbers below are rows of the table of layers, from 0.`,
      legend([['read', 'read'], ['write', 'written']]), figures);
}
