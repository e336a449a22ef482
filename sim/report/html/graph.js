// The network as a graph of its layers: laid out in ranks, coloured, panned, zoomed and searched.

// Ranks by longest path; edges over several ranks pass through a place in each of them; places of a rank are ordered by the
// mean of their neighbours, then pulled towards it as far as they have room.
class LayeredLayout {
  constructor(ids, edges) {
    this.places = new Map();
    this.ranks = [];
    this.routes = [];
    const into = new Map(ids.map(id => [id, []]));
    for (const edge of edges) into.get(edge.to).push(edge.from);
    const rankOf = new Map();
    for (const id of ids) rankOf.set(id, Math.max(-1, ...into.get(id).map(from => rankOf.get(from))) + 1);
    for (const id of ids) this.add(id, rankOf.get(id));
    for (const edge of edges) this.route(edge, rankOf);
    for (let sweep = 0; sweep < 8; ++sweep) this.orderRanks(sweep % 2 === 0);
    this.assignColumns();
  }

  add(key, rank) {
    const place = {key, rank, column: 0, above: [], below: []};
    while (this.ranks.length <= rank) this.ranks.push([]);
    this.ranks[rank].push(place);
    this.places.set(key, place);
    return place;
  }

  route(edge, rankOf) {
    const stops = [this.places.get(edge.from)];
    for (let rank = rankOf.get(edge.from) + 1; rank < rankOf.get(edge.to); ++rank)
      stops.push(this.add(`${edge.from}>${edge.to}@${rank}`, rank));
    stops.push(this.places.get(edge.to));
    for (let i = 1; i < stops.length; ++i) {
      stops[i].above.push(stops[i - 1]);
      stops[i - 1].below.push(stops[i]);
    }
    this.routes.push({edge, stops});
  }

  orderRanks(downwards) {
    this.ranks.forEach(rank => rank.forEach((place, i) => { place.order = i; }));
    const ranks = downwards ? this.ranks : this.ranks.slice().reverse();
    for (const rank of ranks) {
      for (const place of rank) {
        const near = downwards ? place.above : place.below;
        place.mean = near.length > 0 ? near.reduce((sum, other) => sum + other.order, 0) / near.length : place.order;
      }
      rank.sort((a, b) => a.mean - b.mean || a.order - b.order);
      rank.forEach((place, i) => { place.order = i; });
    }
  }

  widthOf(place) {
    return typeof place.key === 'string' ? .3 : 1;
  }

  assignColumns() {
    for (const rank of this.ranks) {
      let at = -rank.reduce((sum, place) => sum + this.widthOf(place), 0) / 2;
      for (const place of rank) {
        place.column = at + this.widthOf(place) / 2;
        at += this.widthOf(place);
      }
    }
    for (let round = 0; round < 12; ++round) {
      const downwards = round % 2 === 0;
      for (const rank of downwards ? this.ranks : this.ranks.slice().reverse()) this.pull(rank, downwards);
    }
  }

  pull(rank, downwards) {
    const wanted = rank.map(place => {
      const near = downwards ? place.above : place.below;
      return near.length > 0 ? near.reduce((sum, other) => sum + other.column, 0) / near.length : place.column;
    });
    const apart = i => (this.widthOf(rank[i - 1]) + this.widthOf(rank[i])) / 2;
    const left = wanted.slice(), right = wanted.slice();
    for (let i = 1; i < rank.length; ++i) left[i] = Math.max(wanted[i], left[i - 1] + apart(i));
    for (let i = rank.length - 2; i >= 0; --i) right[i] = Math.min(wanted[i], right[i + 1] - apart(i + 1));
    rank.forEach((place, i) => { place.column = (left[i] + right[i]) / 2; });
    for (let i = 1; i < rank.length; ++i) rank[i].column = Math.max(rank[i].column, rank[i - 1].column + apart(i));
  }
}

const NODE = {width: 190, height: 40, gapX: 22, gapY: 30};

class NetworkGraph {
  constructor() {
    const shown = new Set(report.edges.flatMap(edge => [edge.from, edge.to]));
    this.ids = layers.map((_, i) => i).filter(i => shown.has(i));
    this.layout = new LayeredLayout(this.ids, report.edges);
    this.chosen = null;
    this.matches = null;
    this.colouring = isTimed ? 'bound' : 'kind';
  }

  centerOf(place) {
    return [place.column * (NODE.width + NODE.gapX), place.rank * (NODE.height + NODE.gapY)];
  }

  path(stops) {
    const points = stops.map(place => this.centerOf(place));
    points[0] = [points[0][0], points[0][1] + NODE.height / 2];
    const last = points.length - 1;
    points[last] = [points[last][0], points[last][1] - NODE.height / 2];
    let d = `M${points[0][0].toFixed(1)} ${points[0][1].toFixed(1)}`;
    for (let i = 1; i <= last; ++i) {
      const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]], bend = (y1 - y0) / 2;
      d += `C${x0.toFixed(1)} ${(y0 + bend).toFixed(1)} ${x1.toFixed(1)} ${(y1 - bend).toFixed(1)} ${x1.toFixed(1)} ${y1.toFixed(1)}`;
    }
    return d;
  }

  drawNode(id) {
    const [x, y] = this.centerOf(this.layout.places.get(id));
    const layer = layers[id];
    const short = layer.name.length > 23 ? '…' + layer.name.slice(-22) : layer.name;
    const group = shape('g', {class: 'node', transform: `translate(${(x - NODE.width / 2).toFixed(1)} ${(y - NODE.height / 2).toFixed(1)})`},
                        shape('rect', {width: NODE.width, height: NODE.height, rx: 6}),
                        shape('text', {x: NODE.width / 2, y: 17, 'text-anchor': 'middle'}, short),
                        shape('text', {x: NODE.width / 2, y: 33, 'text-anchor': 'middle'},
                              layer.kind + (isTimed ? ' · ' + count(layer.cycles) + ' cycles' : '')));
    group.dataset.index = this.ids.indexOf(id);
    return group;
  }

  colourOf(layer) {
    if (this.colouring === 'bound') return [`fill: var(--${layer.bound})`, ['overhead', 'l3', 'l2', 'ddr'].includes(layer.bound)];
    if (this.colouring === 'kind') return ['fill: var(--mma)', false];
    const heat = this.colouring === 'cycles' ? layer.cycles / Math.max(...layers.map(each => each.cycles || 0))
                                             : layer.error && isKnown(layer.error.sqnr_db) ? Math.max(0, Math.min(1, (60 - layer.error.sqnr_db) / 60)) : 0;
    return [`fill: color-mix(in srgb, var(--bad) ${(100 * Math.sqrt(heat)).toFixed(0)}%, var(--overhead))`, heat < .2];
  }

  recolour() {
    this.nodes.forEach((node, i) => {
      const [style, isLight] = this.colourOf(layers[this.ids[i]]);
      node.firstChild.setAttribute('style', style);
      node.classList.toggle('dark-text', isLight);
    });
  }

  mark(index) {
    this.chosen = index;
    this.nodes.forEach((node, i) => node.classList.toggle('chosen', i === index));
    const id = index === null ? null : this.ids[index];
    this.lines.forEach((line, i) => {
      const {edge} = this.layout.routes[i];
      line.classList.toggle('near', id !== null && (edge.from === id || edge.to === id));
    });
  }

  describe(index) {
    const id = this.ids[index], layer = layers[id];
    const lines = [`${id} ${layer.name}`, `${layer.kind}, ${large(layer.macs)} MACs`];
    if (isTimed) lines.push(`${count(layer.cycles)} cycles, ${percent(layer.cycles / totals.cycles)} of the run`,
                            `bound by ${BOUNDS[layer.bound]} ${percent(layer.bound_share)}`);
    if (layer.error && isKnown(layer.error.sqnr_db)) lines.push(`SQNR ${number(layer.error.sqnr_db, 3)} dB`);
    return lines.join('\n');
  }

  // Up and down follow the graph, left and right the order of execution.
  step(index, key) {
    const place = this.layout.places.get(this.ids[index]);
    const follow = (from, side) => {
      let next = from[side][0];
      while (next && typeof next.key === 'string') next = next[side][0];
      return next ? this.ids.indexOf(next.key) : index;
    };
    const next = key === 'ArrowUp' ? follow(place, 'above') : key === 'ArrowDown' ? follow(place, 'below')
        : Math.max(0, Math.min(this.ids.length - 1, index + (key === 'ArrowRight' ? 1 : -1)));
    this.bringToView(next);
    return next;
  }

  bringToView(index) {
    const [x, y] = this.centerOf(this.layout.places.get(this.ids[index]));
    const {view} = this;
    if (x < view.x + NODE.width / 2 || x > view.x + view.width - NODE.width / 2 || y < view.y + 40 || y > view.y + view.height - 40)
      this.setView({...view, x: x - view.width / 2, y: y - view.height / 2});
  }

  setView(view) {
    this.view = view;
    this.drawing.setAttribute('viewBox', [view.x, view.y, view.width, view.height].map(value => value.toFixed(1)).join(' '));
  }

  extent() {
    const centers = this.ids.map(id => this.centerOf(this.layout.places.get(id)));
    const [xs, ys] = [centers.map(c => c[0]), centers.map(c => c[1])];
    const x = Math.min(...xs) - NODE.width, y = Math.min(...ys) - NODE.height;
    return {x, y, width: Math.max(...xs) + NODE.width - x, height: Math.max(...ys) + NODE.height - y};
  }

  showAll() {
    this.setView(this.extent());
  }

  showStart() {
    const all = this.extent(), box = this.drawing.getBoundingClientRect();
    const [width, height] = [box.width || 1200, box.height || 540];
    const first = this.centerOf(this.layout.places.get(this.ids[0]));
    this.setView(all.height < height && all.width < width ? {x: all.x + all.width / 2 - width / 2, y: all.y, width, height}
                                                          : {x: first[0] - width / 2, y: all.y, width, height});
  }

  zoom(factor, at) {
    const {x, y, width, height} = this.view;
    const bounded = Math.max(.02, Math.min(factor, 20));
    const [cx, cy] = at || [x + width / 2, y + height / 2];
    if (width * bounded < 200 || width * bounded > 60000) return;
    this.setView({x: cx - (cx - x) * bounded, y: cy - (cy - y) * bounded, width: width * bounded, height: height * bounded});
  }

  pointOf(event) {
    const box = this.drawing.getBoundingClientRect(), {view} = this;
    const scale = Math.max(view.width / box.width, view.height / box.height);
    return [view.x + view.width / 2 + (event.clientX - box.left - box.width / 2) * scale,
            view.y + view.height / 2 + (event.clientY - box.top - box.height / 2) * scale];
  }

  moveByPointer() {
    const held = new Map();
    this.drawing.addEventListener('pointerdown', event => {
      held.set(event.pointerId, this.pointOf(event));
      this.drawing.setPointerCapture(event.pointerId);
    });
    const drop = event => held.delete(event.pointerId);
    this.drawing.addEventListener('pointerup', drop);
    this.drawing.addEventListener('pointercancel', drop);
    this.drawing.addEventListener('pointermove', event => {
      if (!held.has(event.pointerId)) return;
      const [x, y] = this.pointOf(event), before = held.get(event.pointerId);
      if (held.size === 2) {
        const other = [...held].find(([id]) => id !== event.pointerId)[1];
        const distance = point => Math.hypot(point[0] - other[0], point[1] - other[1]);
        this.zoom(distance(before) / Math.max(1, distance([x, y])), other);
        held.set(event.pointerId, this.pointOf(event));
      } else {
        this.setView({...this.view, x: this.view.x + before[0] - x, y: this.view.y + before[1] - y});
      }
    });
    this.drawing.addEventListener('wheel', event => {
      if (!event.ctrlKey && document.activeElement !== this.drawing) return;  // else the page scrolls
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, this.pointOf(event));
    }, {passive: false});
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    this.matches = wanted === '' ? null : this.ids.map((_, i) => i).filter(i => {
      const layer = layers[this.ids[i]];
      return [layer.name, layer.kind, ...layer.operators].some(name => name.toLowerCase().includes(wanted));
    });
    this.nodes.forEach((node, i) => node.classList.toggle('unmatched', this.matches !== null && !this.matches.includes(i)));
    if (this.matches && this.matches.length > 0) this.goTo(0);
    return this.matches ? plural(this.matches.length, 'layer') + ' found' : '';
  }

  goTo(match) {
    this.match = match % this.matches.length;
    this.mark(this.matches[this.match]);
    const [x, y] = this.centerOf(this.layout.places.get(this.ids[this.chosen]));
    this.setView({...this.view, x: x - this.view.width / 2, y: y - this.view.height / 2});
  }

  draw() {
    this.lines = this.layout.routes.map(({stops}) => shape('path', {class: 'edge', d: this.path(stops)}));
    this.nodes = this.ids.map(id => this.drawNode(id));
    this.drawing = shape('svg', {class: 'graph', role: 'application', 'aria-roledescription': 'graph',
      'aria-label': `The network: ${plural(this.ids.length, 'layer')}, ${plural(report.edges.length, 'edge')}. Left and right go through ` +
                    'layers in order, up and down along edges; plus and minus zoom.'}, this.lines, this.nodes);
    this.recolour();
    this.setView(this.extent());
    browsable(this.drawing, {
      size: () => this.ids.length,
      at: event => {
        const node = document.elementFromPoint(event.clientX, event.clientY);
        const group = node && node.closest ? node.closest('g.node') : null;
        return group ? Number(group.dataset.index) : null;
      },
      describe: index => this.describe(index),
      mark: index => this.mark(index),
      center: index => {
        const box = this.nodes[index].getBoundingClientRect();
        return {x: box.left + box.width / 2, y: box.top + box.height / 2};
      },
      step: (index, key) => this.step(index, key),
    });
    this.drawing.addEventListener('keydown', event => {
      if (event.key === '+' || event.key === '=') this.zoom(1 / 1.3);
      if (event.key === '-') this.zoom(1.3);
      if (event.key === '0') this.showAll();
    });
    this.moveByPointer();
    return this.drawing;
  }
}

function networkGraph() {
  const graph = new NetworkGraph();
  const holder = element('figure', {class: 'graph-holder'});
  const found = element('span', {class: 'note', role: 'status'});
  const colours = [isTimed ? ['bound', 'what bounds it'] : ['kind', 'nothing'], isTimed ? ['cycles', 'cycles'] : null,
                   layers.some(layer => layer.error) ? ['error', 'error'] : null].filter(Boolean);
  const button = (text, label, act) => element('button', {type: 'button', 'aria-label': label, title: label, onclick: act}, text);
  const result = section('graph', 'Network', 'Layers as they run, and whose results they read. Drag to move; buttons, or the wheel once ' +
      'the graph is clicked, zoom.',
      element('div', {class: 'controls'},
              element('label', {class: 'choice'}, 'Find ', element('input', {type: 'search', placeholder: 'layer or operator',
                oninput: event => {
                  drawn();
                  found.textContent = graph.find(event.target.value);
                },
                onkeydown: event => {
                  if (event.key === 'Enter' && graph.matches && graph.matches.length > 0) graph.goTo(graph.match + 1);
                }})),
              choice('Colour by', colours, value => {
                graph.colouring = value;
                drawn();
                graph.recolour();
              }),
              button('+', 'Zoom in', () => graph.zoom(1 / 1.4)), button('−', 'Zoom out', () => graph.zoom(1.4)),
              button('Whole', 'Show the whole network', () => graph.showAll()), button('Start', 'Show the beginning', () => graph.showStart()),
              found),
      isTimed ? legend(Object.entries(BOUNDS).map(([id, name]) => [id, 'bound by ' + name])) : null, holder);
  const drawn = later(holder, () => {
    holder.append(graph.draw());
    graph.showStart();
  });
  addEventListener('beforeprint', () => graph.drawing && graph.showAll());
  return result;
}
